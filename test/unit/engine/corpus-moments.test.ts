// Corpus moments against plain sums over the inputs of each matrix; what is added can be taken away again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBatch, type Row } from '#engine/batch.ts';
import { readConfig, type DecoderConfig } from '#engine/formats/config.ts';
import type { Model } from '#engine/model.ts';
import {
  collectMoments,
  momentKey,
  readMoments,
  standingFor,
  subtractMoments,
  writeMoments,
  type CorpusMoments,
} from '#engine/corpus-moments.ts';
import { writeSafetensors } from '#engine/formats/safetensors.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const ROWS: Row[] = Array.from({ length: 9 }, (_, i) => ({
  prompt: tokens(2 + (i % 4), `p${i}`),
  answers: [tokens(1 + (i % 5), `a${i}`)],
}));

/** Σ x xᵀ in plain numbers, row by row without padding. */
const plainSums = (model: Model, rows: readonly Row[]): Map<string, { count: number; sum: Float64Array }> => {
  const sums = new Map<string, { count: number; sum: Float64Array }>();
  for (const row of rows) {
    const logits = forwardLogits(model, makeBatch([row], 64), (name, x) => {
      if (!/\.(gate|up|down)\.w$/.test(name)) return;
      const size = x.shape[1];
      const { count, sum } = sums.get(name) ?? { count: 0, sum: new Float64Array(size * size) };
      for (const vector of x.arraySync()) {
        for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum[i * size + j]! += vector[i]! * vector[j]!;
      }
      sums.set(name, { count: count + x.shape[0], sum });
    });
    logits.dispose();
  }
  return sums;
};

/** Largest difference, in units of the largest entry. */
const distance = (a: Float64Array, b: Float64Array): number => {
  const most = b.reduce((m, x) => Math.max(m, Math.abs(x)), 1e-300);
  return a.reduce((m, x, i) => Math.max(m, Math.abs(x - b[i]!)), 0) / most;
};

const CONFIGS: Readonly<Record<string, [DecoderConfig, keys: string[]]>> = {
  'a gated MLP, whose gate and up read the same input': [
    tinyConfig(),
    ['layers.0.down.w', 'layers.0.gate.w', 'layers.1.down.w', 'layers.1.gate.w'],
  ],
  'a plain MLP': [
    readConfig({ model_type: 'gpt2', vocab_size: 300, n_embd: 16, n_head: 4, n_layer: 2, n_positions: 64 }),
    ['layers.0.down.w', 'layers.0.up.w', 'layers.1.down.w', 'layers.1.up.w'],
  ],
};

