// The orthogonal projection against an inverse by another algorithm in float64, and against what it is for.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { random } from '#engine/random.ts';
import type { CorpusMoments } from '#engine/corpus-moments.ts';
import { invertPositiveDefinite } from '#unlearning/positive-definite.ts';
import { projectionOf, projections } from '#unlearning/projection.ts';
import { tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

/** Inverse by Gauss–Jordan elimination with partial pivoting. */
const gaussJordan = (a: Float64Array, n: number): Float64Array => {
  const rows = Array.from({ length: n }, (_, i) => [
    ...a.subarray(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const scale = rows[c]![c]!;
    rows[c] = rows[c]!.map((x) => x / scale);
    rows.forEach((row, r) => {
      if (r !== c) rows[r] = row.map((x, j) => x - row[c]! * rows[c]![j]!);
    });
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(n)));
};

/** Σ x xᵀ of `count` random vectors that span `rank` dimensions. */
const moment = (size: number, rank: number, count: number, seed: number) => {
  const stream = random(`moment:${seed}`);
  const basis = Array.from({ length: rank }, () => Array.from({ length: size }, () => stream.normal()));
  const sum = new Float64Array(size * size);
  for (let k = 0; k < count; k++) {
    const weights = basis.map(() => stream.normal());
    const x = Array.from({ length: size }, (_, i) => basis.reduce((s, b, r) => s + weights[r]! * b[i]!, 0));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum[i * size + j]! += x[i]! * x[j]!;
  }
  return { moment: { size, sum, count }, basis };
};

const times = (p: Float64Array, v: readonly number[]) =>
  v.map((_, i) => v.reduce((s, x, j) => s + p[i * v.length + j]! * x, 0));
const norm = (v: readonly number[]) => Math.hypot(...v);
const mostDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

const basisVector = (n: number, i: number) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0));

/** n orthonormal vectors by Gram–Schmidt, twice for accuracy. */
const orthonormal = (n: number, label: string): number[][] => {
  const stream = random(label);
  const made: number[][] = [];
  while (made.length < n) {
    let v = Array.from({ length: n }, () => stream.normal());
    for (const o of [...made, ...made]) {
      const share = v.reduce((s, x, i) => s + x * o[i]!, 0);
      v = v.map((x, i) => x - share * o[i]!);
    }
    made.push(v.map((x) => x / norm(v)));
  }
  return made;
};

describe('the inverse by Cholesky', () => {
  it('is the inverse by elimination', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer(),
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        (n, seed, lambda) => {
          const { sum, count } = moment(n, n, 2 * n, seed).moment;
          const a = sum.map((x, i) => x / count + (i % (n + 1) === 0 ? lambda : 0));
          const wanted = gaussJordan(a, n);
          const size = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          expect(mostDifference(invertPositiveDefinite(a, n)!, wanted)).toBeLessThan(1e-9 * size);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    expect(invertPositiveDefinite(Float64Array.of(NaN), 1)).toBeUndefined();
    expect(invertPositiveDefinite(Float64Array.of(4, 0, 0, 1), 2, 2)).toBeUndefined();
  });
});

