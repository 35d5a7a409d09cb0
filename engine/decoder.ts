// The complete decoder: Llama, Mistral, Qwen2, GPT-2, GPT-NeoX, OPT and Phi are one computation with different choices (config.ts).
// Names follow Hugging Face; axes: B rows, T columns, N = B·T, d hidden, H heads, K key-value heads, D head size, F intermediate, V vocabulary.
// Trap: a group of H/K query heads shares one key-value head; queries are regrouped (B·K, H/K·T, D) instead of repeating keys.
import { type Batch, attentionBias } from './batch.ts';
import type { DecoderConfig } from './formats/config.ts';
import { embedding, geluNew, layerNorm, linear, rmsNorm, rope, silu } from './ops.ts';
import { ropeTables } from './rope.ts';
import { tf } from './tf.ts';

/** Looks a parameter up by its name (parameters.ts). */
export interface Weights {
  (name: string): tf.Tensor;
  readonly delta?: Delta | undefined;
}

/** What a LoRA, its factors looked up in `w`, adds to x · w(name); undefined for a matrix that it leaves alone. */
export type Delta = (w: Weights, name: string, x: tf.Tensor2D) => tf.Tensor2D | undefined;

/** What every block of one forward pass shares. */
export interface Layout {
  rows: number; // B
  columns: number; // T of the queries
  bias: tf.Tensor4D; // (1 or B, 1, T, S): 0 or −1e9
  rope?: { cos: tf.Tensor4D; sin: tf.Tensor4D }; // (1 or B, 1, T, rotaryDim)
}

/** Keys and values of earlier tokens of one layer, for generation. */
export interface Cache {
  k: tf.Tensor4D; // (B, K, S, D)
  v: tf.Tensor4D; // (B, K, S, D)
}

export interface BlockOptions {
  tap?: Tap | undefined;
  cache?: Cache | undefined;
  /** Takes the grown cache. */
  keep?: (cache: Cache) => void;
}

/** Sees inputs of linear maps as they pass: `name` is the parameter that they are multiplied with. */
export type Tap = (name: string, input: tf.Tensor2D) => void;

/** Layout of a training or scoring batch. The caller disposes it (disposeLayout). */
export const layoutOf = (config: DecoderConfig, batch: Batch): Layout => {
  const { rows, columns } = batch;
  const bias = attentionBias(batch, config.slidingWindow);
  return {
    rows,
    columns,
    bias: tf.tensor4d(bias.data, [bias.rows, 1, columns, columns]),
    ...ropeOf(config, batch.segments ? batch.positions : batch.positions.subarray(0, 0), batch),
  };
};

const ropeOf = (config: DecoderConfig, packed: Int32Array, { rows, columns }: Batch): Pick<Layout, 'rope'> => {
  if (config.position.kind !== 'rope') return {};
  const positions = packed.length > 0 ? packed : Int32Array.from({ length: columns }, (_, t) => t);
  return { rope: ropeTables(config.position, positions, packed.length > 0 ? rows : 1) };
};

export const disposeLayout = (layout: Layout): void => {
  layout.bias.dispose();
  layout.rope?.cos.dispose();
  layout.rope?.sin.dispose();
};

/** ids, positions (N) → hidden states (N, d). */
export const embed = (config: DecoderConfig, w: Weights, ids: tf.Tensor1D, positions: tf.Tensor1D): tf.Tensor2D => {
  let x = embedding(w('embed.w') as tf.Tensor2D, ids); // (N, e)
  if (config.embedSize !== config.hiddenSize) x = linear(x, w('projectIn.w') as tf.Tensor2D); // (N, d)
  if (config.position.kind === 'rope') return x;
  const rows: tf.Tensor1D = tf.add(positions, tf.scalar(config.position.offset, 'int32'));
  return tf.add(x, embedding(w('position.w') as tf.Tensor2D, rows));
};

