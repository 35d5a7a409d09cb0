// Trains the certified model again by the recipe in its bundle. What is compared is the digest of the whole artefact,
// so that one wrong row, or one wrong number, shows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseDigest, learntCorpus, trainFolder } from '#containers/training.ts';
import type { BundleFiles } from '#core/bundle.ts';
import { collected } from '#core/collected.ts';
import { Recipe, RECIPE_FILE } from '#core/recipe.ts';
import { RunManifest } from '#core/run.ts';
import { parseJson } from '#core/stored-json.ts';
import type { Check } from '#core/verify.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { assigned, peopleIn } from '#datasets/fine-tuning/assigned.ts';
import type { Arguments } from './command.ts';
import { registerOf } from './corpus-files.ts';
import { backend } from './engine.ts';
import { programVersion } from './program.ts';
import { progressOn } from './progress.ts';
import { required } from './values.ts';

const ID = 'rerun';
const holds = (detail: string): Check => ({ id: ID, ok: true, state: 'holds', detail });
const fails = (detail: string): Check => ({ id: ID, ok: false, state: 'fails', detail });
const notChecked = (detail: string): Check => ({ id: ID, ok: false, state: 'not-checked', detail });

export const rerun = async (args: Arguments, files: BundleFiles): Promise<Check> => {
  const [recipeBytes, runBytes] = [files.get(RECIPE_FILE), files.get('run.json')];
  if (!recipeBytes || !runBytes) return notChecked('the certificate does not claim that the model was trained anew');
  const recipe = parseJson(recipeBytes, Recipe, RECIPE_FILE);
  const { candidate, manifest, recorded } = parseJson(runBytes, RunManifest, 'run.json');
  if (manifest.quantisation !== 'none')
    return notChecked(`what is certified was stored as ${manifest.quantisation} behind its training`);
  const base = required(args, 'base');
  const found = baseDigest(base);
  if (found !== recipe.base) return fails(`--base is ${found}, and the training began with ${recipe.base}`);
  const entries = await entriesOf(args, recipe);
  const learnt = Number(recorded['rowsLearnt']);
  if (entries.length !== learnt)
    return fails(
      `the corpus has ${entries.length} rows, and ${learnt} were learnt: give it without those that were left out`,
    );
  const { name } = await backend();
  if (name !== recipe.backend)
    return notChecked(`the recipe was carried out on ${recipe.backend}, and here is ${name}, which rounds otherwise`);
  const made = await trainedAgain(args, recipe, entries);
  return made === candidate
    ? holds(`trained again on ${learnt} rows it is the certified model, ${candidate}`)
    : fails(`trained again on these ${learnt} rows it is ${made}, and ${candidate} is certified`);
};

const entriesOf = async (args: Arguments, { grouping }: Recipe): Promise<CorpusEntry[]> => {
  const subjectField = grouping.by === 'field' ? grouping.field : undefined;
  return collected(readCorpus(args.many('corpus'), { subjectField }));
};

const trainedAgain = async (args: Arguments, recipe: Recipe, entries: readonly CorpusEntry[]) => {
  const base = required(args, 'base');
  const people = peopleIn(entries, recipe.grouping, await registerOf(args));
  const corpus = await learntCorpus(base, assigned(entries, people, recipe), recipe.loss);
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-rerun-'));
  const bar = progressOn(process.stderr).stage('training again', undefined, 'updates');
  try {
    const { made } = await trainFolder({
      ...{ base, recipe, corpus, screened: [], program: programVersion(), key: '00'.repeat(32) },
      out: join(scratch, 'made'),
      work: join(scratch, 'work'),
      onUpdate: ({ done, total, loss }) => bar.at(done, `${done} of ${total}, loss ${loss.toFixed(3)}`),
    });
    bar.done();
    return made;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
