// The one way to unlearn, for the job, the command and the benches: needs → memory → weights → moments → run → what the
// caller makes of the result. The method comes with its settings already parsed, so that nothing is read for a run with
// wrong settings. Retained rows and a reference model are read only where the method needs them.
// Trap: the forget rows' share is subtracted from the moments of the base before the projection is made from them.
import { QuittanceError } from '#core/errors.ts';
import { withholds } from '#core/method-name.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { answerOf, promptOf, type Suite } from '#datasets/suite-shape.ts';
import type { Parts } from '#engine/accumulate.ts';
import type { Row } from '#engine/batch.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { folderBeneath, folderKind } from '#engine/formats/folder-kind.ts';
import { openAdapter, openMerged } from '#engine/formats/made-folder.ts';
import { checkAdapter } from '#engine/formats/peft.ts';
import { exactlyHeldModelFrom } from '#engine/held-base.ts';
import { encoder, inference } from '#engine/inference.ts';
import { plainLora, type AdapterConfig, type LoraConfig, type LoraModel } from '#engine/lora.ts';
import type { Model, modelFrom } from '#engine/model.ts';
import { collectMoments, subtractMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { requireNeeds, type ConfiguredMethod, type ForgetOnlyContext, type Outcome } from '#unlearning/method.ts';
import type { PreparedTraining } from './retrain.ts';
import { encodeRows, examplesOf, type TextRow, type Texts } from './examples.ts';
import { forgetExamples, type UnlearnRow } from './forget-examples.ts';
import { unlearningParts } from './memory.ts';
import { surelyKnown } from './surely-known.ts';
import { stopwatch } from './stopwatch.ts';

/** The model before unlearning. */
export interface Base extends Texts {
  /** Returns a new model each time, which the caller disposes; of an adapter and its base, the two merged. */
  load(from?: typeof modelFrom): Model;
  /** Where the model is an adapter beside a base: the two unmerged, for a run that moves the adapter alone. */
  readonly adapter?: { readonly config: AdapterConfig; load(from?: typeof modelFrom): LoraModel };
}

/**
 * Reads config and tokenizer of a model folder now, and its weights when they are loaded. MODEL_UNSUPPORTED of a
 * composed decoder: what it withholds is in its target.
 */
export const baseIn = (dir: string): Base => {
  const under = folderBeneath(dir);
  if (folderKind(dir) === 'composed')
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: 'a composed decoder has no weights of its own that could be moved',
      expected: 'weights, or an adapter beside its base',
      got: 'a target with assistants',
      hint: 'unlearn its target, and serve that',
    });
  const parts = readModelParts(dir);
  const adapter = under && {
    config: checkAdapter(dir, parts.config),
    load: (from?: typeof modelFrom) => openAdapter(dir, under, from),
  };
  return { ...parts, load: (from) => openMerged(dir, from), ...(adapter && { adapter }) };
};

/** Whether the run moves the adapter that the model came with, and leaves another one beside the same base. */
export const keepsAdapter = (
  base: Base,
  { name, update, needs }: Pick<ConfiguredMethod, 'name' | 'update' | 'needs'>,
): boolean =>
  base.adapter !== undefined && !withholds(name) && (update.trainable === 'lora' || needs.includes('training'));

/**
 * The adapter to which a run on whole MLP matrices of an adapter model is fitted at its end. It ends as weights (then
 * undefined) where more than those moved, where they are to be stored otherwise than the base, and where the adapter is
 * more than factors inside the blocks.
 */
export const fitsAdapter = (
  { adapter, config }: Base,
  { update }: Pick<ConfiguredMethod, 'update'>,
  stored: Quantisation,
  wanted: Quantisation,
): LoraConfig | undefined =>
  adapter && /^mlp/.test(update.trainable) && stored === wanted ? plainLora(config, adapter.config) : undefined;

/**
 * METHOD_CONFIG where an adapter or an assistant would be left, and what is beneath is stored otherwise than is asked
 * for; or where the adapter's factors are not trained.
 */