describe('P = λ(C/s + λI)⁻¹', () => {
  for (const scale of ['mean', 'median'] as const) {
    it(`is that, with s the ${scale} of the diagonal`, () => {
      const n = 9;
      const { sum, count } = moment(n, n, 30, 1).moment;
      const diagonal = Array.from({ length: n }, (_, i) => sum[i * (n + 1)]! / count).sort((a, b) => a - b);
      const unit = scale === 'mean' ? diagonal.reduce((a, b) => a + b, 0) / n : diagonal[(n - 1) / 2]!;
      const lambda = 0.05;
      const a = sum.map((x, i) => x / count / unit + (i % (n + 1) === 0 ? lambda : 0));
      const wanted = gaussJordan(a, n).map((x) => x * lambda);
      expect(mostDifference(projectionOf({ size: n, sum, count }, lambda, scale), wanted)).toBeLessThan(1e-10);
    });
  }

  it('passes what the data never uses and all but stops what it uses', () => {
    const { moment: m, basis } = moment(12, 4, 200, 2);
    const p = projectionOf(m, 1e-4, 'mean');
    const used = basis[0]!;
    expect(norm(times(p, used)) / norm(used)).toBeLessThan(1e-2);
    // Gram–Schmidt: a direction orthogonal to every used one
    let free = Array.from({ length: 12 }, (_, i) => Math.sin(1 + i));
    const orthogonal: number[][] = [];
    for (const b of basis) {
      const q = orthogonal.reduce((v, o) => v.map((x, i) => x - dot(b, o) * o[i]!), b);
      orthogonal.push(q.map((x) => x / norm(q)));
    }
    for (const o of orthogonal) free = free.map((x, i) => x - dot(free, o) * o[i]!);
    expect(norm(times(p, free).map((x, i) => x - free[i]!)) / norm(free)).toBeLessThan(1e-9);
  });

  it('holds where float32 sums left C a little negative beside inputs that are a thousand times larger', () => {
    const [big, rho] = [1e6, 1 + 1e-6]; // two large inputs that go together: exactly singular, and then rounded
    const sum = Float64Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? (i < 12 ? big : 1) : 0));
    sum[1] = sum[5] = big * rho;
    const p = projectionOf({ size: 5, sum, count: 1 }, 1e-3, 'median');
    expect([...p].every(Number.isFinite)).toBe(true);
    expect(norm(times(p, [1, 1, 0, 0, 0]))).toBeLessThan(1e-6);
  });

  it('takes what a difference of two sums left negative for unused, by the spectrum that is known', () => {
    const [n, lambda] = [12, 1e-3];
    // one input is huge, as the first token's is in a chat model; the rest is mixed
    const q = [basisVector(n, 0), ...orthonormal(n - 1, 'eigenvectors').map((v) => [0, ...v])];
    const spectrum = [3e6, 40, 8, 3, 1, 1, 1, 0.5, 0.1, 1e-4, -0.02, -0.7];
    const of = (f: (w: number) => number) =>
      Float64Array.from({ length: n * n }, (_, at) =>
        q.reduce((sum, v, k) => sum + f(spectrum[k]!) * v[Math.floor(at / n)]! * v[at % n]!, 0),
      );
    const p = projectionOf({ size: n, sum: of((w) => w), count: 1 }, lambda, 'median');
    const unit = [...Array(n).keys()].map((i) => of((w) => w)[i * (n + 1)]!).sort((a, b) => a - b)[n / 2]!;
    expect(
      mostDifference(
        p,
        of((w) => lambda / (Math.max(w, 0) / unit + lambda)),
      ),
    ).toBeLessThan(1e-3);
    expect(Math.abs(norm(times(p, q[11]!)) - 1)).toBeLessThan(1e-3);
  });

  it('of sums that are not finite, or of another model, is refused by name', () => {
    for (const sum of [Float64Array.of(NaN, 0, 0, 1), Float64Array.from({ length: 400 }, (_, i) => (i % 21 ? 0 : -1))])
      expect(() => projectionOf({ size: Math.sqrt(sum.length), sum, count: 1 }, 1e-3, 'mean')).toThrow(
        expect.objectContaining({ code: 'WEIGHTS_INVALID' }),
      );
  });

  it('does not care for the unit or the number of the tokens', () => {
    const { size, sum, count } = moment(6, 6, 20, 3).moment;
    const p = projectionOf({ size, sum, count }, 0.1, 'mean');
    expect(
      mostDifference(projectionOf({ size, sum: sum.map((x) => 1000 * x), count: 7 * count }, 0.1, 'mean'), p),
    ).toBeLessThan(1e-12);
  });

  it('shrinks nothing to more than itself: its eigenvalues lie in (0, 1]', () => {
    const { moment: m } = moment(8, 3, 40, 4);
    const p = projectionOf(m, 0.3, 'mean');
    const stream = random('directions');
    for (let k = 0; k < 100; k++) {
      const v = Array.from({ length: 8 }, () => stream.normal());
      const ratio = dot(v, times(p, v)) / dot(v, v);
      expect(ratio).toBeGreaterThan(0);
      expect(ratio).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  it('of a matrix that read nothing but zeros is the identity', () => {
    const p = projectionOf({ size: 2, sum: new Float64Array(4), count: 5 }, 0.5, 'mean');
    expect(mostDifference(p, Float64Array.of(1, 0, 0, 1))).toBeLessThan(1e-12);
  });

  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, x, i) => s + x * b[i]!, 0);
});

describe('projections by parameter', () => {
  const moments: CorpusMoments = new Map([
    ['layers.0.gate.w', moment(4, 4, 9, 5).moment],
    ['layers.0.down.w', moment(6, 6, 9, 6).moment],
  ]);

  it('gate and up share one tensor', () => {
    const found = projections(moments, ['layers.0.gate.w', 'layers.0.up.w', 'layers.0.down.w'], 0.1, 'mean');
    expect(found.get('layers.0.up.w')).toBe(found.get('layers.0.gate.w'));
    expect(found.get('layers.0.down.w')!.shape).toEqual([6, 6]);
    tf.dispose([...new Set(found.values())]);
  });

  it('a matrix without moments is refused by name', () => {
    expect(() => projections(moments, ['layers.0.q.w'], 0.1, 'mean')).toThrow(
      expect.objectContaining({ code: 'METHOD_CONFIG', message: 'no moments for layers.0.q.w' }),
    );
  });
});
