// An adapter merged into its base: plain weights, for what can serve nothing else. Trap: merging needs a backend that
// was chosen before, and gives float32 whatever the base was stored as.
import { join } from 'node:path';
import { folderBeneath, folderKind } from '#engine/formats/folder-kind.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { openMerged } from '#engine/formats/made-folder.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { must, QuittanceError } from '#core/errors.ts';

/** Writes the adapter folder `from` as a folder of weights. MODEL_UNSUPPORTED of a composed decoder, which has none. */
export const mergeAdapter = (from: string, to: string): void => {
  if (folderKind(from) === 'composed')
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: 'a composed decoder cannot be written as plain weights',
      expected: 'weights, or an adapter beside its base',
      got: 'a target with assistants: the target alone says what they withhold',
      hint: 'export it as it is, with its assistants',
    });
  const base = must(folderBeneath(from), 'the base of an adapter');
  const merged = openMerged(from);
  try {
    saveModel(to, merged, { configJson: readJsonFile(join(base, 'config.json')), files: companionFiles(base) });
  } finally {
    merged.dispose();
  }
};
