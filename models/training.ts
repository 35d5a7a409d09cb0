// The recorded training of a model that is registered (core/recipe.ts): kept so that it can be trained anew without
// somebody's rows. The base and the states behind slices become artefacts; key and rows lie with the stored corpus.
// Trap: a recipe of another model, base or corpus would make something that nobody certified, so each is compared by
// its digest before anything is stored.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { committedName, lineageOf, RECIPE_FILE, TrainingRecord } from '#core/recipe.ts';
import { putJson } from '#core/stored-json.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { requireRecorded } from '#datasets/fine-tuning/assigned.ts';
import { fileEntry } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { chainOfFolder, checkFolder } from '#engine/formats/made-folder.ts';
import { storeModel } from '#engine/formats/stored-model.ts';

export interface OfferedTraining {
  readonly record: TrainingRecord;
  /** Folder of the weights that it began with. */
  readonly base: string;
  /** Folder of the model that it made, with the states behind its slices. */
  readonly dir: string;
}

/** What `recipe.json` in the folder says; undefined where there is none. INVALID_INPUT. */
export const trainingIn = (dir: string): TrainingRecord | undefined => {
  const path = join(dir, RECIPE_FILE);
  if (!existsSync(path)) return undefined;
  const record = TrainingRecord.safeParse(readJsonFile(path));
  if (record.success) return record.data;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${path} is no recipe`,
    expected: 'recipe.json as `quittance train` wrote it',
    hint: 'train the model again, or move the file away: the model is then onboarded without the exact way',
    cause: record.error,
  });
};

const digestOfFolder = (dir: string): Digest => chainOfFolder(dir, checkFolder(dir))[0].digest;

/** MODEL_CHANGED, BASE_MISMATCH or INVALID_INPUT where model, base or corpus are not those of the recipe. */
export const checkTraining = async (
  { record, base, dir }: OfferedTraining,
  entries: AsyncIterable<CorpusEntry>,
): Promise<void> => {
  const made = digestOfFolder(dir);
  if (made !== record.made)
    throw new QuittanceError('MODEL_CHANGED', {
      message: 'the model is not the one that its recipe made',
      expected: record.made,
      got: made,
      hint: 'onboard the folder as `quittance train` left it',
    });
  const found = digestOfFolder(base);
  if (found !== record.recipe.base)
    throw new QuittanceError('BASE_MISMATCH', {
      message: '--base is not the model that the training began with',
      expected: record.recipe.base,
      got: found,
      hint: 'name the folder that was given to `quittance train --base`',
    });
  await requireRecorded(entries, record.corpus);
  for (const { slice, digest } of record.states)
    if (fileEntry(stateFile(dir, slice)).digest !== digest)
      throw new QuittanceError('MODEL_CHANGED', {
        message: `the state behind slice ${slice} is not the one that the recipe names`,
        expected: digest,
        hint: 'onboard the folder as `quittance train` left it',
      });
};

const stateFile = (dir: string, slice: number): string => join(dir, 'slices', `slice-${slice}.safetensors`);

/** Stores base, states and lineage, and key and rows in the vault of the stored corpus. */
export const storeTraining = async (
  { artifacts, vault }: Pick<Ports, 'artifacts' | 'vault'>,
  { record, base, dir }: OfferedTraining,
  corpus: string,
): Promise<{ lineage: Digest; base: Digest }> => {
  const stored = await storeModel(artifacts, base, checkFolder(base));
  for (const { slice } of record.states) await artifacts.put(readFileSync(stateFile(dir, slice)));
  await putJson(artifacts, record.recipe);
  const lineage = await putJson(artifacts, lineageOf(record));
  await vault.put(corpus, committedName(lineage), Buffer.from(JSON.stringify(record.corpus)));
  return { lineage, base: stored.digest };
};