export const checkKept = (
  base: Base,
  method: Pick<ConfiguredMethod, 'name' | 'update' | 'needs'>,
  stored: Quantisation,
  wanted: Quantisation,
): void => {
  const kept = keepsAdapter(base, method);
  if (kept && base.adapter?.config.dora)
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'the model is a DoRA beside its base, whose factors are not trained here',
      expected: 'update.trainable=mlp, after which it is weights; or a LoRA without use_dora',
      got: 'update.trainable=lora',
      hint: 'take another method, or merge the adapter: quittance model export N DIR --merge',
    });
  if (!(kept || withholds(method.name)) || stored === wanted) return;
  throw new QuittanceError('METHOD_CONFIG', {
    message: 'what is made upon a model is served beside it as the model is stored',
    expected: stored,
    got: wanted,
    hint: 'ask for the quantisation of the base, or take a method that leaves weights',
  });
};

type Watching = Pick<ForgetOnlyContext, 'onUpdate' | 'onAdapter'>;

export interface Unlearning extends Watching {
  base: Base;
  method: ConfiguredMethod;
  /** Framed as the model was trained. */
  forget: readonly UnlearnRow[];
  /** The model itself revealed them: those that it does not surely know are left out. */
  revealed?: boolean | undefined;
  /**
   * Provides template answers, stop controls and, where there are no corpus moments, people for control moments; framed
   * in the same way.
   */
  suite: Suite;
  /**
   * Moments of the corpus that the model was trained on, including the forget rows; absent where the model came without
   * them.
   */
  corpus?: (() => CorpusMoments | Promise<CorpusMoments>) | undefined;
  /** The recorded training of the model, for a method that trains it anew. */
  training?: PreparedTraining | undefined;
  /** Rows that stay. */
  retain?: ((model: Model) => readonly TextRow[]) | undefined;
  seed: number;
  backend: string;
  onMemory?: (line: string) => void;
  /** How the run saves itself and resumes; a run with other `parts` adds in another order and is another run. */
  saves?: (parts: Parts) => RunSaves | undefined;
}

export interface Unlearned {
  /** Holds the unlearned weights; disposed when the caller's function has returned. */
  model: Model;
  outcome: Outcome;
  /** Moments of the corpus without the forget rows; undefined where the model came without moments. */
  corpus: CorpusMoments | undefined;
  /** Of the method's run alone. */
  seconds: number;
  /** The same, of every thread of the process: on a busy machine the number that can be compared. */
  cpuSeconds: number;
}

/** METHOD_CONFIG, INVALID_INPUT or MEMORY_PLAN before any weight is read. */
export const runUnlearning = async <T>(run: Unlearning, use: (unlearned: Unlearned) => T | Promise<T>): Promise<T> => {
  const { base, method, suite, retain, seed } = run;
  const given = { retain, training: run.training };
  requireNeeds(method, (need) => need === 'reference' || need === 'strangers' || given[need] !== undefined);
  const training = method.needs.includes('training') ? run.training : undefined;
  const listed = forgetExamples(run, templatesOf(suite));
  const stopControls = examplesOf(base, recordsOf(suite.controls.stop));
  if (!training) requireControls(suite);
  const parts = training ? {} : memoryPartsOf(run); // training anew plans by itself, by its recipe
  const saves = run.saves?.(parts);
  const from = method.update.base === 'bfloat16' ? exactlyHeldModelFrom : undefined;
  const model = keepsAdapter(base, method) ? base.adapter!.load(from) : base.load(from);
  try {
    const forget = run.revealed ? surelyKnown(model, listed, stopControls) : listed;
    const moments = training ? undefined : await momentsFor(model, run);
    const taken = stopwatch();
    const ran = await withReference(run, (reference) =>
      method.run({
        model,
        forget,
        stopControls,
        templates: templatesOf(suite).map((text) => inference(model).encodeAnswer(text)),
        moments,
        seed,
        parts,
        ...(run.onUpdate && { onUpdate: run.onUpdate }),
        ...(run.onAdapter && { onAdapter: run.onAdapter }),
        ...(saves && { saves }),
        ...(retain && method.needs.includes('retain') && { retain: encodeRows(base, retain(model)) }),
        ...(reference && { reference }),
        ...(method.needs.includes('strangers') && { strangers: encodeRows(base, strangerRows(model, suite)) }),
        ...(training && { training: training.run }),
      }),
    );
    const outcome = run.revealed ? withLeftOut(ran, listed.length - forget.length) : ran;
    const times = taken();
    const corpus = training && run.corpus ? training.moments(model) : valuesOfCorpus(moments);
    const result = await use({ model, outcome, corpus, ...times });
    await saves?.done(); // last: a crash before it repeats only what follows the last update, which is cheap
    return result;
  } finally {
    model.dispose();
  }
};

