// The gradients that are registered with tfjs (engine/backends/gradients.ts), each against central differences of a
// float64 formula; operands are broadcast wherever the engine may do so.
import { expect, it } from '@jest/globals';
import { tf } from '#engine/tf.ts';
import { normals, product } from './plain.ts';
import { slopeTests, type Case } from './ops.ts';

const pointwise = (name: string, op: (x: tf.Tensor) => tf.Tensor, f: (x: number) => number): Case => ({
  name,
  shapes: [[3, 5]],
  op: (x) => op(x),
  plain: (x) => x.map(f),
});

const positive = (x: number) => 0.5 + Math.abs(x);

/** a (2, 3, 4) with b of each shape that fits; the index of b for each index of a. */
const pairwise = (name: string, op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, f: (a: number, b: number) => number) =>
  [
    { shape: [2, 3, 4], at: (i: number) => i },
    { shape: [4], at: (i: number) => i % 4 },
    { shape: [3, 1], at: (i: number) => Math.floor(i / 4) % 3 },
    { shape: [2, 1, 4], at: (i: number) => 4 * Math.floor(i / 12) + (i % 4) },
    { shape: [], at: () => 0 },
  ].flatMap(({ shape, at }): Case[] => [
    {
      name: `${name} of [2,3,4] and [${shape.join()}]`,
      shapes: [[2, 3, 4], shape],
      op: (a, b) => op(a, b),
      plain: (a, b) => a.map((x, i) => f(x, b[at(i)]!)),
    },
    {
      name: `${name} of [${shape.join()}] and [2,3,4]`,
      shapes: [shape, [2, 3, 4]],
      op: (b, a) => op(b, a),
      plain: (b, a) => a.map((x, i) => f(b[at(i)]!, x)),
    },
  ]);

/** Abramowitz and Stegun 7.1.5, exact to float64 for |x| < 3. */
const erf = (x: number): number => {
  let [sum, term] = [x, x];
  for (let n = 1; n < 60; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * sum;
};

const softmax = (row: Float64Array): Float64Array => {
  const powers = row.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
};

/** The numbers at these places. */
const picked = (places: readonly number[]) => (x?: Float64Array) => Float64Array.from(places, (at) => x![at]!);
const sums = (groups: readonly (readonly number[])[], share: (count: number) => number) => (x?: Float64Array) =>
  Float64Array.from(groups, (group) => share(group.length) * group.reduce((sum, at) => sum + x![at]!, 0));

const COLUMNS = [
  [0, 3],
  [1, 4],
  [2, 5],
];
const ROWS = [
  [0, 1, 2],
  [3, 4, 5],
];

const products = [false, true].flatMap((ta) =>
  [false, true].map((tb): Case => ({
    name: `matMul ${ta ? 'transposed' : 'plain'} · ${tb ? 'transposed' : 'plain'}`,
    shapes: [ta ? [2, 4, 3] : [2, 3, 4], tb ? [2, 5, 4] : [2, 4, 5]],
    op: (a, b) => tf.matMul(a, b, ta, tb),
    plain: (a, b) =>
      Float64Array.from(
        [0, 1].flatMap((i) => [
          ...product(a.subarray(12 * i, 12 * (i + 1)), b.subarray(20 * i, 20 * (i + 1)), [3, 4, 5], ta, tb),
        ]),
      ),
  })),
);

const CASES: Case[] = [
  ...pairwise('add', tf.add, (a, b) => a + b),
  ...pairwise('sub', tf.sub, (a, b) => a - b).filter(({ shapes }) => shapes[0]!.length === 3),
  ...pairwise('mul', tf.mul, (a, b) => a * b),
  ...pairwise(
    'div',
    (a, b) => tf.div(a, tf.add(3, tf.square(b))),
    (a, b) => a / (3 + b * b),
  ).filter(({ shapes }) => shapes[0]!.length === 3),
  pointwise('neg', tf.neg, (x) => -x),
  pointwise('square', tf.square, (x) => x * x),
  pointwise('exp', tf.exp, Math.exp),
  pointwise(
    'log',
    (x) => tf.log(tf.add(0.5, tf.square(x))),
    (x) => Math.log(0.5 + x * x),
  ),
  pointwise('relu', tf.relu, (x) => Math.max(x, 0)),
  pointwise('sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  pointwise('tanh', tf.tanh, Math.tanh),
  pointwise('softplus', tf.softplus, (x) => Math.log1p(Math.exp(x))),
  pointwise('erf', tf.erf, erf),
  pointwise('clone', tf.clone, (x) => x),
  {
    name: 'softmax',
    shapes: [[2, 3]],
    op: (x) => tf.softmax(x),
    plain: (x) => Float64Array.from([...softmax(x.subarray(0, 3)), ...softmax(x.subarray(3))]),
  },
  { name: 'sum of all', shapes: [[2, 3]], op: (x) => tf.sum(x), plain: sums([ROWS.flat()], () => 1) },
  { name: 'sum over axis 0', shapes: [[2, 3]], op: (x) => tf.sum(x, 0), plain: sums(COLUMNS, () => 1) },
  { name: 'sum over axis 1, kept', shapes: [[2, 3]], op: (x) => tf.sum(x, 1, true), plain: sums(ROWS, () => 1) },
  { name: 'mean of all', shapes: [[2, 3]], op: (x) => tf.mean(x), plain: sums([ROWS.flat()], (n) => 1 / n) },
  { name: 'mean over axis -1', shapes: [[2, 3]], op: (x) => tf.mean(x, -1), plain: sums(ROWS, (n) => 1 / n) },
  { name: 'reshape', shapes: [[2, 3]], op: (x) => tf.reshape(x, [3, 2]), plain: (x) => x },
  { name: 'expandDims', shapes: [[2, 3]], op: (x) => tf.expandDims(x, 1), plain: (x) => x },
  {
    name: 'transpose of three axes',
    shapes: [[2, 1, 3]],
    op: (x) => tf.transpose(x, [2, 0, 1]),
    plain: picked([0, 3, 1, 4, 2, 5]),
  },
  { name: 'slice', shapes: [[2, 3]], op: (x) => tf.slice(x, [0, 1], [-1, 2]), plain: picked([1, 2, 4, 5]) },
  {
    name: 'split',
    shapes: [[2, 3]],
    op: (x) => {
      const [left, right] = tf.split(x, [1, 2], 1);
      return tf.concat([right!, left!], 1);
    },
    plain: picked([1, 2, 0, 4, 5, 3]),
  },
  {
    name: 'concat',
    shapes: [
      [2, 1],
      [2, 3],
    ],
    op: (a, b) => tf.concat([a, b, a], -1),
    plain: (a, b) => Float64Array.of(a[0]!, ...b.subarray(0, 3), a[0]!, a[1]!, ...b.subarray(3), a[1]!),
  },
  {
    name: 'gather of rows that repeat',
    shapes: [[3, 2]],
    op: (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')),
    plain: picked([4, 5, 0, 1, 4, 5]),
  },
  ...products,
  {
    name: 'a tensor used three times',
    shapes: [[4]],
    op: (x) => tf.add(tf.mul(x, x), x),
    plain: (x) => x.map((v) => v * v + v),
  },
];

export const gradientTests = (): void => {
  slopeTests(CASES);
  it('an operation without a gradient is refused by its name', () => {
    const x = tf.tensor1d(normals(3, 'none').map(positive));
    expect(() => tf.grad((v: tf.Tensor) => tf.sum(tf.log1p(v)))(x)).toThrow('Log1p');
  });
};
