// Rotary embedding in one pass over the wasm heap, in the place of a product, two multiplications and a sum; rounded
// after each of them, so that the result is theirs to the last bit.
// Trap: views are taken after the output is allocated, which may move the heap.
import tf from '@tensorflow/tfjs-core';
import { sizeOf, type Heap } from './heap.ts';

/**
 * X (B, H, T, R) with cos, sin (1 or B, 1, T, R) → x·cos + turn(x)·sin, turn mapping (a, b) to (−b, a) by halves; back:
 * its transpose, x·cos + turnᵀ(x·sin).
 */
export const heapRope =
  (heap: Heap) =>
  (x: tf.Tensor4D, cos: tf.Tensor4D, sin: tf.Tensor4D, back: boolean): tf.Tensor4D => {
    const y = heap.output(x.shape);
    const [from, to, c, s] = [heap.floats(x), heap.floats(y), heap.floats(cos), heap.floats(sin)];
    const [B, H, T, R] = x.shape;
    const table = sizeOf([T, R]);
    for (let b = 0; b < B; b++) {
      const own = cos.shape[0] === 1 ? 0 : b * table;
      for (let h = 0; h < H; h++) (back ? turnBack : turn)(from, to, c, s, (b * H + h) * table, own, T, R);
    }
    return tf.engine().makeTensorFromTensorInfo(y) as tf.Tensor4D;
  };

type Pass = (
  x: Float32Array,
  y: Float32Array,
  cos: Float32Array,
  sin: Float32Array,
  at: number,
  table: number,
  T: number,
  R: number,
) => void;

const { fround } = Math;

const turn: Pass = (x, y, cos, sin, at, table, T, R) => {
  const half = R / 2;
  for (let t = 0; t < T; t++, at += R, table += R) {
    for (let i = 0; i < half; i++) {
      const [a, b] = [x[at + i]!, x[at + half + i]!];
      y[at + i] = fround(a * cos[table + i]!) - fround(b * sin[table + i]!);
      y[at + half + i] = fround(b * cos[table + half + i]!) + fround(a * sin[table + half + i]!);
    }
  }
};

const turnBack: Pass = (x, y, cos, sin, at, table, T, R) => {
  const half = R / 2;
  for (let t = 0; t < T; t++, at += R, table += R) {
    for (let i = 0; i < half; i++) {
      const [a, b] = [x[at + i]!, x[at + half + i]!];
      y[at + i] = fround(a * cos[table + i]!) + fround(b * sin[table + half + i]!);
      y[at + half + i] = fround(b * cos[table + half + i]!) - fround(a * sin[table + i]!);
    }
  }
};
