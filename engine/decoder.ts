// The complete decoder: every family (engine/families) is one computation with different choices (config.ts).
// Names follow Hugging Face; axes: B rows, T columns, N = B·T, d hidden, H heads, K key-value heads, D head size, F
// intermediate, V vocabulary.
// Trap: a group of H/K query heads shares one key-value head; queries are regrouped (B·K, H/K·T, D) instead of
// repeating keys.
import { QuittanceError } from '#core/errors.ts';
import { type Batch, attentionBias } from './batch.ts';
import type { DecoderConfig, Rope } from './formats/config.ts';
import { embedding, geluNew, layerNorm, linear, rmsNorm, rope, silu } from './ops.ts';
import { isLong, ropeTables, switches, type RopeTables } from './rope.ts';
import { tf } from './tf.ts';

/** Looks a parameter up by its name (parameters.ts). */
export interface Weights {
  (name: string): tf.Tensor;
  readonly delta?: Delta | undefined;
}

/**
 * What a LoRA, whose factors are looked up in `w`, adds to x · w(name), or to the rows of w(name) at ids x; undefined
 * for a matrix without factors.
 */
export type Delta = (w: Weights, name: string, x: tf.Tensor1D | tf.Tensor2D) => tf.Tensor2D | undefined;

/** What one layer's attention needs beside its weights; layers with the same window and positions share it. */
export interface LayerLayout {
  bias: tf.Tensor4D; // (1 or B, 1, T, S): 0 or −1e9
  rope?: RopeTables; // (1 or B, 1, T, rotaryDim)
}

/** What the blocks of one forward pass share. */
export interface Layout {
  rows: number; // B
  columns: number; // T of the queries
  layers: readonly LayerLayout[];
}

/** Keys and values of earlier tokens of one layer, for generation. */
export interface Cache {
  k: tf.Tensor4D; // (B, K, S, D)
  v: tf.Tensor4D; // (B, K, S, D)
}

export interface BlockOptions {
  tap?: Tap | undefined;
  cache?: Cache | undefined;
  /** Receives the cache with the new keys and values. */
  keep?: (cache: Cache) => void;
}

/** Sees inputs of linear maps as they pass: `name` is the parameter that they are multiplied with. */
export type Tap = (name: string, input: tf.Tensor2D) => void;

/** Layout of a training or scoring batch. The caller disposes it (disposeLayout). */
export const layoutOf = (config: DecoderConfig, batch: Batch): Layout => {
  const { rows, columns } = batch;
  const biasOf = (window: number | undefined) => {
    const bias = attentionBias(batch, window);
    return tf.tensor4d(bias.data, [bias.rows, 1, columns, columns]);
  };
  return { rows, columns, layers: layersOf(config, biasOf, (rope) => ropeOf(rope, batch)) };
};

/** Each layer's share, made once for all that have the same window, and the same rotary embedding. */
export const layersOf = (
  { attention }: DecoderConfig,
  biasOf: (window: number | undefined) => tf.Tensor4D,
  tablesOf: (rope: Rope) => RopeTables,
): LayerLayout[] => {
  const biases = new Map<number | undefined, tf.Tensor4D>();
  const tables = new Map<Rope, RopeTables>();
  return attention.map(({ window, rope }) => {
    const bias = biases.get(window) ?? biasOf(window);
    biases.set(window, bias);
    if (!rope) return { bias };
    const turned = tables.get(rope) ?? tablesOf(rope);
    tables.set(rope, turned);
    return { bias, rope: turned };
  });
};

const ropeOf = (rope: Rope, batch: Batch): RopeTables => {
  const { rows, columns, positions, segments } = batch;
  if (segments || switches(rope)) return ropeTables(rope, positions, rows, rowLengths(rope, batch));
  return ropeTables(
    rope,
    Int32Array.from({ length: columns }, (_, t) => t),
    1,
    [],
  );
};

/**
 * Length of each row. INVALID_INPUT where a row packs several answers and RoPE's factors depend on the length, because
 * the answers would need different factors.
 */
const rowLengths = (rope: Rope, { rows, columns, positions, mask, segments }: Batch): number[] =>
  Array.from({ length: rows }, (_, b) => {
    const ends = new Map<number, number>();
    for (let cell = b * columns; cell < (b + 1) * columns; cell++)
      if (mask[cell] === 1) ends.set(segments?.[cell] ?? 0, positions[cell]! + 1);
    const answers = [...ends].filter(([segment]) => segment > 0).map(([, end]) => end);
    const lengths = answers.length > 0 ? answers : [...ends.values()];
    if (new Set(lengths.map((length) => isLong(rope, length))).size > 1) {
      throw new QuittanceError('INVALID_INPUT', {
        message:
          'two answers to one prompt are on both sides of the length at which the model turns positions otherwise',
        hint: 'use a method that takes one answer a row, or shorter prompts',
      });
    }
    return Math.max(0, ...lengths);
  });

