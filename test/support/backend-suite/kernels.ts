// What every backend must compute alike: products in each transposition and batch, gather and its gradient, sums,
// one-hot, and products after a write.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adamW } from '#engine/optimizers.ts';
import { tf } from '#engine/tf.ts';
import { error, normals, product } from './plain.ts';

const SHAPES = [
  [1, 1, 1],
  [1, 7, 5],
  [3, 1, 9],
  [4, 130, 3],
  [5, 33, 17],
  [17, 16, 15],
  [65, 31, 64],
  [64, 257, 130],
] as const;

const transpositions = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

/** A batch of products by plain loops; a batch of 1 stands for all. */
const batched = (
  [a, batchA]: readonly [Float32Array, number],
  [b, batchB]: readonly [Float32Array, number],
  [M, K, N]: readonly [number, number, number],
  [ta, tb]: readonly [boolean, boolean],
): Float64Array => {
  const count = Math.max(batchA, batchB);
  const part = (data: Float32Array, batch: number, i: number) =>
    data.subarray((i % batch) * (data.length / batch), ((i % batch) + 1) * (data.length / batch));
  const results = Array.from({ length: count }, (_, i) =>
    product(part(a, batchA, i), part(b, batchB, i), [M, K, N], ta, tb),
  );
  return Float64Array.from(results.flatMap((result) => [...result]));
};

const checkProduct = (
  outerA: readonly number[],
  outerB: readonly number[],
  [M, K, N]: readonly [number, number, number],
  [ta, tb]: readonly [boolean, boolean],
) => {
  const [countA, countB] = [outerA, outerB].map((outer) => outer.reduce((x, y) => x * y, 1)) as [number, number];
  const [a, b] = [normals(countA * M * K, `a${M}${K}`), normals(countB * K * N, `b${K}${N}`)];
  const y = tf.tidy(() =>
    tf
      .matMul(
        tf.tensor(a, [...outerA, ...(ta ? [K, M] : [M, K])]),
        tf.tensor(b, [...outerB, ...(tb ? [N, K] : [K, N])]),
        ta,
        tb,
      )
      .dataSync(),
  );
  expect(error(y, batched([a, countA], [b, countB], [M, K, N], [ta, tb]))).toBeLessThan(2e-6 * Math.sqrt(K) + 1e-6);
};

export const kernelTests = (): void => {
  describe('matrix products against plain loops', () => {
    for (const [ta, tb] of transpositions) {
      const name = `${ta ? 'aᵀ' : 'a'}·${tb ? 'bᵀ' : 'b'}`;
      it.each(SHAPES)(`${name}: %i × %i × %i`, (M, K, N) => checkProduct([], [], [M, K, N], [ta, tb]));
      it(`${name}: batches of any shape, and one matrix for all on either side`, () => {
        checkProduct([6], [6], [9, 5, 7], [ta, tb]);
        checkProduct([2, 3], [2, 3], [8, 33, 2], [ta, tb]);
        checkProduct([5], [1], [3, 4, 5], [ta, tb]);
        checkProduct([1], [5], [33, 4, 5], [ta, tb]);
        checkProduct([1], [1], [6, 7, 8], [ta, tb]);
        checkProduct([4], [4], [64, 9, 40], [ta, tb]); // large enough to be left where it was written
        checkProduct([4], [4], [1, 19, 3], [ta, tb]); // one row each, as in generation
      });
    }
    it('holds for random sizes', () => {
      const size = fc.integer({ min: 1, max: 40 });
      fc.assert(
        fc.property(
          size,
          size,
          size,
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
          fc.boolean(),
          (M, K, N, B, ta, tb) => checkProduct([B], [B], [M, K, N], [ta, tb]),
        ),
        { numRuns: 40, seed: 7 },
      );
    });
    it('computes its gradients with the same kernels', () => {
      const [a, b, dy] = [normals(6 * 5, 'ga'), normals(5 * 4, 'gb'), normals(6 * 4, 'gy')];
      const [da, db] = tf.grads((x, w) => tf.matMul(x, w))(
        [tf.tensor(a, [6, 5]), tf.tensor(b, [5, 4])],
        tf.tensor(dy, [6, 4]),
      );
      expect(error(da!.dataSync(), product(dy, b, [6, 4, 5], false, true))).toBeLessThan(1e-6);
      expect(error(db!.dataSync(), product(a, dy, [5, 6, 4], true, false))).toBeLessThan(1e-6);
    });
    it('an empty inner axis gives zeros, an empty batch nothing', () => {
      expect([...tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
      expect(tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3])).shape).toEqual([0, 3]);
    });
    it('a product of a part sees the values of that part, not of what lay there before', () => {
      for (let round = 0; round < 3; round++) {
        const data = normals(64 * 64, `round${round}`);
        const eye = tf.eye(64);
        expect([...tf.matMul(eye, tf.tensor2d(data, [64, 64])).dataSync()]).toEqual([...data]);
      }
    });
    it('fused with bias and relu', () => {
      const [a, b, bias] = [normals(6 * 5, 'fa'), normals(4 * 5, 'fb'), normals(4, 'fc')];
      const call = { a: tf.tensor2d(a, [6, 5]), b: tf.tensor2d(b, [4, 5]), bias: tf.tensor1d(bias), transposeB: true };
      const want = product(a, b, [6, 5, 4], false, true).map((y, i) => y + bias[i % 4]!);
      expect(error(tf.fused.matMul(call).dataSync(), want)).toBeLessThan(1e-6);
      const relu = tf.fused.matMul({ ...call, activation: 'relu' });
      expect(
        error(
          relu.dataSync(),
          want.map((y) => Math.max(y, 0)),
        ),
      ).toBeLessThan(1e-6);
    });
  });
  describe('tables', () => tableTests());
  describe('after an update', () => staleTests());
};

