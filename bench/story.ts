// The story bench: a small model has read a book and general text beside it; each method makes it forget the second
// half of the book, and what is left is held against a model that never read that half.
// Trap: rows are kept under a digest of their inputs, not of the code; after a change of a method, use another folder.
import { join } from 'node:path';
import { isQuittanceError } from '#core/errors.ts';
import { encodeRows, examplesOf, type TextRow } from '#containers/examples.ts';
import { refusals } from '#datasets/refusals.ts';
import type { TrainRecipe } from '#containers/train-job.ts';
import { composedFrom } from '#engine/composed.ts';
import { collectMoments, MOMENTS_FILE, readMoments, subtractMoments } from '#engine/corpus-moments.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { encoder } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import type { Outcome } from '#unlearning/method.ts';
import { configured, findMethod } from '#unlearning/methods.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import type { MethodEntry } from './method-entries.ts';
import { keptRow, saved } from './saved-rows.ts';
import { storyEntries } from './story-entries.ts';
import { measureStory, type StoryMeasures } from './story-measures.ts';
import {
  otherWordings,
  recordsOf,
  stayingRows,
  storyBases,
  storyWorld,
  type StoryBases,
  type StorySize,
  type StoryWorld,
} from './story-world.ts';

/** What a run of a method left, or the message with which it ended. */
export type StoryResult =
  | {
      readonly updates: number;
      readonly stop: Outcome['stop'];
      /** CPU seconds of every thread. */
      readonly cpu: number;
      readonly measures: StoryMeasures;
    }
  | { readonly failed: string };

export interface StoryRow extends Pick<MethodEntry, 'label' | 'method' | 'config' | 'from'> {
  readonly reads: readonly string[];
  readonly result: StoryResult;
}

export interface StoryBench {
  readonly seed: number;
  readonly bases: Pick<StoryBases, 'cpu' | 'exact'>;
  /** Of the model that was taught everything, and of the one that was not taught what is to be forgotten. */
  readonly original: StoryMeasures;
  readonly retain: StoryMeasures;
  readonly rows: readonly StoryRow[];
  /** Rows that were asked for and are not there. */
  readonly missing: readonly string[];
}

export interface StoryBenchOptions {
  readonly dir: string;
  readonly backend: string;
  readonly seed: number;
  readonly size: StorySize;
  readonly recipe: TrainRecipe & { readonly epochs: number };
  readonly labels?: readonly string[];
  /** Makes no row; the models and what they know are made in any case. */
  readonly keptOnly: boolean;
  readonly onUpdate: (which: string, done: number, total: number, loss: number) => void;
  readonly onRow: (row: StoryRow) => void;
}

export const benchStory = async (options: StoryBenchOptions): Promise<StoryBench> => {
  const { dir, seed, size, recipe, backend } = options;
  const world = storyWorld(seed, size);
  const bases = await storyBases(dir, { seed, size, recipe, backend }, options.onUpdate);
  const about = { bench: 'story', seed, size, recipe, backend };
  const measured = (folder: 'whole' | 'retain') =>
    saved(dir, { ...about, folder }, async () => withModel(bases[folder], (model) => measureStory(model, world)));
  const [original, retain] = [await measured('whole'), await measured('retain')];
  const rows: StoryRow[] = [];
  const entries = storyEntries(options.labels);
  for (const { label, method, config, from } of entries) {
    const identity = { ...about, method, config };
    const result = options.keptOnly
      ? keptRow<StoryResult>(dir, identity)
      : await saved(dir, identity, () => orFailed(() => storyResult(bases.whole, world, { method, config, seed })));
    if (!result) continue;
    const row = { ...{ label, method, config, from }, reads: findMethod(method).needs, result };
    rows.push(row);
    options.onRow(row);
  }
  const missing = entries.map(({ label }) => label).filter((label) => !rows.some((row) => row.label === label));
  return { seed, bases: { cpu: bases.cpu, exact: bases.exact }, original, retain, rows, missing };
};

const withModel = async <T>(folder: string, use: (model: Model) => T | Promise<T>): Promise<T> => {
  const model = loadModel(folder);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
};

/** A method that cannot go on is a row with its message; a fault of the program is none. */
const orFailed = async (make: () => Promise<StoryResult>): Promise<StoryResult> => {
  try {
    return await make();
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    return { failed: error.message };
  }
};

const storyResult = (
  folder: string,
  world: StoryWorld,
  run: Pick<MethodEntry, 'method' | 'config'> & { seed: number },
): Promise<StoryResult> =>
  withModel(folder, (model) =>
    withModel(folder, async (reference) => {
      const { encodeAnswer } = encoder(model);
      const forget = recordsOf(world.forget);
      const moments = readMoments(join(folder, MOMENTS_FILE))!;
      const own = encodeRows(model, [...forget, ...otherWordings(world.forget)]);
      const taken = stopwatch();
      const outcome = await configured(run.method, run.config).run({
        ...{ model, reference, seed: run.seed },
        forget: examplesOf(model, forget),
        stopControls: examplesOf(model, recordsOf(world.stop)),
        templates: refusals.map((text) => encodeAnswer(` ${text}`)),
        moments: { source: 'corpus', values: subtractMoments(moments, collectMoments(model, own)) },
        retain: encodeRows(model, stayingRows(world) satisfies TextRow[]),
      });
      const { cpuSeconds: cpu } = taken();
      const measures = measured(model, outcome, world);
      return { updates: outcome.updates, stop: outcome.stop, cpu, measures };
    }),
  );

/** Of the weights, or with an assistant of what both say together. */
const measured = (model: Model, { composed }: Outcome, world: StoryWorld): StoryMeasures => {
  if (!composed) return measureStory(model, world);
  try {
    return measureStory(composedFrom(model, [composed.assistant], composed.combination), world);
  } finally {
    composed.assistant.dispose();
  }
};
