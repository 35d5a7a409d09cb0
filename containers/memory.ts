// The memory of a job, planned from its texts before any weight is read; printed, and refused where it does not fit
// (engine/memory-plan.ts has the arithmetic).
// Trap: a plan counts models that are already loaded as taken memory, so ask before the run's own model is loaded.
import type { Parts } from '#engine/accumulate.ts';
import { rowLength, type Row } from '#engine/batch.ts';
import type { DecoderConfig } from '#engine/formats/config.ts';
import { scoredAtOnce } from '#engine/inference.ts';
import { describeMemory, planMemory, requireMemory, type PlannedRun } from '#engine/memory-plan.ts';
import type { AdapterConfig, LoraConfig } from '#engine/lora.ts';
import { movedBy } from '#engine/retaught.ts';
import { tapeOf } from '#engine/sweep.ts';
import { tensorBytes } from '#engine/tf.ts';
import type { Tokenizer } from '#engine/tokenizer/tokenizer.ts';
import type { ConfiguredMethod } from '#unlearning/method.ts';
import { movesUnder, type UpdateConfig } from '#unlearning/update-config.ts';

export interface PlannedTexts {
  config: DecoderConfig;
  tokenizer: Tokenizer;
  rows: readonly { prompt: string; answer: string }[];
  backend: string;
}

type Say = ((line: string) => void) | undefined;

export const memoryPlanNow = (run: PlannedRun, available?: number) =>
  planMemory(run, available, run.backend.startsWith('wasm') ? tensorBytes() : 0);

/** Prints the memory plan in one line; MEMORY_PLAN where it does not fit. */
export const holdToMemory = (run: PlannedRun, say: Say, available?: number): void => {
  const memoryPlan = memoryPlanNow(run, available);
  say?.(describeMemory(memoryPlan));
  requireMemory(memoryPlan);
};

/**
 * How much of a batch may be in memory at once: all of it; else block by block; else half as many rows, halved until
 * they fit, whose gradients are then added up. Prints the memory plan; MEMORY_PLAN where not even one row fits.
 */
export const partsThatFit = (
  runOf: (rows: number) => PlannedRun,
  batchSize: number,
  say: Say,
  available?: number,
): Parts => {
  const fits = (run: PlannedRun) => memoryPlanNow(run, available).fits;
  const inBlocks = (rows: number): PlannedRun => ({ ...runOf(rows), tape: 'blocks' });
  if (fits(runOf(batchSize))) {
    holdToMemory(runOf(batchSize), say, available);
    return {};
  }
  let rowsAtOnce = batchSize;
  while (rowsAtOnce > 1 && !fits(inBlocks(rowsAtOnce))) rowsAtOnce = Math.ceil(rowsAtOnce / 2);
  const parts = `, block by block, ${rowsAtOnce} of ${batchSize} rows at once`;
  holdToMemory(inBlocks(rowsAtOnce), say && ((line) => say(`${line}${parts}`)), available);
  return { rowsAtOnce, tape: 'blocks' };
};

/** Length of the longest text, tokens; the end-of-sequence token is counted. */
const longest = (tokenizer: Tokenizer, texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, tokenizer.encode(text).length + 1), 1);

/** Tokens of the longest prompt, of the longest answer, and of what is packed beside it. */
const lengthsOf = ({ tokenizer, rows }: PlannedTexts, beside: readonly string[] = []) => ({
  prompt: longest(
    tokenizer,
    rows.map((row) => row.prompt),
  ),
  answer: longest(
    tokenizer,
    rows.map((row) => row.answer),
  ),
  beside: beside.length > 0 ? longest(tokenizer, beside) : 0,
});

const shapeOf = ({ config, rows }: PlannedTexts, most: number, lengths: ReturnType<typeof lengthsOf>) => {
  const answers = lengths.answer + lengths.beside;
  const count = Math.max(1, Math.min(most, rows.length));
  const batch = {
    rows: count,
    columns: Math.min(lengths.prompt + answers, config.maxPositions),
    answerTokens: count * answers,
  };
  return { batch, tape: tapeOf(config, batch) };
};

