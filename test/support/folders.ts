// Temporary data folders, and a byte-wise look into them.
import { readdirSync, readFileSync, rmSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

export const temporaryFolder = (): { dir: string; remove: () => void } => {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
};

export const filesUnder = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());

/** Files of the folder that hold any of the needles, as text or as bytes. */
export const holding = (dir: string, needles: readonly (string | Buffer)[]): string[] =>
  filesUnder(dir)
    .filter((path) => {
      const bytes = readFileSync(path);
      return needles.some((needle) => bytes.includes(needle));
    })
    .map((path) => relative(dir, path));