const tableTests = () => {
  it.each([1, 3, 64])('rows of %i numbers are gathered, repeated and in any order', (width) => {
    const table = normals(11 * width, 'table');
    const ids = [10, 0, 0, 7, 3, 10];
    const rows = tf.gather(tf.tensor2d(table, [11, width]), tf.tensor1d(ids, 'int32')).dataSync();
    expect([...rows]).toEqual(ids.flatMap((id) => [...table.subarray(id * width, (id + 1) * width)]));
  });
  it('gather takes ids of any rank, and other axes', () => {
    const table = tf.tensor2d(normals(12, 'rank'), [4, 3]);
    expect(tf.gather(table, tf.tensor2d([0, 1, 2, 3], [2, 2], 'int32')).shape).toEqual([2, 2, 3]);
    expect(tf.gather(table, tf.tensor1d([2], 'int32'), 1).arraySync()).toEqual(
      tf.slice(table, [0, 2], [4, 1]).arraySync(),
    );
  });
  it('the gradient of gather adds up rows whose id repeats', () => {
    const dy = normals(5 * 3, 'dy');
    const ids = [2, 0, 2, 2, 1];
    const grad = tf.grad((t: tf.Tensor) => tf.gather(t, tf.tensor1d(ids, 'int32')))(
      tf.zeros([4, 3]),
      tf.tensor2d(dy, [5, 3]),
    );
    const want = new Float64Array(12);
    ids.forEach((id, i) => [0, 1, 2].forEach((j) => (want[id * 3 + j]! += dy[i * 3 + j]!)));
    expect(error(grad.dataSync(), want)).toBeLessThan(1e-6);
  });
  it('a negative segment drops its row', () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([1, -1, 1], 'int32'), 3);
    expect([...sums.dataSync()]).toEqual([0, 5, 0]);
  });
  it('oneHot of float32 holds ones, not bits of integers', () => {
    const hot = tf.oneHot(tf.tensor1d([1, 0, 3], 'int32'), 3, 2, -1, 'float32');
    expect(hot.arraySync()).toEqual([
      [-1, 2, -1],
      [2, -1, -1],
      [-1, -1, -1],
    ]);
  });
  it.each([[[0]], [[1]], [[0, 1]], [[1, 2]], [[0, 2]], [[0, 1, 2]]])('sum over axes %j', (axes) => {
    const [A, B, C] = [7, 5, 3];
    const data = normals(A * B * C, 'sum');
    const want = new Map<string, number>();
    data.forEach((value, i) => {
      const at = [Math.floor(i / (B * C)), Math.floor(i / C) % B, i % C]
        .filter((_, axis) => !axes.includes(axis))
        .join();
      want.set(at, (want.get(at) ?? 0) + value);
    });
    const x = tf.tensor3d(data, [A, B, C]);
    expect(error(tf.sum(x, axes).dataSync(), [...want.values()])).toBeLessThan(1e-6);
    expect(tf.sum(x, axes, true).shape).toEqual([A, B, C].map((size, axis) => (axes.includes(axis) ? 1 : size)));
  });
};

const staleTests = () => {
  it('a product uses the weights as they are now, not as they were packed before', () => {
    const x = normals(9 * 8, 'stale');
    const w = tf.variable(tf.tensor2d(normals(8 * 6, 'w'), [8, 6]));
    const input = tf.tensor2d(x, [9, 8]);
    const optimizer = adamW({ weightDecay: 0.1 });
    for (let update = 0; update < 4; update++) {
      const want = product(x, w.dataSync(), [9, 8, 6]);
      expect(error(tf.matMul(input, w as unknown as tf.Tensor2D).dataSync(), want)).toBeLessThan(1e-6);
      const fused = tf.fused.matMul({ a: input, b: w, activation: 'sigmoid' }).dataSync();
      expect(
        error(
          fused,
          want.map((y) => 1 / (1 + Math.exp(-y))),
        ),
      ).toBeLessThan(1e-6);
      optimizer.update(new Map([['w', w]]), new Map([['w', tf.ones([8, 6])]]), 0.5);
    }
    optimizer.dispose();
    w.dispose();
  });
};
