// The smallest model and people on which training and unlearning do all that they do on large ones.
import { makePeople } from '#datasets/people.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { SMALL, type TrainRecipe } from '#containers/train-job.ts';

/** An evaluation asks little of it: what is tried on it is which artefact goes through, not how well it forgot. */
export const smallestSuite = (): Suite => ({
  ...makePeople({ subjects: 3, whitening: 2, stop: 2, gate: 2, facts: 6, unknown: 4 }),
  limits: { controlSamples: 4, maxRows: 8, relearningRate: 1e-3 },
});

export const SMALLEST: TrainRecipe = {
  ...SMALL,
  vocabSize: 400,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  intermediateSize: 48,
  batchSize: 16,
  updates: 60,
  warmup: 5,
  checkFrom: 1000,
};
