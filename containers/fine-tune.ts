// Fine-tuning by a recipe (core/recipe.ts): the slices of a corpus one after another, with what moved kept behind each.
// The same recipe on the same rows ends with the same weights, whether the run was killed, begins with the base, or
// begins behind a slice up to which the rows are the same.
// Traps: a slice may depend on its own and earlier rows alone, so schedule, optimiser and order begin anew with it; and
// what is learnt last is known best, so some rows of earlier slices are learnt again beside each.
import { z } from 'zod';
import type { Digest } from '#core/canonical.ts';
import type { Recipe, TrainingCost } from '#core/recipe.ts';
import { rowLength, type Row } from '#engine/batch.ts';
import { attachLora, freshFactors, isLoraModel, loraParameters, shapeLora } from '#engine/lora.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { adamW, cosine } from '#engine/optimizers.ts';
import { random } from '#engine/random.ts';
import type { RunSaves, RunState } from '#engine/run-saves.ts';
import { epochOf, train } from '#engine/trainer.ts';

/** A row of the corpus as it is learnt, and in which slice. */
export interface LearntRow {
  readonly digest: Digest;
  readonly slice: number;
  readonly rows: readonly Row[];
}

/** What moved, by name, as it was behind a slice. */
export type Moved = ReadonlyMap<string, Float32Array>;

export interface FineTuning {
  readonly recipe: Recipe;
  readonly corpus: readonly LearntRow[];
  /** Begins behind this slice of an earlier training, with what had moved by then. */
  readonly from?: { readonly slice: number; readonly moved: Moved } | undefined;
  readonly saves?: RunSaves | undefined;
  readonly onUpdate?: ((progress: { done: number; total: number; slice: number; loss: number }) => void) | undefined;
  /** Called behind every slice; of a run that was killed perhaps twice, with the same values. */
  readonly onSlice?: ((slice: number, moved: Moved) => Promise<void> | void) | undefined;
}

/** The model under fresh factors where the recipe trains a LoRA; else the model itself. */
export const underRecipe = (base: Model, { lora, seed }: Pick<Recipe, 'lora' | 'seed'>): Model => {
  if (!lora) return base;
  const plan = shapeLora(base.config, lora);
  return attachLora(base, plan, freshFactors(plan, seed));
};

/** What a training by this recipe moves. */
const movingIn = (model: Model): Set<string> =>
  isLoraModel(model) ? loraParameters(model) : new Set(model.parameters.keys());

/**
 * Trains the model, as `underRecipe` gives it, in place; returns how long it took, over all processes that took part.
 * JOB_INTERRUPTED, after saving, where the run was asked to end.
 */
export const fineTune = async (model: Model, run: FineTuning): Promise<{ seconds: number }> => {
  const { recipe, from, saves, onSlice } = run;
  const trainable = movingIn(model);
  if (from) restoreValues(model, from.moved);
  const plans = slicesToLearn(recipe, run.corpus, from?.slice);
  const state = await saves?.resume();
  const stood = state && { ...state, ...Position.parse(state.position) };
  const total = plans.reduce((sum, { updates }) => sum + updates, 0);
  const started = performance.now();
  const elapsed = () => (stood?.seconds ?? 0) + (performance.now() - started) / 1000;
  let before = 0;
  for (const plan of plans) {
    const place = { before, total, elapsed };
    before += plan.updates;
    if (stood && plan.slice < stood.slice) continue;
    const resumed = stood?.slice === plan.slice ? { ...stood, position: stood.losses } : undefined;
    await learn(model, plan, trainable, run, place, resumed);
    await onSlice?.(plan.slice, valuesOf(model, trainable));
  }
  return { seconds: elapsed() };
};

const Position = z.strictObject({
  slice: z.int().positive(),
  losses: z.array(z.number()),
  /** Spent so far, by the processes that took part. */
  seconds: z.number(),
});

interface Place {
  readonly before: number;
  readonly total: number;
  readonly elapsed: () => number;
}

