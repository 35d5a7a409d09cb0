// Generation by any LanguageModel: greedy or sampled, in batches. Prompts of different length are padded on the left,
// so that all rows end in the same column. Answers that are the same so far, of one prompt asked several times, are
// computed once. Trap: ended texts are computed until half of a batch has ended, so prompts are grouped by length.
import { QuittanceError } from '#core/errors.ts';
import { bucketByLength } from './batch.ts';
import type { Decoding, LanguageModel } from './language-model.ts';
import { parameterCount } from './model.ts';
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

/** Rows of a batch; where their logits are small, as many as give LOGITS_BYTES of them. */
const MOST_ROWS = 128;
const LOGITS_BYTES = 2 ** 20;
/**
 * Bytes of one batch's cache. While it grows by a column it exists twice, and a wasm heap never shrinks. A large model
 * reads all its weights for each token however few rows there are, so that it keeps twice as many.
 */
const cacheBytes = ({ config }: LanguageModel): number => {
  if (backendName() === 'tensorflow') return 512 * 2 ** 20;
  return (backendName().startsWith('wasm') && parameterCount(config) < LARGE ? 16 : 32) * 2 ** 20;
};
const LARGE = 64e6;

/** Rows whose caches fit. */
const roomFor = (model: LanguageModel, prompts: readonly (readonly number[])[], maxTokens: number): number => {
  const columns = prompts.reduce((most, { length }) => Math.max(most, length), 0) + maxTokens;
  const most = Math.max(MOST_ROWS, Math.floor(LOGITS_BYTES / (4 * model.config.vocabSize)));
  return Math.min(most, Math.max(1, Math.floor(cacheBytes(model) / (model.keptPerToken * columns * 4))));
};

const checkLength = (length: number, most: number) => {
  if (length >= 1 && length <= most) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'a prompt is empty or longer than the model can read',
    expected: `1 to ${most} tokens`,
    got: `${length} tokens`,
  });
};

/** Answers that are the same so far are one text: it is computed once, and each of them draws its own next token. */
interface Text {
  /** Index in the group of one answer that said this text. */
  example: number;
  /** Those that go on; none where all have ended and the text is computed in vain until texts are dropped. */
  running: readonly number[];
}

/** State of one batch. */
interface State {
  texts: Text[];
  decoding: Decoding;
  /** Left padding of each text. */
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
  const goesOn = (row: number) => {
    const { ended, ids } = results[row]!;
    return !ended && prompts[row]!.length + ids.length <= model.config.maxPositions;
  };
  const state = begin(model, prompts);
  const textOf = ({ example }: Text) => [...prompts[example]!, ...results[example]!.ids];
  let said = advance(state, padded(state, state.texts.map(textOf)), temperature);
  for (let step = 0; step < maxTokens; step++) {
    const grown = state.texts.map(({ running }, i) =>
      Map.groupBy(running, (row) => choose(said, i, streams[row]!, results[row]!, model.config.eosIds)),
    );
    const next = branch(state, grown, goesOn);
    if (next.length === 0 || step + 1 >= maxTokens) break;
    said = crossing(model, state)
      ? readAgain(model, state, state.texts.map(textOf), temperature)
      : advance(state, next, temperature);
  }
  state.decoding.dispose();
  return results;
};

/** Prompts that occur several times are one text. */
const begin = (model: LanguageModel, prompts: readonly (readonly number[])[]): State => {
  const same = Map.groupBy(prompts.keys(), (row) => prompts[row]!.join());
  const texts = [...same.values()].map((running) => ({ example: running[0]!, running }));
  return { texts, decoding: model.decoding(), padding: [], columns: 0 };
};

/** The texts with what stands to the left of them, so that all end in one column. */
const padded = (state: State, texts: readonly (readonly number[])[]): number[][] => {
  const columns = texts.reduce((most, { length }) => Math.max(most, length), 0);
  state.padding = texts.map(({ length }) => columns - length);
  return texts.map((text, i) => [...new Array<number>(state.padding[i]!).fill(0), ...text]);
};

/**
 * Each text branches into one for every token that was said behind it; returns these tokens as new columns. Ended texts
 * are dropped once they are half of what is computed, or where a branch has to be copied anyway.
 */
const branch = (
  state: State,
  grown: readonly ReadonlyMap<number, readonly number[]>[],
  goesOn: (row: number) => boolean,
): number[][] => {
  const branches = grown.map((tokens) =>
    [...tokens].flatMap(([id, rows]) => {
      const running = rows.filter(goesOn);
      return running.length > 0 ? [{ id, running }] : [];
    }),
  );
  const alive = branches.flatMap((some, from) => some.map((one) => ({ ...one, from })));
  const isOneEach = branches.every(({ length }) => length <= 1);
  if (isOneEach && alive.length > branches.length / 2) {
    state.texts = state.texts.map(({ example }, i) => {
      const running = branches[i]![0]?.running ?? [];
      return { example: running[0] ?? example, running };
    });
    return branches.map(([one]) => [one?.id ?? 0]);
  }
  if (alive.length > 0) state.decoding.keep(alive.map(({ from }) => from));
  state.texts = alive.map(({ running }) => ({ example: running[0]!, running }));
  state.padding = alive.map(({ from }) => state.padding[from]!);
  return alive.map(({ id }) => [id]);
};

/** Whether the next token makes a row so long that LongRoPE takes other factors for all its positions. */
const crossing = ({ config }: LanguageModel, { padding, columns }: State): boolean =>
  config.attention.some(
    ({ rope }) => rope && padding.some((pad) => isLong(rope, columns + 1 - pad) && !isLong(rope, columns - pad)),
  );

/** Computes the texts again from their beginning; predictions for ended ones are not used. */
const readAgain = (
  model: LanguageModel,
  state: State,
  texts: readonly (readonly number[])[],
  temperature: number,
): Predicted => {
  state.decoding.dispose();
  state.decoding = model.decoding();
  state.columns = 0;
  return advance(state, padded(state, texts), temperature);
};

/** What one forward pass predicts for each text's next token. */
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