for (const [title, [config, keys]] of Object.entries(CONFIGS)) {
  describe(`moments of ${title}`, () => {
    let model: Model;
    let moments: CorpusMoments;
    beforeAll(() => {
      model = tinyModel(config);
      moments = collectMoments(model, ROWS);
    });
    afterAll(() => model.dispose());

    it('are the plain sums over all tokens, padding excluded', () => {
      const plain = plainSums(model, ROWS);
      expect([...moments.keys()].sort()).toEqual(keys);
      for (const [name, { count, sum }] of moments) {
        expect(count).toBe(ROWS.reduce((n, { prompt, answers }) => n + prompt.length + answers[0]!.length, 0));
        expect(distance(sum, plain.get(name)!.sum)).toBeLessThan(1e-6);
        expect(count).toBe(plain.get(name)!.count);
      }
    });

    it('cover every matrix of the MLP', () => {
      for (const name of model.parameters.keys()) {
        if (/\.(gate|up|down)\.w$/.test(name))
          expect(moments.get(momentKey(moments, name))!.size).toBe(model.weights(name).shape[0]);
      }
    });

    it('less the share of some rows are the moments of the others', () => {
      const rest = subtractMoments(moments, collectMoments(model, ROWS.slice(0, 3)));
      const wanted = collectMoments(model, ROWS.slice(3));
      for (const [name, { count, sum }] of rest) {
        expect(count).toBe(wanted.get(name)!.count);
        expect(distance(sum, wanted.get(name)!.sum)).toBeLessThan(1e-6);
      }
    });

    it('less themselves are nothing', () => {
      for (const { count, sum } of subtractMoments(moments, moments).values())
        expect([count, sum.every((x) => x === 0)]).toEqual([0, true]);
    });

    it('of some rows count for all that they stand for, and are taken away as often, by their file too', () => {
      const [drawn, rest] = [ROWS.slice(0, 3), ROWS.slice(3)].map((rows) => collectMoments(model, rows));
      const path = join(dir, 'drawn.safetensors');
      writeMoments(path, standingFor(drawn!, 2.5, rest!));
      const all = readMoments(path)!;
      const left = subtractMoments(all, collectMoments(model, ROWS.slice(0, 1)));
      for (const [name, { count, sum, weight }] of all) {
        const [own, other] = [drawn!.get(name)!, rest!.get(name)!];
        expect([count, weight]).toEqual([2.5 * own.count + other.count, 2.5]);
        const kept = collectMoments(model, ROWS.slice(1, 3)).get(name)!;
        expect(
          distance(
            sum,
            own.sum.map((x, i) => 2.5 * x + other.sum[i]!),
          ),
        ).toBe(0);
        expect(
          distance(
            left.get(name)!.sum,
            kept.sum.map((x, i) => 2.5 * x + other.sum[i]!),
          ),
        ).toBeLessThan(1e-6);
        expect([left.get(name)!.count, left.get(name)!.weight]).toEqual([2.5 * kept.count + other.count, 2.5]);
      }
    });

    it('leave no tensor behind', () => {
      const before = tf.memory().numTensors;
      collectMoments(model, ROWS);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('come back from their file bit for bit', () => {
      const path = join(dir, 'moments.safetensors');
      writeMoments(path, moments);
      const read = readMoments(path)!;
      expect([...read.keys()].sort()).toEqual([...moments.keys()].sort());
      for (const [name, { size, sum, count }] of moments) {
        const back = read.get(name)!;
        expect([back.size, back.count, distance(back.sum, sum)]).toEqual([size, count, 0]);
      }
    });
  });
}

describe('a moments file', () => {
  const path = join(dir, 'damaged.safetensors');
  const refuse = () => expect(() => readMoments(path)).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
  const bytes = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);

  it('that is not there is no error: the model came without', () =>
    expect(readMoments(join(dir, 'none'))).toBeUndefined());

  it('without a count is refused', () => {
    writeSafetensors(path, [{ name: 'a', shape: [1, 1], data: bytes(1), dtype: 'F64' }]);
    refuse();
  });

  it('that is not square, not float64, or not finite is refused', () => {
    writeSafetensors(path, [{ name: 'a', shape: [1, 2], data: bytes(1, 2), dtype: 'F64' }], { 'count:a': '3' });
    refuse();
    writeSafetensors(path, [{ name: 'a', shape: [1, 1], data: Float32Array.of(1) }], { 'count:a': '3' });
    refuse();
    writeSafetensors(path, [{ name: 'a', shape: [1, 1], data: bytes(NaN), dtype: 'F64' }], { 'count:a': '3' });
    refuse();
  });

  it('that is cut short is refused', () => {
    writeSafetensors(path, [{ name: 'a', shape: [1, 1], data: bytes(1), dtype: 'F64' }], { 'count:a': '3' });
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    refuse();
  });

  it('of another model cannot be subtracted', () => {
    const one: CorpusMoments = new Map([['a', { size: 1, sum: Float64Array.of(1), count: 1 }]]);
    const two: CorpusMoments = new Map([['a', { size: 2, sum: new Float64Array(4), count: 1 }]]);
    expect(() => subtractMoments(one, two)).toThrow();
    expect(() => subtractMoments(one, new Map())).toThrow();
  });
});
