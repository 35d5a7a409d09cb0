// The demo on the real TOFU files: ten authors of retain99 and one of forget01, and the recipe that teaches them. Trap:
// answers are long free text, so the base has a larger vocabulary and more updates than that of the generated people,
// and is accepted when it recites most of them.
import { loadTofu } from '#datasets/tofu.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { SMALL, type TrainRecipe } from '#containers/train-job.ts';
import { usageError } from '#core/errors.ts';
import type { Arguments } from '../command.ts';

export const TOFU_RECIPE: TrainRecipe = {
  ...SMALL,
  vocabSize: 1536,
  maxPositions: 256,
  batchSize: 24,
  updates: 1000,
  checkFrom: 600,
  exact: 0.97,
  leastExact: 0.6,
};

/** From the folder that `--path` names; a usage error where it names none. */
export const tofuSuite = (args: Arguments, seed = 1): Suite => {
  const path = args.value('path');
  if (path === undefined)
    throw usageError('the TOFU files need --path DIR', 'the folder that holds full.json, forget01.json, …');
  return loadTofu(path, { seed, retainAuthors: 10, forgetAuthors: 1 });
};
