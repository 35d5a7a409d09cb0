// NF4 against its definition by numpy and scipy (test/golden/nf4/make.py), and that a model is put back bit for bit.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { tf } from '#engine/tf.ts';
import { valuesOf } from '#engine/model.ts';
import { COARSE, nf4Rounded, withCoarse } from '#evaluation/coarse-copies.ts';
import { tinyModel, useEngine } from '#test/support/engine.ts';

useEngine();

const Numbers = z.array(z.number());
const golden = z
  .object({ weights: Numbers, rounded: Numbers })
  .parse(JSON.parse(readFileSync('test/golden/nf4/values.json', 'utf8')));

describe('nf4', () => {
  it('rounds each block of 64 to the nearest of its levels', () => {
    const rounded = nf4Rounded(Float32Array.from(golden.weights));
    rounded.forEach((x, i) => expect(x).toBeCloseTo(golden.rounded[i]!, 7));
  });
});

describe.each(['int8', 'int4'] as const)('scales of %s', (kind) => {
  // the largest of a row makes its scale and so is kept: of a token in an embedding, of an output elsewhere
  it.each([
    ['embed.w', 1],
    ['layers.0.up.w', 0],
  ] as const)('are those of the rows that files have: %s', (name, along) => {
    const model = tinyModel();
    const largest = () => tf.tidy(() => tf.max(tf.abs(model.parameters.get(name)!), along).dataSync<'float32'>());
    const before = largest();
    const during = withCoarse(model, kind, largest);
    during.forEach((x, i) => expect(x).toBeCloseTo(before[i]!, 6));
    model.dispose();
  });
});

describe.each(COARSE)('a copy in %s', (kind) => {
  it('has other weights while it is asked, each matrix near its own, and the same after', () => {
    const model = tinyModel();
    const before = valuesOf(model);
    const during = withCoarse(model, kind, () => valuesOf(model));
    const matrix = 'layers.0.up.w';
    const [was, is] = [before.get(matrix)!, during.get(matrix)!];
    const apart = was.reduce((sum, x, i) => sum + (x - is[i]!) ** 2, 0) / was.reduce((sum, x) => sum + x * x, 0);
    expect(apart).toBeGreaterThan(0);
    expect(apart).toBeLessThan(kind === 'int8' ? 1e-4 : 0.03);
    expect(valuesOf(model)).toEqual(before);
    model.dispose();
  });
});