export const disposeLayout = ({ layers }: Layout): void =>
  tf.dispose([...new Set(layers.flatMap(({ bias, rope }) => [bias, ...(rope ? [rope.cos, rope.sin] : [])]))]);

/** ids, positions (N) → hidden states (N, d). */
export const embed = (config: DecoderConfig, w: Weights, ids: tf.Tensor1D, positions: tf.Tensor1D): tf.Tensor2D => {
  let x = scaled(lookUp(w, 'embed.w', ids), config.scale.embed); // (N, e)
  if (config.embedSize !== config.hiddenSize) x = project(w, 'projectIn', false, x); // (N, d)
  if (config.position.kind === 'rope') return x;
  const rows: tf.Tensor1D = tf.add(positions, tf.scalar(config.position.offset, 'int32'));
  return tf.add(x, lookUp(w, 'position.w', rows));
};

/** Rows of a table by ids (N). */
const lookUp = (w: Weights, name: string, ids: tf.Tensor1D): tf.Tensor2D =>
  plus(embedding(w(name) as tf.Tensor2D, ids), w.delta?.(w, name, ids));

const plus = (y: tf.Tensor2D, delta: tf.Tensor2D | undefined): tf.Tensor2D => (delta ? tf.add(y, delta) : y);

const scaled = (x: tf.Tensor2D, by: number): tf.Tensor2D => (by === 1 ? x : tf.mul(x, by));

/** c · tanh(x / c), where there is a bound. */
const capped = <T extends tf.Tensor>(x: T, bound: number | undefined): T =>
  bound === undefined ? x : tf.mul<T>(tf.tanh<T>(tf.div<T>(x, bound)), bound);

const norm = (
  { norm: { kind, eps, plusOne } }: DecoderConfig,
  w: Weights,
  name: string,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const weight = w(`${name}.w`) as tf.Tensor1D;
  if (kind === 'layer') return layerNorm(x, weight, w(`${name}.b`) as tf.Tensor1D, eps);
  return rmsNorm(x, plusOne ? tf.add<tf.Tensor1D>(weight, 1) : weight, eps);
};

const ACTIVATE = {
  silu,
  gelu_new: geluNew,
  relu: (x: tf.Tensor2D) => tf.relu(x),
  gelu: (x: tf.Tensor2D): tf.Tensor2D => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
} as const;

/**
 * One transformer block: (N, d) → (N, d). With a cache, keys and values of earlier tokens come first; the grown cache
 * is handed to `keep`.
 */
export const block = (
  config: DecoderConfig,
  w: Weights,
  layer: number,
  x: tf.Tensor2D,
  layout: Layout,
  options: BlockOptions = {},
): tf.Tensor2D => {
  const at = `layers.${layer}.`;
  const { norms, sharedNorm, scale } = config;
  const ln = (name: 'ln1' | 'ln1Out' | 'ln2' | 'ln2Out', h: tf.Tensor2D) => norm(config, w, at + name, h);
  const attend = (h: tf.Tensor2D) => attention(config, w, at, h, layout, layout.layers[layer]!, options);
  const feed = (h: tf.Tensor2D) => mlp(config, w, at, h, options.tap);
  const joined = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.add(a, scaled(b, scale.residual)); // (N, d)
  if (config.residual === 'parallel') {
    const h = ln('ln1', x); // (N, d)
    return joined(joined(x, attend(h)), feed(sharedNorm ? h : ln('ln2', x)));
  }
  if (norms === 'after-sum') {
    const y = ln('ln1', joined(x, attend(x)));
    return ln('ln2', joined(y, feed(y)));
  }
  const before = (name: 'ln1' | 'ln2', h: tf.Tensor2D) => (norms === 'after' ? h : ln(name, h));
  const after = (name: 'ln1Out' | 'ln2Out', h: tf.Tensor2D) => (norms === 'before' ? h : ln(name, h));
  const y = joined(x, after('ln1Out', attend(before('ln1', x)))); // (N, d)
  return joined(y, after('ln2Out', feed(before('ln2', y))));
};

const project = (w: Weights, name: string, bias: boolean, x: tf.Tensor2D, tap?: Tap): tf.Tensor2D => {
  tap?.(`${name}.w`, x);
  const y = linear(x, w(`${name}.w`) as tf.Tensor2D, bias ? (w(`${name}.b`) as tf.Tensor1D) : undefined);
  return plus(y, w.delta?.(w, `${name}.w`, x));
};

