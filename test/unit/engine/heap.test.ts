// The end of the wasm heap: an allocation that does not fit is an error with its numbers; nothing that lies there is
// overwritten, and work goes on. Allocations are made and never written to, so that the four gigabytes are addresses
// alone.
import { beforeAll, expect, it } from '@jest/globals';
import { initBackend, tf } from '#engine/tf.ts';

beforeAll(async () => {
  await initBackend('wasm');
});

interface Allocator {
  makeOutput(shape: number[], dtype: string): { dataId: object };
  disposeData(id: object): boolean;
}

const GIGABYTE = 2 ** 28; // floats
const taken: object[] = [];
const take = (floats: number) =>
  taken.push((tf.backend() as unknown as Allocator).makeOutput([floats], 'float32').dataId);

it.each([
  ['3.5 GB beside 1 GB', 3.5 * GIGABYTE],
  ['4 GB, which are 0 in 32 bits', 4 * GIGABYTE],
  ['5 GB, which are 1 GB in 32 bits', 5 * GIGABYTE],
])('asking for %s is OUT_OF_MEMORY, and harms nothing', (_, floats) => {
  if (taken.length === 0) take(GIGABYTE);
  const values = tf.range(0, 5000);
  const before = [...values.dataSync()];
  expect(() => take(floats)).toThrow(
    expect.objectContaining({
      code: 'OUT_OF_MEMORY',
      expected: expect.stringContaining('4295 MB') as unknown,
      got: expect.stringContaining(`${Math.round((floats * 4) / 1e6)} MB more`) as unknown,
    }),
  );
  expect([...values.dataSync()]).toEqual(before);
  expect([...tf.matMul(tf.eye(3), tf.ones([3, 2])).dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
  values.dispose();
});

it('a heap so full that a kernel cannot keep its books is OUT_OF_MEMORY too', () => {
  const backend = tf.backend() as unknown as Allocator;
  const fill = () => {
    for (let floats = 2 * GIGABYTE; floats > 0; floats = Math.floor(floats / 2)) {
      try {
        for (;;) take(floats);
      } catch (error) {
        expect(error).toMatchObject({ code: 'OUT_OF_MEMORY' });
      }
    }
  };
  fill();
  expect(taken.length).toBeGreaterThan(2);
  taken.forEach((id) => backend.disposeData(id));
  expect([...tf.add(tf.ones([2]), 1).dataSync()]).toEqual([2, 2]);
});