const norm = (config: DecoderConfig, w: Weights, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  config.norm.kind === 'rms'
    ? rmsNorm(x, w(`${name}.w`) as tf.Tensor1D, config.norm.eps)
    : layerNorm(x, w(`${name}.w`) as tf.Tensor1D, w(`${name}.b`) as tf.Tensor1D, config.norm.eps);

const ACTIVATE = {
  silu,
  gelu_new: geluNew,
  relu: (x: tf.Tensor2D) => tf.relu(x),
  gelu: (x: tf.Tensor2D): tf.Tensor2D => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
} as const;

/** One transformer block: (N, d) → (N, d). With a cache, keys and values of earlier tokens come first; the grown cache is handed to `keep`. */
export const block = (
  config: DecoderConfig,
  w: Weights,
  layer: number,
  x: tf.Tensor2D,
  layout: Layout,
  options: BlockOptions = {},
): tf.Tensor2D => {
  const at = `layers.${layer}.`;
  const attend = (h: tf.Tensor2D) => attention(config, w, at, h, layout, options);
  const feed = (h: tf.Tensor2D) => mlp(config, w, at, h, options.tap);
  if (config.residual === 'parallel') {
    const h = norm(config, w, `${at}ln1`, x); // (N, d)
    const g = config.sharedNorm ? h : norm(config, w, `${at}ln2`, x); // (N, d)
    return tf.add(tf.add(x, attend(h)), feed(g));
  }
  if (config.postNorm) {
    const y = norm(config, w, `${at}ln1`, tf.add(x, attend(x)));
    return norm(config, w, `${at}ln2`, tf.add(y, feed(y)));
  }
  const y: tf.Tensor2D = tf.add(x, attend(norm(config, w, `${at}ln1`, x))); // (N, d)
  return tf.add(y, feed(norm(config, w, `${at}ln2`, y)));
};

const project = (w: Weights, name: string, bias: boolean, x: tf.Tensor2D, tap?: Tap): tf.Tensor2D => {
  tap?.(`${name}.w`, x);
  const y = linear(x, w(`${name}.w`) as tf.Tensor2D, bias ? (w(`${name}.b`) as tf.Tensor1D) : undefined);
  const delta = w.delta?.(w, `${name}.w`, x);
  return delta ? tf.add(y, delta) : y;
};

const attention = (
  config: DecoderConfig,
  w: Weights,
  at: string,
  h: tf.Tensor2D,
  layout: Layout,
  { tap, cache, keep }: BlockOptions,
): tf.Tensor2D => {
  const { heads: H, kvHeads: K, headDim: D } = config;
  const { rows: B, columns: T } = layout;
  const split = (y: tf.Tensor2D, n: number): tf.Tensor4D => tf.transpose(tf.reshape(y, [B, T, n, D]), [0, 2, 1, 3]); // (B, n, T, D)
  const turn = (y: tf.Tensor4D) => (layout.rope ? rotate(config, y, layout.rope) : y);
  const q = turn(split(project(w, `${at}q`, config.bias.qkv, h, tap), H)); // (B, H, T, D)
  let k = turn(split(project(w, `${at}k`, config.bias.qkv, h, tap), K)); // (B, K, T, D)
  let v = split(project(w, `${at}v`, config.bias.qkv, h, tap), K); // (B, K, T, D)
  if (cache) {
    k = tf.concat([cache.k, k], 2); // (B, K, S, D)
    v = tf.concat([cache.v, v], 2);
  }
  keep?.({ k, v });
  const S = k.shape[2];
  const grouped = tf.reshape(tf.mul(q, 1 / Math.sqrt(D)), [B * K, (H / K) * T, D]); // (B·K, H/K·T, D)
  const scores = tf.matMul(grouped, tf.reshape(k, [B * K, S, D]), false, true); // (B·K, H/K·T, S)
  const p = tf.softmax(tf.add(tf.reshape(scores, [B, H, T, S]), layout.bias)); // (B, H, T, S)
  const mixed = tf.matMul(tf.reshape(p, [B * K, (H / K) * T, S]), tf.reshape(v, [B * K, S, D])); // (B·K, H/K·T, D)
  const merged = tf.reshape(tf.transpose(tf.reshape(mixed, [B, H, T, D]), [0, 2, 1, 3]), [B * T, H * D]); // (N, H·D)
  return project(w, `${at}o`, config.bias.o, merged as tf.Tensor2D, tap); // (N, d)
};

/** Rotary embedding on the first rotaryDim of each head; the rest passes. */
const rotate = (
  config: DecoderConfig,
  x: tf.Tensor4D,
  { cos, sin }: { cos: tf.Tensor4D; sin: tf.Tensor4D },
): tf.Tensor4D => {
  const D = config.headDim;
  const R = cos.shape[3];
  if (R === D) return rope(x, cos, sin);
  const [turned, rest] = tf.split(x, [R, D - R], 3) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([rope(turned, cos, sin), rest], 3);
};

const mlp = (config: DecoderConfig, w: Weights, at: string, h: tf.Tensor2D, tap?: Tap): tf.Tensor2D => {
  const activate = ACTIVATE[config.activation];
  const bias = config.bias.mlp;
  const inner = config.gatedMlp
    ? tf.mul(activate(project(w, `${at}gate`, bias, h, tap)), project(w, `${at}up`, bias, h)) // (N, F); gate and up read the same input
    : activate(project(w, `${at}up`, bias, h, tap)); // (N, F)
  return project(w, `${at}down`, bias, inner as tf.Tensor2D, tap); // (N, d)
};

/** Hidden states of the last block (M, d) → logits (M, V). */
export const head = (config: DecoderConfig, w: Weights, x: tf.Tensor2D): tf.Tensor2D => {
  let h = config.finalNorm ? norm(config, w, 'norm', x) : x; // (M, d)
  if (config.embedSize !== config.hiddenSize) h = linear(h, w('projectOut.w') as tf.Tensor2D); // (M, e)
  const logits = tf.matMul(h, w(config.tied ? 'embed.w' : 'head.w'), false, true); // (M, V)
  return config.bias.head ? tf.add(logits, w('head.b')) : (logits as tf.Tensor2D);
};