/** What training every weight by AdamW takes. */
export const trainingRun = (texts: PlannedTexts, batchSize: number): PlannedRun => ({
  config: texts.config,
  backend: texts.backend,
  ...shapeOf(texts, batchSize, lengthsOf(texts)),
  trainable: () => true,
  optimizer: 'adamw',
});

/** What fine-tuning by AdamW takes, of every weight or of a LoRA alone, on rows that are token ids already. */
export const fineTuningRun = (
  {
    config,
    rows,
    backend,
    lora,
    held = false,
  }: Pick<PlannedTexts, 'config' | 'backend'> & {
    rows: readonly Row[];
    lora: LoraConfig | null;
    held?: boolean;
  },
  atOnce: number,
): PlannedRun => {
  const answerOf = ({ answers }: Row) => answers.reduce((sum, { length }) => sum + length, 0);
  const longestOf = (length: (row: Row) => number) => rows.reduce((most, row) => Math.max(most, length(row)), 1);
  const count = Math.max(1, Math.min(atOnce, rows.length));
  const batch = { rows: count, columns: longestOf(rowLength), answerTokens: count * longestOf(answerOf) };
  return {
    config,
    backend,
    batch,
    tape: held ? 'blocks' : tapeOf(config, batch),
    trainable: () => true,
    held,
    ...(lora && { lora }),
    optimizer: 'adamw',
  };
};

interface Method extends Pick<ConfiguredMethod, 'needs' | 'batchSize' | 'retaught'> {
  /** With the shape of the adapter that the model came with, where that is what moves. */
  update: Omit<UpdateConfig, 'lora'> & { lora: AdapterConfig };
}

/** Records of one update. */
const recordsOf = ({ rows }: PlannedTexts, { batchSize }: Method): number =>
  Math.max(1, Math.min(batchSize, rows.length));

/**
 * What a method takes with so many records of an update in memory at once; each record is packed with a template
 * answer.
 */
export const unlearningRun = (
  texts: PlannedTexts,
  templates: readonly string[],
  method: Method,
  atOnce?: number,
): PlannedRun => {
  const { update } = method;
  const all = recordsOf(texts, method);
  const lengths = lengthsOf(texts, templates);
  const whole = shapeOf(texts, all, lengths);
  const isPart = atOnce !== undefined && atOnce < all;
  return {
    config: texts.config,
    backend: texts.backend,
    ...(isPart ? { ...shapeOf(texts, atOnce, lengths), keptTokens: whole.batch.answerTokens } : whole),
    trainable: movesUnder(update),
    ...(update.trainable === 'lora' && { lora: update.lora }),
    ...(update.base === 'bfloat16' && { held: true, tape: 'blocks' }),
    optimizer: update.optimizer,
    projection: update.projection === 'owm',
    reference: method.needs.includes('reference'),
    ...(method.retaught && { retaught: movedBy.mlp }),
    ...(method.retaught === 'each' && { sideBySide: [movedBy.mlp] }),
  };
};

/**
 * How many records of an update may be in memory at once. Prints the memory plan; MEMORY_PLAN where not even one fits.
 */
export const unlearningParts = (
  texts: PlannedTexts,
  templates: readonly string[],
  method: Method,
  say: Say,
  available?: number,
): Parts =>
  partsThatFit((atOnce) => unlearningRun(texts, templates, method, atOnce), recordsOf(texts, method), say, available);

/** What scoring, and re-learning by AdamW on what the attacks move, take. */
export const evaluationRun = (
  texts: PlannedTexts,
  before: boolean,
  attacks: keyof typeof movedBy = 'body',
): PlannedRun => {
  const lengths = lengthsOf(texts);
  const atOnce = scoredAtOnce(texts.config, lengths.prompt + lengths.answer, lengths.answer, texts.backend);
  return {
    config: texts.config,
    backend: texts.backend,
    ...shapeOf(texts, atOnce, lengths),
    tape: 'blocks',
    trainable: () => false,
    retaught: movedBy[attacks],
    sideBySide: attacks === 'body' ? [movedBy.mlp, movedBy.body] : [movedBy[attacks]],
    optimizer: 'normalized-sgd',
    reference: before,
  };
};
