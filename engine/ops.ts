// Operations with hand-written gradients: fewer passes over memory than the automatic ones, and none of the kernels
// that are slow or missing on wasm. Every gradient is tested against finite differences in float64. Trap: a custom
// gradient may keep only tensors handed to `save`.
import { fastOps, tf } from './tf.ts';

type Grads = tf.Tensor[];

/** Typed wrapper: `forward` returns its value and, from the saved tensors, one gradient an input. */
const custom = <T extends tf.Tensor>(
  forward: (
    save: (tensors: tf.Tensor[]) => void,
    ...inputs: tf.Tensor[]
  ) => { value: tf.Tensor; grads: (dy: tf.Tensor, saved: tf.Tensor[]) => Grads },
  ...inputs: tf.Tensor[]
): T => {
  const wrapped = tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const { value, grads } = forward(save, ...(args as tf.Tensor[]));
    // tidied here, because tfjs keeps a gradient's intermediate tensors until the whole backward pass is over
    const gradFunc = (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => tf.tidy(() => grads(dy as tf.Tensor, saved));
    return { value, gradFunc };
  });
  return wrapped(...inputs) as T;
};

/** table (V, d), ids (N) int32 → rows (N, d). The gradient adds rows up where an id repeats. */
export const embedding = (table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D => tf.gather(table, ids);

/**
 * x (N, in), w (in, out), b (out) → x·w + b. Of K copies of a model side by side w is (K, in, out) and b (K, out), each
 * for N/K rows.
 */
export const linear = (x: tf.Tensor2D, w: tf.Tensor2D | tf.Tensor3D, b?: tf.Tensor1D | tf.Tensor2D): tf.Tensor2D => {
  const y: tf.Tensor2D =
    w.rank === 3
      ? tf.reshape(tf.matMul(tf.reshape(x, [w.shape[0], -1, x.shape[1]]), w), [x.shape[0], -1])
      : tf.matMul(x, w);
  if (b === undefined) return y;
  return b.rank === 2 ? plusEach(y, b as tf.Tensor2D) : addBias(y, b as tf.Tensor1D);
};

/** y (N, d), s (K, d) → each of the K parts of y times its own row of s. */
const timesEach = (y: tf.Tensor2D, s: tf.Tensor2D): tf.Tensor2D =>
  custom<tf.Tensor2D>(
    (save, y0, s0) => {
      save([y0, s0]);
      return {
        value: ofEach(tf.mul, y0, s0),
        grads: (dy, [a, b]) => [ofEach(tf.mul, dy, b!), sumsOfEach(tf.mul(dy, a!), b!)],
      };
    },
    y,
    s,
  );

/** The same with a sum. */
const plusEach = (y: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D =>
  custom<tf.Tensor2D>(
    (save, y0, b0) => {
      save([b0]);
      return { value: ofEach(tf.add, y0, b0), grads: (dy, [own]) => [tf.clone(dy), sumsOfEach(dy, own!)] };
    },
    y,
    b,
  );

const partsOf = (y: tf.Tensor, { shape: [K, d] }: tf.Tensor): tf.Tensor3D => tf.reshape(y, [K, -1, d!]);

const ofEach = (op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, y: tf.Tensor, s: tf.Tensor): tf.Tensor2D =>
  tf.reshape(op(partsOf(y, s), tf.expandDims(s, 1)), [-1, s.shape[1]!]);

/** Sums over the rows of each part (K, d). */
const sumsOfEach = (y: tf.Tensor, s: tf.Tensor): tf.Tensor2D => {
  const parts = partsOf(y, s);
  return tf.reshape(tf.matMul(tf.ones([parts.shape[0], 1, parts.shape[1]]), parts), [parts.shape[0], -1]);
};

/** y (N, out) + b (out). */
const addBias = (y: tf.Tensor2D, b: tf.Tensor1D): tf.Tensor2D =>
  custom<tf.Tensor2D>(
    (_save, y0, b0) => ({
      value: fastOps().addBias?.(y0 as tf.Tensor2D, b0 as tf.Tensor1D) ?? tf.add(y0, b0),
      grads: (dy) => [tf.clone(dy), columnSums(dy as tf.Tensor2D)],
    }),
    y,
    b,
  );

/** Sum over the rows of (N, d) → (d), as a product with ones: fast on every backend, where a sum over axis 0 is not. */
const columnSums = (y: tf.Tensor2D): tf.Tensor1D =>
  fastOps().columnSums?.(y) ?? tf.reshape(tf.matMul(tf.ones([1, y.shape[0]]), y), [y.shape[1]]);

/** x · σ(x). */
export const silu = (x: tf.Tensor2D): tf.Tensor2D =>
  custom<tf.Tensor2D>((save, x0) => {
    const s = tf.sigmoid(x0);
    save([x0, s]);
    // d = σ + x σ (1 − σ)
    return {
      value: tf.mul(x0, s),
      grads: (dy, [a, sig]) => [tf.mul(dy, tf.mul(sig!, tf.add(1, tf.mul(a!, tf.sub(1, sig!)))))],
    };
  }, x);

const GELU_A = 2 * Math.sqrt(2 / Math.PI);
const GELU_B = GELU_A * 0.044715;

/** The tanh form of GELU, as x · σ(2u) with u = √(2/π)(x + 0.044715 x³): tanh is slow on wasm. */
export const geluNew = (x: tf.Tensor2D): tf.Tensor2D =>
  custom<tf.Tensor2D>((save, x0) => {
    const s = tf.sigmoid(tf.mul(x0, tf.add(GELU_A, tf.mul(GELU_B, tf.square(x0)))));
    save([x0, s]);
    const grads = (dy: tf.Tensor, [a, sig]: tf.Tensor[]) => {
      const slope = tf.mul(
        tf.mul(a!, tf.mul(sig!, tf.sub(1, sig!))),
        tf.add(GELU_A, tf.mul(3 * GELU_B, tf.square(a!))),
      );
      return [tf.mul(dy, tf.add(sig!, slope))];
    };
    return { value: tf.mul(x0, s), grads };
  }, x);

/** x (N, d), weight (d), or (K, d) of K copies → x / √(mean x² + eps) · weight. Zhang & Sennrich 2019. */
export const rmsNorm = (x: tf.Tensor2D, weight: tf.Tensor1D | tf.Tensor2D, eps: number): tf.Tensor2D =>
  weight.rank === 2
    ? timesEach(sharedRmsNorm(x, tf.ones([weight.shape[1]!]), eps), weight as tf.Tensor2D)
    : sharedRmsNorm(x, weight as tf.Tensor1D, eps);

const sharedRmsNorm = (x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D =>
  custom<tf.Tensor2D>(
    (save, x0, w) => {
      const r = tf.rsqrt(tf.add(tf.mean(tf.square(x0), -1, true), eps)); // (N, 1)
      const normed = tf.mul(x0, r); // (N, d)
      save([normed, r, w]);
      const grads = (dy: tf.Tensor, [n, scale, w1]: tf.Tensor[]) => {
        const g = tf.mul(dy, w1!); // gradient of `normed`
        const dx = tf.mul(tf.sub(g, tf.mul(n!, tf.mean(tf.mul(g, n!), -1, true))), scale!);
        return [dx, columnSums(tf.mul(dy, n!))];
      };
      return { value: tf.mul(normed, w), grads };
    },
    x,
    weight,
  );

/**
 * x (N, d) → (x − mean)/√(var + eps) · weight + bias, biased variance; weight and bias (d), or (K, d) of K copies. Ba
 * et al. 2016.
 */
export const layerNorm = <W extends tf.Tensor1D | tf.Tensor2D>(
  x: tf.Tensor2D,
  weight: W,
  bias: W,
  eps: number,
): tf.Tensor2D => {
  if (weight.rank === 1) return sharedLayerNorm(x, weight as tf.Tensor1D, bias as tf.Tensor1D, eps);
  const width = weight.shape[1]!;
  const normed = sharedLayerNorm(x, tf.ones([width]), tf.zeros([width]), eps);
  return plusEach(timesEach(normed, weight as tf.Tensor2D), bias as tf.Tensor2D);
};

const sharedLayerNorm = (x: tf.Tensor2D, weight: tf.Tensor1D, bias: tf.Tensor1D, eps: number): tf.Tensor2D =>
  custom<tf.Tensor2D>(
    (save, x0, w, b) => {
      const centred = tf.sub(x0, tf.mean(x0, -1, true)); // (N, d)
      const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps)); // (N, 1)
      const normed = tf.mul(centred, r);
      save([normed, r, w]);
      const grads = (dy: tf.Tensor, [n, scale, w1]: tf.Tensor[]) => {
        const g = tf.mul(dy, w1!);
        const inner = tf.sub(tf.sub(g, tf.mean(g, -1, true)), tf.mul(n!, tf.mean(tf.mul(g, n!), -1, true)));
        return [tf.mul(inner, scale!), columnSums(tf.mul(dy, n!)), columnSums(dy as tf.Tensor2D)];
      };
      return { value: tf.add(tf.mul(normed, w), b), grads };
    },
    x,
    weight,
    bias,
  );

/**
 * x (B, H, T, R) with cos, sin (1 or B, 1, T, R): rotate-half rotary embedding, x·cos + rotate(x)·sin. Su et al. 2021.
 */
export const rope = (x: tf.Tensor4D, cos: tf.Tensor4D, sin: tf.Tensor4D): tf.Tensor4D => {
  const { rope: turn } = fastOps();
  if (!turn) return composedRope(x, cos, sin);
  return custom<tf.Tensor4D>((save, x0) => {
    save([cos, sin]);
    const grads = (dy: tf.Tensor, [c, s]: tf.Tensor[]) => [
      turn(dy as tf.Tensor4D, c as tf.Tensor4D, s as tf.Tensor4D, true),
    ];
    return { value: turn(x0 as tf.Tensor4D, cos, sin, false), grads };
  }, x);
};

/** The same of tfjs operations, for any backend. */
export const composedRope = (x: tf.Tensor4D, cos: tf.Tensor4D, sin: tf.Tensor4D): tf.Tensor4D => {
  const [B, H, T, R] = x.shape;
  const turned = tf.reshape(tf.matMul(tf.reshape(x, [B * H * T, R]), halfTurn(R)), [B, H, T, R]);
  return tf.add(tf.mul(x, cos), tf.mul(turned, sin));
};

/**
 * Matrix (R, R) that maps (a, b) to (−b, a) by halves: a product is faster than split, negate and concatenate, and its
 * gradient is a product too.
 */
const halfTurn = (R: number): tf.Tensor2D => {
  const data = new Float32Array(R * R);
  const half = R / 2;
  for (let i = 0; i < half; i++) {
    data[(half + i) * R + i] = -1;
    data[i * R + half + i] = 1;
  }
  return tf.tensor2d(data, [R, R]);
};

/** logits (N, V), targets (N) int32 → log-probability of each target (N), nats. Gradient: (onehot − softmax) · dy. */
export const tokenLogProb = (logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D =>
  custom<tf.Tensor1D>((save, x) => {
    const { crossEntropy } = fastOps();
    if (!crossEntropy) return composedLogProb(save, x as tf.Tensor2D, targets);
    const { loss, slope } = crossEntropy(x as tf.Tensor2D, targets);
    save([slope]);
    return { value: tf.neg(loss), grads: (dy, [s]) => [tf.mul(s!, tf.expandDims(tf.neg(dy), 1))] };
  }, logits);

/**
 * The log-sum-exp comes from the softmax, which is needed anyway: max x − log max p, and max p ≥ 1/V cannot underflow.
 */
const composedLogProb = (save: (tensors: tf.Tensor[]) => void, x: tf.Tensor2D, targets: tf.Tensor1D) => {
  const [N, V] = x.shape;
  const p = tf.softmax(x); // (N, V)
  const cells = tf.add<tf.Tensor1D>(tf.range(0, N * V, V, 'int32'), targets); // flat index of each target
  const logSum = tf.sub(tf.max(x, 1), tf.log(tf.max(p, 1))); // (N)
  save([p, cells]);
  const grads = (dy: tf.Tensor, [soft, at]: tf.Tensor[]): Grads => {
    const slope = tf.mul(soft!, tf.expandDims(tf.neg(dy), 1)); // (N, V)
    const { addAt } = fastOps();
    if (!addAt) return [tf.add(slope, tf.reshape(tf.unsortedSegmentSum(dy, at as tf.Tensor1D, N * V), [N, V]))];
    addAt(slope, at as tf.Tensor1D, dy as tf.Tensor1D);
    return [slope];
  };
  return { value: tf.sub(tf.gather(tf.reshape(x, [-1]), cells), logSum), grads };
};
