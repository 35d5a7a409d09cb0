// The operations with hand-written gradients against plain float64 formulas and central differences of them.
import { describe, expect, it } from '@jest/globals';
import { embedding, geluNew, layerNorm, linear, rmsNorm, rope, silu, tokenLogProb } from '#engine/ops.ts';
import { tf } from '#engine/tf.ts';
import { error, normals, product, slope } from './plain.ts';

export interface Case {
  name: string;
  shapes: number[][];
  /** The operation on tensors of these shapes. */
  op: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** The same in float64. */
  plain: (...inputs: Float64Array[]) => Float64Array;
  inputs?: Float32Array[];
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const t2 = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor2D;
const t1 = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor1D;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const EPS = 1e-5;

/** Applies f to each row of (N, d). */
const byRow = (x: Float64Array, d: number, f: (row: Float64Array) => ArrayLike<number>): Float64Array => {
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += d) y.set(f(x.subarray(at, at + d)), at);
  return y;
};

const mean = (row: Float64Array) => row.reduce((a, b) => a + b, 0) / row.length;

const plainRms = (x: Float64Array, w: Float64Array) =>
  byRow(x, w.length, (row) => row.map((v, j) => (v / Math.sqrt(mean(row.map((u) => u * u)) + EPS)) * w[j]!));

const plainLayerNorm = (x: Float64Array, w: Float64Array, b: Float64Array) =>
  byRow(x, w.length, (row) => {
    const m = mean(row);
    const sd = Math.sqrt(mean(row.map((u) => (u - m) ** 2)) + EPS);
    return row.map((v, j) => ((v - m) / sd) * w[j]! + b[j]!);
  });

const plainGelu = (x: Float64Array) =>
  x.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))));

const plainLinear = (N: number, K: number, M: number) => (x: Float64Array, w: Float64Array, b?: Float64Array) =>
  product(x, w, [N, K, M]).map((y, i) => y + (b?.[i % M] ?? 0));

const plainLogProb = (V: number, targets: readonly number[]) => (logits: Float64Array) =>
  Float64Array.from(targets, (target, n) => {
    const row = logits.subarray(n * V, (n + 1) * V);
    const most = Math.max(...row);
    return row[target]! - most - Math.log(row.reduce((sum, v) => sum + Math.exp(v - most), 0));
  });

const plainGather = (d: number, ids: readonly number[]) => (table: Float64Array) =>
  Float64Array.from(ids.flatMap((id) => [...table.subarray(id * d, (id + 1) * d)]));

/** (x₁ cos − x₂ sin, x₂ cos + x₁ sin) by halves of the last axis, angles by position. */
const plainRope = (T: number, R: number, angles: Float32Array) => (x: Float64Array) => {
  const half = R / 2;
  return x.map((v, i) => {
    const [t, j] = [Math.floor(i / R) % T, i % R];
    const other = j < half ? -x[i + half]! : x[i - half]!;
    return v * Math.fround(Math.cos(angles[t * R + j]!)) + other * Math.fround(Math.sin(angles[t * R + j]!));
  });
};

const TARGETS = [3, 0, 6, 3, 5];
const IDS = [4, 1, 1, 0, 4, 4];
const ANGLES = normals(3 * 6, 'angles', 2);
const table = (f: (angle: number) => number) => tf.tensor4d(ANGLES.map(f), [1, 1, 3, 6]);

const CASES: Case[] = [
  { name: 'rmsNorm', shapes: [[5, 7], [7]], op: (x, w) => rmsNorm(t2(x), t1(w), EPS), plain: plainRms },
  {
    name: 'layerNorm',
    shapes: [[5, 7], [7], [7]],
    op: (x, w, b) => layerNorm(t2(x), t1(w), t1(b), EPS),
    plain: plainLayerNorm,
  },
  { name: 'silu', shapes: [[4, 9]], op: (x) => silu(t2(x)), plain: (x) => x.map((v) => v * sigmoid(v)) },
  { name: 'geluNew', shapes: [[4, 9]], op: (x) => geluNew(t2(x)), plain: plainGelu },
  {
    name: 'linear',
    shapes: [
      [6, 5],
      [5, 4],
    ],
    op: (x, w) => linear(t2(x), t2(w)),
    plain: plainLinear(6, 5, 4),
  },
  {
    name: 'linear with bias',
    shapes: [[6, 5], [5, 4], [4]],
    op: (x, w, b) => linear(t2(x), t2(w), t1(b)),
    plain: plainLinear(6, 5, 4),
  },
  {
    name: 'tokenLogProb',
    shapes: [[5, 7]],
    op: (x) => tokenLogProb(t2(x), tf.tensor1d(TARGETS, 'int32')),
    plain: plainLogProb(7, TARGETS),
  },
  {
    name: 'embedding',
    shapes: [[5, 3]],
    op: (x) => embedding(t2(x), tf.tensor1d(IDS, 'int32')),
    plain: plainGather(3, IDS),
  },
  {
    name: 'rope',
    shapes: [[2, 2, 3, 6]],
    op: (x) => rope(x as tf.Tensor4D, table(Math.cos), table(Math.sin)),
    plain: plainRope(3, 6, ANGLES),
  },
];

