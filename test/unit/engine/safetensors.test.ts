// Weight files from strangers: whatever the header claims, either the tensors are the file's or the file is refused;
// nothing is allocated on a claim.
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isQuittanceError } from '#core/errors.ts';
import { openSafetensors, writeSafetensors, type TensorToWrite } from '#engine/formats/safetensors.ts';
import { narrowBfloat, widen } from '#engine/formats/number-formats.ts';
import { HOSTILE_SAFETENSORS, safetensorsFile } from '#test/support/safetensors-files.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
mkdirSync(dir, { recursive: true });
const path = join(dir, 'model.safetensors');

const open = (bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  return openSafetensors(path);
};
describe('a hostile weight file is refused with WEIGHTS_INVALID', () => {
  for (const [attack, content] of Object.entries(HOSTILE_SAFETENSORS)) {
    it(attack, () => {
      expect(() => open(content)).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
    });
  }

  const poison: [string, string, Uint8Array][] = [
    ['a NaN', 'F32', new Uint8Array(Float32Array.of(1, NaN).buffer)],
    ['an infinity', 'F32', new Uint8Array(Float32Array.of(-Infinity, 0).buffer)],
    ['a half-precision NaN', 'F16', new Uint8Array(Uint16Array.of(0x3c00, 0x7e00).buffer)],
    ['a bfloat16 infinity', 'BF16', new Uint8Array(Uint16Array.of(0x7f80, 0).buffer)],
    ['a double beyond float32', 'F64', new Uint8Array(Float64Array.of(1e300, 0).buffer)],
  ];
  for (const [title, dtype, data] of poison) {
    it(`${title} among the weights`, () => {
      const opened = open(safetensorsFile({ a: { dtype, shape: [2], data_offsets: [0, data.length] } }, data));
      expect(() => opened.read('a')).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
      opened.close();
    });
  }

  it('any file with bytes changed at random, or reads as what the bytes say', () => {
    writeSafetensors(path, [
      { name: 'a', shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
      { name: 'b', shape: [4], data: Float32Array.from([7, 8, 9, 10]) },
    ]);
    const original = readFileSync(path);
    const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(20), (changes, cut) => {
        const mutated = Buffer.from(original.subarray(0, original.length - (cut > 15 ? cut : 0)));
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value;
        expect(refusedOrWhole(mutated)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  const refusedOrWhole = (content: Uint8Array): boolean => {
    try {
      const opened = open(content);
      const sizes = [...opened.tensors].map(
        ([name, { shape }]) => opened.readBytes(name).length > 0 || shape.includes(0),
      );
      opened.close();
      return sizes.every(Boolean);
    } catch (error) {
      return isQuittanceError(error, 'WEIGHTS_INVALID');
    }
  };
});

describe('a weight file of our own', () => {
  it('gives back every tensor bit for bit, whatever the names and shapes', () => {
    const tensor = fc.tuple(
      fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(tensor, { selector: ([name]) => name, maxLength: 6 }), (specs) => {
        const tensors = specs.map(([name, shape], k): TensorToWrite & { data: Float32Array } => {
          const size = shape.reduce((a, b) => a * b, 1);
          return { name, shape, data: Float32Array.from({ length: size }, (_, i) => Math.fround(Math.sin(k + i))) };
        });
        writeSafetensors(path, tensors, { format: 'pt' });
        const opened = openSafetensors(path);
        expect([...opened.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
        for (const { name, shape, data } of tensors) {
          expect(opened.tensors.get(name)!.shape).toEqual([...shape]);
          expect([...opened.read(name)]).toEqual([...data]);
        }
        expect(opened.metadata).toEqual({ format: 'pt' });
        opened.close();
      }),
      { numRuns: 60 },
    );
  });

  it('starts its data at a multiple of eight bytes', () => {
    for (const name of ['a', 'ab', 'abc', 'abcdefgh']) {
      writeSafetensors(path, [{ name, shape: [1], data: Float32Array.of(1) }]);
      const opened = openSafetensors(path);
      expect(opened.tensors.get(name)!.start % 8).toBe(0);
      opened.close();
    }
  });
});

describe('number formats', () => {
  it('widens every half-precision number as IEEE 754 says', () => {
    const view = new DataView(new ArrayBuffer(2));
    const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
    const widened = widen(new Uint8Array(all.buffer), 'F16');
    all.forEach((bits, i) => {
      view.setUint16(0, bits);
      if (!Object.is(widened[i], view.getFloat16(0))) throw new Error(`${bits}: ${widened[i]}`);
    });
    expect(widened).toHaveLength(65_536);
  });

  it('rounds to bfloat16 to nearest, ties to even', () => {
    const ulp = 2 ** -7; // of bfloat16 at 1
    const cases: [value: number, rounded: number][] = [
      [1, 1],
      [1 + ulp / 2, 1],
      [1 + 1.5 * ulp, 1 + 2 * ulp],
      [1 + 0.51 * ulp, 1 + ulp],
      [-1 - 0.51 * ulp, -1 - ulp],
      [3.3e38, 3.2965e38],
      [0, 0],
    ];
    const back = widen(narrowBfloat(Float32Array.from(cases, ([value]) => value)), 'BF16');
    cases.forEach(([, rounded], i) =>
      expect(Math.abs(back[i]! / (rounded || 1) - (rounded ? 1 : 0))).toBeLessThan(1e-4),
    );
  });

  it('keeps every bfloat16 number through a round trip', () => {
    const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7f80) !== 0x7f80);
    const bytes = new Uint8Array(all.buffer);
    expect(Buffer.compare(narrowBfloat(widen(bytes, 'BF16')), bytes)).toBe(0);
  });
});
