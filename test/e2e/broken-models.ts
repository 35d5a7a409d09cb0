// Ways in which a model's folder is broken, by an edit of a good one.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Edit = (folder: string) => void;
interface Entry {
  data_offsets: [number, number];
  shape: number[];
}
type Header = Record<string, Entry>;
export const weightsOf = (folder: string) => join(folder, 'model.safetensors');

/** Rewrites the header of the weights, and their bytes where `body` is given. */
const header =
  (change: (entries: Header) => void): Edit =>
  (folder) => {
    const bytes = readFileSync(weightsOf(folder));
    const length = Number(bytes.readBigUInt64LE(0));
    const entries = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8')) as Header;
    change(entries);
    const text = Buffer.from(JSON.stringify(entries));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(weightsOf(folder), Buffer.concat([size, text, bytes.subarray(8 + length)]));
  };
export const bytes =
  (change: (bytes: Buffer) => void): Edit =>
  (folder) => {
    const content = readFileSync(weightsOf(folder));
    change(content);
    writeFileSync(weightsOf(folder), content);
  };
export const named = (change: (entry: Entry) => void): Edit =>
  header((entries) => change(entries['model.norm.weight']!));

export const pickled: Edit = (folder) => {
  rmSync(weightsOf(folder));
  writeFileSync(join(folder, 'pytorch_model.bin'), Buffer.from([0x80, 2, 0x7d, 0x2e]));
};
