// Which kind of model a folder holds, and where the weights beneath it lie. Weights lie in the folder itself; an
// adapter has its base in base/; a composed decoder its target in target/ and its assistants in assistant-1/,
// assistant-2/, ….
// Trap: config.json, tokenizer and chat template are those of the weights, however deep they lie; nothing above has
// any.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';

/** The file by which a folder says what it is made upon; weights need none. */
export const MANIFEST_FILE = 'manifest.json';
export const ADAPTER_CONFIG = 'adapter_config.json';
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

export type FolderKind = 'weights' | 'adapter' | 'composed';

/** A folder that is not there, or incomplete, counts as weights, whose reader says what is missing. */
export const folderKind = (dir: string): FolderKind => {
  if (existsSync(join(dir, 'config.json'))) return 'weights';
  if (existsSync(join(dir, 'assistant-1'))) return 'composed';
  return existsSync(join(dir, ADAPTER_CONFIG)) ? 'adapter' : 'weights';
};

/** The folder of what this one is made upon; undefined of weights. BASE_MISSING where it is not there. */
export const folderBeneath = (dir: string): string | undefined => {
  const kind = folderKind(dir);
  if (kind === 'weights') return undefined;
  const under = join(dir, kind === 'adapter' ? 'base' : 'target');
  if (existsSync(under)) return under;
  throw new QuittanceError('BASE_MISSING', {
    message: `${dir} holds ${kind === 'adapter' ? 'an adapter without its base' : 'assistants without their target'}`,
    expected: under,
    got: 'nothing',
    hint: 'model import BASE --adapter DIR lays an adapter beside its base',
  });
};

/** The folder with config.json and tokenizer. BASE_MISSING. */
export const weightsFolder = (dir: string): string => {
  const under = folderBeneath(dir);
  return under === undefined ? dir : weightsFolder(under);
};
