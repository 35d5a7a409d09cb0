// NF4 against its definition by numpy and scipy (test/golden/nf4/make.py), and that a model is put back bit for bit.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
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
