// Generation by any LanguageModel: greedy or sampled, in batches. Prompts of different length are padded on the left,
// so that all rows end in the same column. A prompt that occurs several times is computed once. Trap: finished rows are
// computed until the batch ends, so prompts are grouped by length.
import { QuittanceError } from '#core/errors.ts';
import { bucketByLength } from './batch.ts';
import type { Decoding, LanguageModel } from './language-model.ts';
import { random, type Random } from './random.ts';
import { isLong } from './rope.ts';
import { backendName, tf } from './tf.ts';

export interface GenerateOptions {
  /** Most new tokens. */
  maxTokens: number;
  /** 0 or absent: greedy. */
  temperature?: number;
  seed?: number;
  /** Rows computed at once. */
  batchSize?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface Generated {
  /** New tokens, without the end-of-sequence token. */
  ids: number[];
  /** Log-probability (nats, temperature 1) of each new token; one more than `ids` where the end was predicted. */
  logProbs: number[];
  /** Whether the model ended the answer itself, before `maxTokens`. */
  ended: boolean;
}

/**
 * Continues each prompt, which is refused with INVALID_INPUT where it is empty or too long. Results are in the order of
 * the prompts.
 */
export const generate = (
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Generated[] => {
  prompts.forEach((prompt) => checkLength(prompt.length, model.config.maxPositions));
  const order = prompts.map((prompt, index) => ({ prompt, index }));
  const results: Generated[] = new Array(prompts.length) as Generated[];
  let done = 0;
  const rowsAtOnce = options.batchSize ?? roomFor(model, prompts, options.maxTokens);
  for (const group of bucketByLength(order, (item) => item.prompt.length, rowsAtOnce)) {
    const generated = generateBatch(
      model,
      group.map((item) => item.prompt),
      group.map((item) => item.index),
      options,
    );
    group.forEach((item, i) => (results[item.index] = generated[i]!));
    options.onProgress?.((done += group.length), prompts.length);
  }
  return results;
};

const MOST_ROWS = 128;
/** Bytes of one batch's cache. While it grows by a column it exists twice, and a wasm heap never shrinks. */
const cacheBytes = (): number => (backendName() === 'tensorflow' ? 512 : 32) * 2 ** 20;

/** Rows whose caches fit. */
const roomFor = (model: LanguageModel, prompts: readonly (readonly number[])[], maxTokens: number): number => {
  const columns = prompts.reduce((most, { length }) => Math.max(most, length), 0) + maxTokens;
  return Math.min(MOST_ROWS, Math.max(1, Math.floor(cacheBytes() / (model.keptPerToken * columns * 4))));
};

const checkLength = (length: number, most: number) => {
  if (length >= 1 && length <= most) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'a prompt is empty or longer than the model can read',
    expected: `1 to ${most} tokens`,
    got: `${length} tokens`,
  });
};

/** State of one batch: rows still running are computed, finished ones dropped once half of them are done. */
interface State {
  /** Index of each computed row in the group. */
  rows: number[];
  decoding: Decoding;
  /** Left padding of each computed row. */
  padding: number[];
  columns: number;
}

const generateBatch = (
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  streamIds: readonly number[],
  { maxTokens, temperature = 0, seed = 0 }: GenerateOptions,
): Generated[] => {
  const results: Generated[] = prompts.map(() => ({ ids: [], logProbs: [], ended: false }));
  // one stream a prompt: the same prompt samples the same answer whatever else is in the batch
  const streams = streamIds.map((id) => random(`sample:${seed}:${id}`));
  const finished = (row: number) => {
    const { ended, ids } = results[row]!;
    return ended || prompts[row]!.length + ids.length > model.config.maxPositions;
  };
  const { state, first } = readPrompts(model, prompts, temperature);
  let said = first;
  for (let step = 0; step < maxTokens && state.rows.length > 0; step++) {
    const next = state.rows.map((row, i) =>
      finished(row) ? 0 : choose(said, i, streams[row]!, results[row]!, model.config.eosIds),
    );
    const inputs = dropFinished(
      state,
      finished,
      next.map((id) => [id]),
    );
    if (state.rows.length === 0 || step + 1 >= maxTokens) continue;
    const texts = state.rows.map((row) => [...prompts[row]!, ...results[row]!.ids]);
    said = crossing(model, state) ? readAgain(model, state, texts, temperature) : advance(state, inputs, temperature);
  }
  state.decoding.dispose();
  return results;
};

/** Each distinct prompt goes through the model once; all its rows then get a copy of its cache and prediction. */
const readPrompts = (
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  temperature: number,
): { state: State; first: Predicted } => {
  const at = new Map<string, number>();
  const different: (readonly number[])[] = [];
  const source = prompts.map((prompt) => {
    const key = prompt.join();
    if (!at.has(key)) at.set(key, different.push(prompt) - 1);
    return at.get(key)!;
  });
  const columns = prompts.reduce((most, prompt) => Math.max(most, prompt.length), 0);
  const padding = different.map(({ length }) => columns - length);
  const inputs = different.map((prompt, i) => [...new Array<number>(padding[i]!).fill(0), ...prompt]);
  const state: State = { rows: different.map((_, i) => i), decoding: model.decoding(), padding, columns: 0 };
  const said = advance(state, inputs, temperature);
  if (different.length < prompts.length) state.decoding.keep(source);
  state.rows = prompts.map((_, i) => i);
  state.padding = source.map((i) => padding[i]!);
  return { state, first: rowsOf(said, source, model.config.vocabSize) };
};