export const opsTests = (): void => {
  slopeTests(CASES);
  describe('far out', () => extremeTests());
};

/** Each operation is its formula, its gradients are the formula's slopes, and it leaves no tensor behind. */
export const slopeTests = (cases: readonly Case[]): void =>
  describe.each(cases)('$name', ({ name, shapes, op, plain }) => {
    const inputs = shapes.map((shape, i) => normals(size(shape), `${name}${i}`));
    const exact = inputs.map((input) => Float64Array.from(input));
    const tensors = () => inputs.map((input, i) => tf.tensor(input.slice(), shapes[i]));
    it('is its formula', () => expect(error(op(...tensors()).dataSync(), plain(...exact))).toBeLessThan(2e-6));
    it('has the slope that central differences give, for every input', () => {
      const y = op(...tensors());
      const dy = normals(y.size, `${name}dy`);
      const grads = tf.grads(op)(tensors(), tf.tensor(dy, y.shape));
      grads.forEach((grad, i) => {
        const along = (x: Float64Array) => plain(...exact.map((input, j) => (j === i ? x : input)));
        expect(error(grad.dataSync(), slope(along, exact[i]!, dy))).toBeLessThan(5e-6);
        expect(grad.shape).toEqual(shapes[i]);
      });
    });
    it('leaves no tensor behind', () => {
      const run = () =>
        tf.tidy(() =>
          tf
            .grads(op)(tensors())
            .map((grad) => grad.dataSync()[0]),
        ) as unknown;
      run();
      const before = tf.memory().numTensors;
      run();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

const extremeTests = () => {
  it('silu and geluNew are 0 or x, with slope 0 or 1, where the sigmoid is flat', () => {
    for (const f of [silu, geluNew]) {
      const x = tf.tensor2d([[-200, -60, 60, 200]]);
      expect(error(f(x).dataSync(), [0, 0, 60, 200])).toBeLessThan(1e-6);
      expect(
        error(
          tf
            .grad((v: tf.Tensor) => f(t2(v)))(x)
            .dataSync(),
          [0, 0, 1, 1],
        ),
      ).toBeLessThan(1e-6);
    }
  });
  it('norms of a constant row are finite', () => {
    const x = tf.fill<tf.Rank.R2>([2, 4], 3);
    const one = tf.ones([4]);
    expect(error(layerNorm(x, t1(one), t1(tf.zeros([4])), EPS).dataSync(), new Float32Array(8))).toBeLessThan(1e-6);
    expect(error(rmsNorm(tf.zerosLike(x), t1(one), EPS).dataSync(), new Float32Array(8))).toBe(0);
  });
  it('a log-probability far below the smallest float32 is right, and so is one of almost 0', () => {
    const logits = [
      [0, 1000, -1000],
      [-300, 0, 0],
      [5e3, 5e3 - 40, 0],
    ];
    const targets = [2, 0, 0];
    const got = tokenLogProb(tf.tensor2d(logits), tf.tensor1d(targets, 'int32')).dataSync();
    expect(error(got, [-2000, -300 - Math.log(2), 0])).toBeLessThan(1e-6);
  });
  it('a log-probability over a large vocabulary keeps its digits', () => {
    const logits = normals(2 * 50_000, 'vocabulary', 3);
    const got = tokenLogProb(tf.tensor2d(logits, [2, 50_000]), tf.tensor1d([49_999, 17], 'int32')).dataSync();
    expect(error(got, plainLogProb(50_000, [49_999, 17])(Float64Array.from(logits)))).toBeLessThan(1e-6);
  });
  it('the slope of a log-probability sums to zero over the vocabulary', () => {
    const grad = tf.grad((x: tf.Tensor) => tokenLogProb(t2(x), tf.tensor1d([1, 4], 'int32')))(
      tf.tensor2d(normals(10, 'sum'), [2, 5]),
      tf.tensor1d([2, -3]),
    );
    expect(error(tf.sum(grad, 1).dataSync(), [0, 0])).toBeLessThan(1e-6);
  });
};
