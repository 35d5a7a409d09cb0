// Takes models of every kind into a folder in our layout: weights (engine/formats/import.ts), an adapter laid beside
// the base that it was made for, or a folder that was exported here, with all that it is made upon.
// Trap: an adapter from elsewhere says nothing that tells one base of its shape from another; where its folder has our
// manifest.json, the base must have the digest that is named there.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  folderBeneath,
  folderKind,
  MANIFEST_FILE,
} from '#engine/formats/folder-kind.ts';
import { importModel, type ImportOptions } from '#engine/formats/import.ts';
import { checkFolder, composedManifest } from '#engine/formats/made-folder.ts';
import { assistantFolder } from '#core/model.ts';

export interface MadeOptions extends ImportOptions {
  /** A folder in PEFT's layout, laid beside the model. */
  adapter?: string | undefined;
}

/** Into `out`, a folder that is thrown away where this throws. Returns what was found and not taken over. */
export const importMade = async (
  source: string,
  out: string,
  { adapter, ...options }: MadeOptions,
): Promise<string[]> => {
  if (adapter !== undefined) return layBeside(source, adapter, out, options);
  const under = existsSync(source) ? folderBeneath(source) : undefined;
  if (under === undefined) return (await importModel(source, out, options)).remarks;
  const remarks = await importMade(under, join(out, basename(under)), options);
  if (folderKind(source) === 'adapter') copyAdapter(source, out);
  else copyAssistants(source, out);
  checkFolder(out);
  return remarks;
};

const layBeside = async (source: string, adapter: string, out: string, options: ImportOptions): Promise<string[]> => {
  if (existsSync(source) && folderKind(source) !== 'weights')
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: `${source} has an adapter or assistants already`,
      expected: 'weights, for an adapter to be laid beside',
      hint: 'merge the first adapter: quittance model export N DIR --merge',
    });
  refusePickle(adapter);
  const { remarks } = await importModel(source, join(out, 'base'), options);
  copyAdapter(adapter, out);
  checkFolder(out);
  return remarks;
};

const copyAdapter = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of [ADAPTER_CONFIG, ADAPTER_WEIGHTS]) copyFileSync(existing(join(from, name)), join(to, name));
  if (existsSync(join(from, MANIFEST_FILE))) copyFileSync(join(from, MANIFEST_FILE), join(to, MANIFEST_FILE));
};

const copyAssistants = (from: string, to: string): void => {
  composedManifest(from).assistants.forEach((_, i) =>
    copyAdapter(join(from, assistantFolder(i)), join(to, assistantFolder(i))),
  );
  copyFileSync(join(from, MANIFEST_FILE), join(to, MANIFEST_FILE));
};

const existing = (path: string): string => {
  if (existsSync(path)) return path;
  throw new QuittanceError('NOT_FOUND', { message: `${path} does not exist`, expected: "an adapter in PEFT's layout" });
};

const refusePickle = (adapter: string): void => {
  if (existsSync(join(adapter, ADAPTER_WEIGHTS)) || !existsSync(join(adapter, 'adapter_model.bin'))) return;
  throw new QuittanceError('MODEL_INVALID', {
    message: `${adapter} has no ${ADAPTER_WEIGHTS}`,
    got: 'adapter_model.bin, a pickle, which can run code when it is opened and is never read',
    hint: 'save the adapter with safe_serialization=True',
  });
};
