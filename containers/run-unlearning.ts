// The one way to unlearn, for the job, the command and the benches: needs → memory → weights → moments → run → what the
// caller makes of the result. The method comes with its settings parsed, so that nothing is read for a run which cannot
// be. Retained rows and a reference model are read only where the method needs them.
// Trap: the moments of the base lose the forget rows' share for good, before the projection is made from them.
import type { ForgetRow } from '#datasets/suite.ts';
import { answerOf, promptOf, type PeopleWorld } from '#datasets/world.ts';
import type { Parts } from '#engine/accumulate.ts';
import { loadModel, readModelParts } from '#engine/formats/folder.ts';
import { exactlyHeldModelFrom } from '#engine/held-base.ts';
import { inference } from '#engine/inference.ts';
import type { Model, modelFrom } from '#engine/model.ts';
import { collectMoments, subtractMoments, type Moments } from '#engine/moments.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { requireNeeds, type ConfiguredMethod, type ForgetOnlyContext, type Outcome } from '#unlearning/method.ts';
import { encodeRows, examplesOf, type TextRow, type Texts } from './examples.ts';
import { unlearningParts } from './memory.ts';

/** The model before unlearning. */
export interface Base extends Texts {
  /** A model of its own each time, which the caller disposes. */
  load(from?: typeof modelFrom): Model;
}

/** Config and tokenizer of a model folder are read now, its weights when they are loaded. */
export const baseIn = (dir: string): Base => ({ ...readModelParts(dir), load: (from) => loadModel(dir, from) });

type Watching = Pick<ForgetOnlyContext, 'onUpdate' | 'onAdapter'>;

export interface Unlearning extends Watching {
  base: Base;
  method: ConfiguredMethod;
  /** In the frame in which the model was taught. */
  forget: readonly UnlearnRow[];
  /**
   * Gives template answers, stop controls and, where there are no corpus moments, people to take control moments from;
   * in the same frame.
   */
  world: PeopleWorld;
  /** Moments of the corpus that the model was trained on, the forget rows included; absent where it came without. */
  corpus?: (() => Moments | Promise<Moments>) | undefined;
  /** Rows that stay. */
  retain?: (() => readonly TextRow[]) | undefined;
  seed: number;
  backend: string;
  onMemory?: (line: string) => void;
  /** Where the run goes on from, and saves itself; sums in other parts are another run. */
  saves?: (parts: Parts) => RunSaves | undefined;
}

/** A record to forget, with the second wording in which it was trained, if it was. */
export type UnlearnRow = TextRow & Partial<Pick<ForgetRow, 'value' | 'paraphrase' | 'trainedParaphrase'>>;

export interface Unlearned {
  /** Holds the unlearned weights; it is disposed when the caller is done with them. */
  model: Model;
  outcome: Outcome;
  /** Of the corpus without the forget rows; undefined where the model came without. */
  corpus: Moments | undefined;
  /** Of the method's run alone. */
  seconds: number;
}

/** METHOD_CONFIG, INVALID_INPUT or MEMORY_PLAN before any weight is read. */
export const runUnlearning = async <T>(run: Unlearning, use: (unlearned: Unlearned) => T | Promise<T>): Promise<T> => {
  const { base, method, world, retain, seed } = run;
  requireNeeds(method, (need) => need !== 'retain' || retain !== undefined);
  const forget = examplesOf(base, run.forget);
  const stopControls = examplesOf(base, recordsOf(world.controls.stop));
  const parts = memoryPartsOf(run);
  const saves = run.saves?.(parts);
  const model = base.load(method.update.base === 'bfloat16' ? exactlyHeldModelFrom : undefined);
  try {
    const moments = await momentsFor(model, run);
    const started = performance.now();
    const outcome = await withReference(run, (reference) =>
      method.run({
        model,
        forget,
        stopControls,
        templates: templatesOf(world).map(inference(model).encodeAnswer),
        moments,
        seed,
        parts,
        ...(run.onUpdate && { onUpdate: run.onUpdate }),
        ...(run.onAdapter && { onAdapter: run.onAdapter }),
        ...(saves && { saves }),
        ...(retain && method.needs.includes('retain') && { retain: encodeRows(base, retain()) }),
        ...(reference && { reference }),
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    const corpus = moments?.source === 'corpus' ? moments.values : undefined;
    const result = await use({ model, outcome, corpus, seconds });
    await saves?.done(); // what a run costs after its last update is cheap enough to be paid twice
    return result;
  } finally {
    model.dispose();
  }
};

const recordsOf = (people: PeopleWorld['subjects']) => people.flatMap(({ records }) => records);

const templatesOf = (world: PeopleWorld): string[] => world.refusals.map((line) => answerOf(line, world));

/** Says what the run takes, and how much of a batch at once; MEMORY_PLAN where not one row fits. */
const memoryPartsOf = ({ base, forget, world, method, backend, onMemory }: Unlearning): Parts =>
  unlearningParts(
    { config: base.config, tokenizer: base.tokenizer, rows: forget, backend },
    templatesOf(world),
    method,
    onMemory,
  );

const withReference = async <T>(
  { base, method }: Unlearning,
  use: (reference: Model | undefined) => Promise<T>,
): Promise<T> => {
  const reference = method.needs.includes('reference') ? base.load() : undefined;
  try {
    return await use(reference);
  } finally {
    reference?.dispose();
  }
};

/**
 * Corpus moments less the forget rows' own share; control moments where the model came without and its projection asks
 * for some.
 */
const momentsFor = async (
  model: Model,
  { method, world, forget, corpus }: Unlearning,
): Promise<ForgetOnlyContext['moments']> => {
  if (corpus) {
    const own = encodeRows(
      model,
      forget.flatMap((row) => trainedWordings(row, world)),
    );
    return { source: 'corpus', values: subtractMoments(await corpus(), collectMoments(model, own)) };
  }
  return method.update.projection === 'owm' ? { source: 'controls', values: controlMoments(model, world) } : undefined;
};

/** The record in every wording that the model was trained on. */
const trainedWordings = (row: UnlearnRow, { frame }: PeopleWorld): TextRow[] =>
  row.trainedParaphrase && row.paraphrase !== undefined
    ? [row, { prompt: promptOf(row.paraphrase, frame), answer: row.answer }]
    : [row];

/** New tokens of an answer about a never-trained person, at most. */
const OWN_TOKENS = 24;

/** Of never-trained people: with made-up answers, and with what the model itself says to their questions. */
const controlMoments = (model: Model, world: PeopleWorld): Moments => {
  const people = recordsOf(world.controls.whitening);
  const said = inference(model).generate(
    people.map(({ prompt }) => prompt),
    { maxTokens: OWN_TOKENS },
  );
  const own = people.map(({ prompt }, i) => ({ prompt, answer: said[i]!.text }));
  return collectMoments(model, encodeRows(model, [...people, ...own]));
};