/** One slice, with an optimiser of its own. */
const learn = async (
  model: Model,
  plan: SliceToLearn,
  trainable: ReadonlySet<string>,
  { recipe, saves, onUpdate }: FineTuning,
  place: Place,
  resumed: RunState | undefined,
): Promise<void> => {
  const { slice, updates } = plan;
  const { rate, warmup } = recipe.schedule;
  const optimizer = adamW(recipe.optimizer);
  try {
    await train(model, batchesIn(plan, recipe), {
      updates,
      batchSize: recipe.batchSize,
      ...(recipe.rowsAtOnce !== null && { rowsAtOnce: recipe.rowsAtOnce, tape: 'blocks' as const }),
      seed: recipe.seed,
      schedule: cosine(rate, Math.ceil(warmup * updates), updates),
      optimizer,
      clip: recipe.optimizer.clip,
      trainable,
      onUpdate: ({ update, loss }) => onUpdate?.({ done: place.before + update + 1, total: place.total, slice, loss }),
      ...(saves && { saves: savesWithin(saves, slice, place, resumed) }),
    });
  } finally {
    optimizer.dispose();
  }
};

/** The run's saves as a slice sees them: its updates are counted on from those before. */
const savesWithin = (
  saves: RunSaves,
  slice: number,
  { before, elapsed }: Place,
  resumed: RunState | undefined,
): RunSaves => ({
  resume: () => Promise.resolve(resumed),
  after: (update, now) =>
    saves.after(before + update, () => {
      const { position, tensors } = now();
      return { position: { slice, losses: position, seconds: elapsed() }, tensors };
    }),
  done: () => Promise.resolve(),
});

interface SliceToLearn {
  readonly slice: number;
  readonly updates: number;
  /** Rows of an epoch, from 0. */
  readonly epoch: (number: number) => readonly Row[];
}

/** The slices behind `after`, in order, each with its own rows and a draw of earlier ones in every epoch. */
const slicesToLearn = (
  { slices, epochs, replay, seed, batchSize }: Recipe,
  corpus: readonly LearntRow[],
  after = 0,
): SliceToLearn[] => {
  const ordered = corpus.toSorted((a, b) => (a.digest < b.digest ? -1 : Number(a.digest > b.digest)));
  const within = (isIn: (slice: number) => boolean) =>
    ordered.filter(({ slice }) => isIn(slice)).flatMap(({ rows }) => rows);
  return Array.from({ length: slices.count - after }, (_, i) => {
    const slice = after + i + 1;
    const own = within((one) => one === slice);
    const earlier = within((one) => one < slice);
    const again = Math.min(earlier.length, Math.round(replay * own.length));
    const epoch = (number: number) =>
      again === 0 ? own : [...own, ...random(`replay:${seed}:${slice}:${number}`).shuffle(earlier).slice(0, again)];
    return { slice, updates: epochs * Math.ceil((own.length + again) / batchSize), epoch };
  });
};

function* batchesIn({ slice, epoch }: SliceToLearn, { batchSize, seed }: Recipe): Generator<Row[], never> {
  const stream = random(`batches:${seed}:${slice}`);
  for (let number = 0; ; number++) yield* epochOf(epoch(number), batchSize, stream);
}

/** What a training takes, without making it. */
export const costOf = (
  recipe: Recipe,
  corpus: readonly LearntRow[],
  after = 0,
): Pick<TrainingCost, 'updates' | 'tokens'> => {
  const plans = slicesToLearn(recipe, corpus, after);
  const tokensOf = ({ epoch }: SliceToLearn) =>
    Array.from({ length: recipe.epochs }, (_, number) => epoch(number))
      .flat()
      .reduce((sum, row) => sum + rowLength(row), 0);
  return {
    updates: plans.reduce((sum, { updates }) => sum + updates, 0),
    tokens: plans.reduce((sum, plan) => sum + tokensOf(plan), 0),
  };
};