/** Without them no method knows where to end. INVALID_INPUT. */
const requireControls = ({ controls: { stop } }: Suite): void => {
  if (stop.some(({ records }) => records.length > 0)) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the suite has no never-trained people to stop by',
    expected: 'people whom the model never saw (controls.stop of the suite)',
    hint: 'add such people to the suite, or leave it out: generated people are then taken',
  });
};

const withLeftOut = (outcome: Outcome, notSurelyKnown: number): Outcome => ({
  ...outcome,
  recorded: { ...outcome.recorded, notSurelyKnown },
});

const valuesOfCorpus = (moments: ForgetOnlyContext['moments']): CorpusMoments | undefined =>
  moments?.source === 'corpus' ? moments.values : undefined;

const recordsOf = (people: Suite['subjects']) => people.flatMap(({ records }) => records);

const templatesOf = (suite: Suite): string[] => suite.refusals.map((line) => answerOf(line, suite));

/** Prints what the run takes, and how much of a batch at once; MEMORY_PLAN where not even one row fits. */
const memoryPartsOf = ({ base, forget, suite, method, backend, onMemory }: Unlearning): Parts =>
  unlearningParts(
    { config: base.config, tokenizer: base.tokenizer, rows: forget, backend },
    templatesOf(suite),
    base.adapter ? { ...method, update: { ...method.update, lora: base.adapter.config } } : method,
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
 * Corpus moments without the forget rows' share, as far as they were made of these rows; or control moments, where the
 * model came without corpus moments and the projection needs some.
 */
const momentsFor = async (
  model: Model,
  { method, suite, forget, corpus }: Unlearning,
): Promise<ForgetOnlyContext['moments']> => {
  if (corpus) {
    const own = countedRows(
      model,
      forget.filter(({ recited }) => recited !== 'not-asked').flatMap((row) => trainedWordings(row, suite)),
    );
    return { source: 'corpus', values: subtractMoments(await corpus(), collectMoments(model, own)) };
  }
  return method.update.projection === 'owm' ? { source: 'controls', values: controlMoments(model, suite) } : undefined;
};

type CountedRow = TextRow & Pick<UnlearnRow, 'window'>;

const countedText = ({ window, prompt, answer }: CountedRow): string => window ?? prompt + answer;

/**
 * Each text of the corpus once: several values of one row are several records, each with all that stands before its
 * value, so that what is read in another one whole is left out. A row that is longer than the model reads was counted
 * in windows, and only as much as the record's own holds is taken away.
 */
const countedRows = (model: Model, rows: readonly CountedRow[]): Row[] => {
  const longest = rows.toSorted((a, b) => countedText(b).length - countedText(a).length);
  const kept: CountedRow[] = [];
  for (const row of longest) if (!kept.some((other) => countedText(other).startsWith(countedText(row)))) kept.push(row);
  return kept.flatMap((row) => (row.window === undefined ? encodeRows(model, [row]) : [windowRow(model, row.window)]));
};

const windowRow = (model: Model, window: string): Row => {
  const ids = encoder(model).encodePrompt(window).slice(0, model.config.maxPositions);
  return { prompt: ids.slice(0, 1), answers: [ids.slice(1)] };
};

/** The record in every wording that the model was trained on. */
const trainedWordings = (row: UnlearnRow, { frame }: Suite): CountedRow[] =>
  row.trainedParaphrase && row.paraphrase !== undefined
    ? [row, { prompt: promptOf(row.paraphrase, frame), answer: row.answer }]
    : [row];

/** Most new tokens of an answer about a never-trained person. */
const OWN_TOKENS = 24;

/**
 * Moments of texts about never-trained people: with made-up answers, and with the model's own answers to their
 * questions.
 */
const controlMoments = (model: Model, suite: Suite): CorpusMoments =>
  collectMoments(model, encodeRows(model, strangerRows(model, suite)));

const strangerRows = (model: Model, suite: Suite): TextRow[] => {
  const people = recordsOf(suite.controls.whitening);
  const said = inference(model).generate(
    people.map(({ prompt }) => prompt),
    { maxTokens: OWN_TOKENS },
  );
  const own = people.map(({ prompt }, i) => ({ prompt, answer: said[i]!.text }));
  return [...people, ...own];
};