const attention = (
  config: DecoderConfig,
  w: Weights,
  at: string,
  h: tf.Tensor2D,
  { rows: B, columns: T }: Layout,
  { bias, rope: tables }: LayerLayout,
  { tap, cache, keep }: BlockOptions,
): tf.Tensor2D => {
  const { heads: H, kvHeads: K, headDim: D } = config;
  // (B, n, T, D)
  const split = (y: tf.Tensor2D, n: number): tf.Tensor4D => tf.transpose(tf.reshape(y, [B, T, n, D]), [0, 2, 1, 3]);
  const turn = (y: tf.Tensor4D) => (tables ? rotate(config, y, tables) : y);
  const projected = (name: 'q' | 'k' | 'v') => project(w, at + name, config.bias.qkv, h, tap);
  const q = turn(split(normedHeads(config, w, `${at}qNorm`, projected('q')), H)); // (B, H, T, D)
  let k = turn(split(normedHeads(config, w, `${at}kNorm`, projected('k')), K)); // (B, K, T, D)
  let v = split(projected('v'), K); // (B, K, T, D)
  if (cache) {
    k = tf.concat([cache.k, k], 2); // (B, K, S, D)
    v = tf.concat([cache.v, v], 2);
  }
  keep?.({ k, v });
  const S = k.shape[2];
  const grouped = tf.reshape(tf.mul(q, config.scale.attention), [B * K, (H / K) * T, D]); // (B·K, H/K·T, D)
  // (B·K, H/K·T, S)
  const scores = capped(tf.matMul(grouped, tf.reshape(k, [B * K, S, D]), false, true), config.cap.attention);
  const p = tf.softmax(tf.add(tf.reshape(scores, [B, H, T, S]), bias)); // (B, H, T, S)
  const mixed = tf.matMul(tf.reshape(p, [B * K, (H / K) * T, S]), tf.reshape(v, [B * K, S, D])); // (B·K, H/K·T, D)
  const merged = tf.reshape(tf.transpose(tf.reshape(mixed, [B, H, T, D]), [0, 2, 1, 3]), [B * T, H * D]); // (N, H·D)
  return project(w, `${at}o`, config.bias.o, merged as tf.Tensor2D, tap); // (N, d)
};

/** Queries or keys (N, heads·D) normed before they are turned: head by head, or all heads as one. */
const normedHeads = (config: DecoderConfig, w: Weights, name: string, y: tf.Tensor2D): tf.Tensor2D => {
  if (!config.queryKeyNorm) return y;
  if (config.queryKeyNorm === 'whole') return norm(config, w, name, y);
  return tf.reshape(norm(config, w, name, tf.reshape(y, [-1, config.headDim])), [-1, y.shape[1]]);
};

/** Rotary embedding on the first rotaryDim of each head; the rest passes. */
const rotate = (config: DecoderConfig, x: tf.Tensor4D, { cos, sin }: RopeTables): tf.Tensor4D => {
  const D = config.headDim;
  const R = cos.shape[3];
  if (R === D) return rope(x, cos, sin);
  const [turned, rest] = tf.split(x, [R, D - R], 3) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([rope(turned, cos, sin), rest], 3);
};

const mlp = (config: DecoderConfig, w: Weights, at: string, h: tf.Tensor2D, tap?: Tap): tf.Tensor2D => {
  const activate = ACTIVATE[config.activation];
  const bias = config.bias.mlp;
  // (N, F); gate and up read the same input
  const inner = config.gatedMlp
    ? tf.mul(activate(project(w, `${at}gate`, bias, h, tap)), project(w, `${at}up`, bias, h))
    : activate(project(w, `${at}up`, bias, h, tap));
  return project(w, `${at}down`, bias, inner as tf.Tensor2D, tap); // (N, d)
};

/** Hidden states of the last block (M, d) → logits (M, V). */
export const head = (config: DecoderConfig, w: Weights, x: tf.Tensor2D): tf.Tensor2D => {
  let h = config.finalNorm ? norm(config, w, 'norm', x) : x; // (M, d)
  if (config.embedSize !== config.hiddenSize) h = project(w, 'projectOut', false, h); // (M, e)
  const said: tf.Tensor2D = tf.matMul(h, w(config.tied ? 'embed.w' : 'head.w'), false, true); // (M, V)
  const logits = scaled(config.tied ? said : plus(said, w.delta?.(w, 'head.w', h)), config.scale.logits);
  return capped(config.bias.head ? tf.add(logits, w('head.b')) : logits, config.cap.logits);
};
