// Generation with a key-value cache: greedy or sampled, batched. Prompts of different length are padded on the left, so that all rows end in the
// same column; padding is hidden by the attention bias. Trap: finished rows keep computing until the batch ends: prompts are grouped by length.
import { QuittanceError } from '#core/errors.ts';
import { bucketByLength } from './batch.ts';
import { block, embed, head, type Cache, type Layout } from './decoder.ts';
import type { Model } from './model.ts';
import { random, type Random } from './random.ts';
import { ropeTables } from './rope.ts';
import { tf } from './tf.ts';

export interface GenerateOptions {
  /** New tokens at most. */
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
  /** Whether the model ended by itself. */
  ended: boolean;
}

/** Continues each prompt, which is refused with INVALID_INPUT where it is empty or too long. Results are in the order of the prompts. */
export const generate = (
  model: Model,
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
/** Bytes of one batch's cache; while it grows by a column it is there twice, and a wasm heap ends at 4 GiB. */
const CACHE_BYTES = 128 * 2 ** 20;

/** Rows whose caches fit. */
const roomFor = ({ config }: Model, prompts: readonly (readonly number[])[], maxTokens: number): number => {
  const columns = prompts.reduce((most, { length }) => Math.max(most, length), 0) + maxTokens;
  const bytes = config.layers * 2 * config.kvHeads * config.headDim * columns * 4;
  return Math.min(MOST_ROWS, Math.max(1, Math.floor(CACHE_BYTES / bytes)));
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
  caches: Cache[];
  /** Left padding of each computed row. */
  padding: number[];
  columns: number;
}

const generateBatch = (
  model: Model,
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
  const columns = prompts.reduce((most, prompt) => Math.max(most, prompt.length), 0);
  const padding = prompts.map((prompt) => columns - prompt.length);
  const state: State = { rows: prompts.map((_, i) => i), caches: [], padding, columns: 0 };
  let inputs = prompts.map((prompt, i) => [...new Array<number>(padding[i]!).fill(0), ...prompt]);
  for (let step = 0; step < maxTokens && state.rows.length > 0; step++) {
    const logits = advance(model, state, inputs);
    const next = state.rows.map((row, i) => {
      const slice = logits.subarray(i * model.config.vocabSize, (i + 1) * model.config.vocabSize);
      return finished(row) ? 0 : choose(slice, temperature, streams[row]!, results[row]!, model.config.eosIds);
    });
    inputs = dropFinished(
      state,
      finished,
      next.map((id) => [id]),
    );
  }
  disposeCaches(state.caches);
  return results;
};

const disposeCaches = (caches: readonly Cache[]) => caches.forEach(({ k, v }) => tf.dispose([k, v]));

/** Runs new columns (rows × n) through the model and returns the logits (rows · V) of the last one. */
const advance = (model: Model, state: State, inputs: readonly (readonly number[])[]): Float32Array => {
  const n = inputs[0]!.length;
  const layout = stepLayout(model, state, n);
  const grown: Cache[] = [];
  const logits = tf.tidy(() => {
    const positions = stepPositions(model, state, n);
    let x = embed(
      model.config,
      model.weights,
      tf.tensor1d(Int32Array.from(inputs.flat()), 'int32'),
      tf.tensor1d(positions, 'int32'),
    );
    for (let l = 0; l < model.config.layers; l++) {
      x = block(model.config, model.weights, l, x, layout, {
        cache: state.caches[l],
        keep: (cache) => grown.push(keepCache(cache)),
      });
    }
    const rows = state.rows.length;
    const last = tf.reshape(tf.slice(tf.reshape(x, [rows, n, -1]), [0, n - 1, 0], [rows, 1, -1]), [rows, -1]);
    return head(model.config, model.weights, last as tf.Tensor2D);
  });
  disposeCaches(state.caches);
  tf.dispose([layout.bias, ...(layout.rope ? [layout.rope.cos, layout.rope.sin] : [])]);
  state.caches = grown;
  state.columns += n;
  const values = logits.dataSync<'float32'>();
  logits.dispose();
  return values;
};

const keepCache = ({ k, v }: Cache): Cache => ({ k: tf.keep(tf.clone(k)), v: tf.keep(tf.clone(v)) });

/** Position of each new cell (rows · n): columns since the row's first token, 0 in the padding; finished rows stay at the last position. */
const stepPositions = ({ config }: Model, state: State, n: number): Int32Array => {
  const within = (position: number) => Math.min(Math.max(0, position), config.maxPositions - 1);
  return Int32Array.from(
    state.padding.flatMap((pad) => Array.from({ length: n }, (_, i) => within(state.columns + i - pad))),
  );
};

const stepLayout = (model: Model, state: State, n: number): Layout => {
  const { config } = model;
  const S = state.columns + n;
  const bias = new Float32Array(state.rows.length * n * S).fill(-1e9);
  state.padding.forEach((pad, b) => {
    for (let i = 0; i < n; i++) {
      const column = state.columns + i;
      const from = Math.max(pad, column - (config.slidingWindow ?? S) + 1);
      bias.fill(0, (b * n + i) * S + Math.min(from, column), (b * n + i) * S + column + 1);
    }
  });
  const rows = state.rows.length;
  return {
    rows,
    columns: n,
    bias: tf.tensor4d(bias, [rows, 1, n, S]),
    ...(config.position.kind === 'rope'
      ? { rope: ropeTables(config.position, stepPositions(model, state, n), rows) }
      : {}),
  };
};

/** Picks the next token of a row and records it. */
const choose = (
  logits: Float32Array,
  temperature: number,
  stream: Random,
  result: Generated,
  eosIds: readonly number[],
): number => {
  const id = temperature > 0 ? sample(logits, temperature, stream) : argMax(logits);
  result.logProbs.push(logits[id]! - logSumExp(logits));
  if (eosIds.includes(id)) result.ended = true;
  else result.ids.push(id);
  return id;
};

export const argMax = (values: Float32Array): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};

const logSumExp = (values: Float32Array): number => {
  const most = values[argMax(values)]!;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - most);
  return most + Math.log(sum);
};

const sample = (logits: Float32Array, temperature: number, stream: Random): number => {
  const most = logits[argMax(logits)]!;
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += weights[i] = Math.exp((logits[i]! - most) / temperature);
  let left = stream.uniform() * sum;
  for (let i = 0; i < weights.length; i++) if ((left -= weights[i]!) < 0) return i;
  return weights.length - 1;
};

/** Drops finished rows from the computation once they are half of it. */
const dropFinished = (state: State, finished: (row: number) => boolean, inputs: number[][]): number[][] => {
  const running = state.rows.map((row, i) => (finished(row) ? -1 : i)).filter((i) => i >= 0);
  if (running.length > 0 && running.length > state.rows.length / 2) return inputs;
  if (running.length > 0) {
    const at = tf.tensor1d(running, 'int32');
    const kept = state.caches.map(({ k, v }) => ({ k: tf.gather(k, at), v: tf.gather(v, at) }));
    at.dispose();
    disposeCaches(state.caches);
    state.caches = kept;
  }
  state.rows = running.map((i) => state.rows[i]!);
  state.padding = running.map((i) => state.padding[i]!);
  return running.map((i) => inputs[i]!);
};