/** Whether the next token makes a row so long that LongRoPE takes other factors for all its positions. */
const crossing = ({ config }: LanguageModel, { padding, columns }: State): boolean =>
  config.attention.some(
    ({ rope }) => rope && padding.some((pad) => isLong(rope, columns + 1 - pad) && !isLong(rope, columns - pad)),
  );

/** Computes the rows again from their beginning; predictions for finished rows are not used. */
const readAgain = (
  model: LanguageModel,
  state: State,
  texts: readonly (readonly number[])[],
  temperature: number,
): Predicted => {
  state.decoding.dispose();
  const columns = state.columns + 1;
  state.padding = texts.map((text) => columns - text.length);
  const inputs = texts.map((text, i) => [...new Array<number>(state.padding[i]!).fill(0), ...text]);
  state.decoding = model.decoding();
  state.columns = 0;
  return advance(state, inputs, temperature);
};

/** What one forward pass predicts for each row's next token. */
interface Predicted {
  /** rows · V, at temperature 1. */
  logits: Float32Array;
  /** ln Σ exp of each row's logits. */
  logSums: Float32Array;
  /** Each row's likeliest token. */
  best: Int32Array;
  /** rows · V, at the temperature asked for; absent where nothing is sampled. */
  probabilities?: Float32Array;
}

const rowsOf = (said: Predicted, source: readonly number[], vocabulary: number): Predicted => {
  const wide = (from: Float32Array) => {
    const to = new Float32Array(source.length * vocabulary);
    source.forEach((row, i) => to.set(from.subarray(row * vocabulary, (row + 1) * vocabulary), i * vocabulary));
    return to;
  };
  return {
    logits: wide(said.logits),
    logSums: Float32Array.from(source, (row) => said.logSums[row]!),
    best: Int32Array.from(source, (row) => said.best[row]!),
    ...(said.probabilities && { probabilities: wide(said.probabilities) }),
  };
};

/** Runs new columns (rows × n) through the model and returns what the last one predicts. */
const advance = (state: State, ids: readonly (readonly number[])[], temperature: number): Predicted => {
  const logits = state.decoding.advance({ ids, padding: state.padding, before: state.columns });
  state.columns += ids[0]!.length;
  const said = predictedBy(logits, temperature);
  logits.dispose();
  return said;
};

/**
 * Trap: tf.tidy walks through whatever its function returns, number by number, so only tensors are returned from this
 * one.
 */
const predictedBy = (logits: tf.Tensor2D, temperature: number): Predicted => {
  const [logSums, best, probabilities] = tf.tidy((): tf.Tensor[] => [
    tf.logSumExp(logits, 1),
    tf.argMax(logits, 1),
    ...(temperature > 0 ? [tf.softmax(tf.div(logits, temperature))] : []),
  ]);
  const said = {
    logits: logits.dataSync<'float32'>(),
    logSums: logSums!.dataSync<'float32'>(),
    best: best!.dataSync<'int32'>(),
    ...(probabilities && { probabilities: probabilities.dataSync<'float32'>() }),
  };
  tf.dispose([logSums!, best!, probabilities ?? []]);
  return said;
};

/** Picks the next token of the i-th row computed and records it. */
const choose = (
  { logits, logSums, best, probabilities }: Predicted,
  i: number,
  stream: Random,
  result: Generated,
  eosIds: readonly number[],
): number => {
  const vocabulary = logits.length / best.length;
  const [from, to] = [i * vocabulary, (i + 1) * vocabulary];
  const id = probabilities ? sample(probabilities.subarray(from, to), best[i]!, stream) : best[i]!;
  result.logProbs.push(logits[from + id]! - logSums[i]!);
  if (eosIds.includes(id)) result.ended = true;
  else result.ids.push(id);
  return id;
};

/**
 * Inverts the distribution function. Where rounding leaves its sum below 1, a draw beyond it gives the most likely
 * token.
 */
const sample = (probabilities: Float32Array, likeliest: number, stream: Random): number => {
  let left = stream.uniform();
  for (let i = 0; i < probabilities.length; i++) if ((left -= probabilities[i]!) < 0) return i;
  return likeliest;
};

/** Drops finished rows from the computation once they are half of it. */
const dropFinished = (state: State, finished: (row: number) => boolean, inputs: number[][]): number[][] => {
  const running = state.rows.map((row, i) => (finished(row) ? -1 : i)).filter((i) => i >= 0);
  if (running.length > 0 && running.length > state.rows.length / 2) return inputs;
  if (running.length > 0) state.decoding.keep(running);
  state.rows = running.map((i) => state.rows[i]!);
  state.padding = running.map((i) => state.padding[i]!);
  return running.map((i) => inputs[i]!);
};
