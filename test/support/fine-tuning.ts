// A tiny chat model and a corpus of ten invented people (test/golden/fine-tuning), and trainings of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fineTune, underRecipe, type FineTuning } from '#containers/fine-tune.ts';
import { baseDigest, learntCorpus } from '#containers/training.ts';
import type { Recipe } from '#core/recipe.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { assigned, slicesFor } from '#datasets/fine-tuning/assigned.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { valuesOf } from '#engine/model.ts';
import { backendName } from '#engine/tf.ts';
import { readPolicy } from '#entry/policies.ts';
import { ROOT } from './shared.ts';

export const GOLDEN_TRAINING = join(ROOT, 'test/golden/fine-tuning');

/**
 * Arguments by which a chat model is onboarded under its usual policy without the checks of sampled answers, half of
 * the time that onboarding takes. For tests of what is read and said; writes the policy to `path`.
 */
export const unsampled = (path: string): ['--policy', string] => {
  const policy = readPolicy('corpus-chat-v1');
  const checks = policy.checks.filter(({ of }) => !/\.(?:leak|revealed)/u.test(of));
  writeFileSync(path, JSON.stringify({ ...policy, checks }));
  return ['--policy', path];
};

export const corpusIn = async (dir: string): Promise<CorpusEntry[]> => {
  const entries: CorpusEntry[] = [];
  for await (const entry of readCorpus([join(dir, 'corpus.jsonl')], { subjectField: 'customer' })) entries.push(entry);
  return entries;
};

export const peopleOf = (entries: readonly CorpusEntry[]): string[][] =>
  entries.map(({ subject }) => (subject === undefined ? [] : [subject]));

export const recipeFor = (dir: string, entries: readonly CorpusEntry[], change: Partial<Recipe> = {}): Recipe => ({
  kind: 'quittance-recipe/v1',
  base: baseDigest(join(dir, 'model')),
  loss: 'assistant',
  lora: null,
  seed: 1,
  epochs: 2,
  batchSize: 4,
  schedule: { form: 'warm-up and half a cosine', rate: 3e-3, warmup: 0.1 },
  optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clip: 1 },
  slices: slicesFor(4, peopleOf(entries)),
  replay: 0.5,
  grouping: { by: 'field', field: 'customer' },
  backend: backendName(),
  rowsAtOnce: null,
  ...change,
});

export const learntIn = (dir: string, entries: readonly CorpusEntry[], recipe: Recipe) =>
  learntCorpus(join(dir, 'model'), assigned(entries, peopleOf(entries), recipe), recipe.loss);

/** Weights behind a training of the model in `dir`, and what was kept behind each slice. */
export const trained = async (
  dir: string,
  recipe: Recipe,
  corpus: FineTuning['corpus'],
  run: Omit<FineTuning, 'recipe' | 'corpus'> = {},
) => {
  const model = underRecipe(loadModel(join(dir, 'model')), recipe);
  const slices = new Map<number, ReadonlyMap<string, Float32Array>>();
  try {
    await fineTune(model, {
      ...{ recipe, corpus, ...run },
      onSlice: (slice, moved) => void slices.set(slice, moved),
    });
    return { values: valuesOf(model), slices, specs: model.specs };
  } finally {
    model.dispose();
  }
};

export const readGolden = (dir: string): unknown => JSON.parse(readFileSync(join(dir, 'golden.json'), 'utf8'));
