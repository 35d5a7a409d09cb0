// int8 copies: what may be lost, and what must not be touched.
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { dequantize, isQuantized, quantizeTensors, scaleName } from '#engine/formats/quantize.ts';
import { openSafetensors, writeSafetensors } from '#engine/formats/safetensors.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const path = join(dir, 'model.safetensors');

/** Through a file, as it is served. */
const served = (shape: [number, number], data: Float32Array) => {
  writeSafetensors(path, quantizeTensors([{ name: 'w', shape, data }]));
  const file = openSafetensors(path);
  const values = dequantize(file.read('w'), file.read(scaleName('w')), shape);
  const stored = [...new Int8Array(file.readBytes('w').slice().buffer)];
  file.close();
  return { values, stored };
};

const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 })).chain(([rows, columns]) =>
  fc.record({
    shape: fc.constant<[number, number]>([rows, columns]),
    data: fc.float32Array({
      minLength: rows * columns,
      maxLength: rows * columns,
      noNaN: true,
      min: Math.fround(-1e6),
      max: Math.fround(1e6),
    }),
  }),
);

describe('an int8 matrix', () => {
  it('is within half a step of its row, the largest value of each row at ±127', () => {
    fc.assert(
      fc.property(matrix, ({ shape: [rows, columns], data }) => {
        const { values, stored } = served([rows, columns], data);
        for (let r = 0; r < rows; r++) {
          const row = data.subarray(r * columns, (r + 1) * columns);
          const most = Math.max(...row.map(Math.abs));
          if (most < 1e-30) continue; // below float32's normal range a step has no precision of its own
          row.forEach((x, c) =>
            expect(Math.abs(x - values[r * columns + c]!)).toBeLessThanOrEqual((0.5001 * most) / 127),
          );
          expect(Math.max(...stored.slice(r * columns, (r + 1) * columns).map(Math.abs))).toBe(127);
        }
      }),
    );
  });

  it('of zeros stays zero', () => expect(served([2, 3], new Float32Array(6)).values).toEqual(new Float32Array(6)));

  it('made again from itself is itself', () => {
    fc.assert(
      fc.property(matrix, ({ shape, data }) => {
        const { values, stored } = served(shape, data);
        expect(served(shape, values).stored).toEqual(stored);
      }),
    );
  });
});

it('embeddings, heads, norms and biases stay as they are', () => {
  const names = ['model.embed_tokens.weight', 'transformer.wte.weight', 'transformer.wpe.weight', 'lm_head.weight'];
  const tensors = [
    ...names.map((name) => ({ name, shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) })),
    { name: 'model.norm.weight', shape: [4], data: Float32Array.of(1, 2, 3, 4) },
  ];
  expect(quantizeTensors(tensors)).toEqual(tensors);
});

it('a float matrix is not taken for an int8 one', () => {
  expect(isQuantized({ dtype: 'F32', shape: [1], start: 0, end: 4 })).toBe(false);
  expect(isQuantized({ dtype: 'I8', shape: [1], start: 0, end: 1 })).toBe(true);
});
