// Plain loops in float64, the oracle of the backend tests: no tensor, no kernel, no shortcut.
import { random } from '#engine/random.ts';

/** `count` normal numbers rounded to float32, from a seed. */
export const normals = (count: number, seed: string | number, scale = 1): Float32Array => {
  const stream = random(`numbers:${seed}`);
  return Float32Array.from({ length: count }, () => scale * stream.normal());
};

/** One matrix product: a (M, K) or its transposed, b (K, N) or its transposed, row-major. */
export const product = (
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [M, K, N]: readonly [number, number, number],
  transposeA = false,
  transposeB = false,
): Float64Array => {
  const y = new Float64Array(M * N);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      for (let k = 0; k < K; k++)
        y[i * N + j]! += a[transposeA ? k * M + i : i * K + k]! * b[transposeB ? j * K + k : k * N + j]!;
    }
  }
  return y;
};

/** Largest difference, relative to the largest number wanted (or to 1). */
export const error = (got: ArrayLike<number>, want: ArrayLike<number>): number => {
  if (got.length !== want.length) return Infinity;
  let most = 0;
  let scale = 1;
  for (let i = 0; i < want.length; i++) {
    if (!Number.isFinite(got[i])) return Infinity;
    most = Math.max(most, Math.abs(got[i]! - want[i]!));
    scale = Math.max(scale, Math.abs(want[i]!));
  }
  return most / scale;
};

/** Slope of Σ weights·f(x) at x by central differences. */
export const slope = (
  f: (x: Float64Array) => ArrayLike<number>,
  x: ArrayLike<number>,
  weights: ArrayLike<number>,
  h = 1e-5,
): Float64Array => {
  const at = (i: number, change: number) => {
    const moved = Float64Array.from(x);
    moved[i]! += change;
    return Array.from(f(moved)).reduce((sum, y, k) => sum + weights[k]! * y, 0);
  };
  return Float64Array.from({ length: x.length }, (_, i) => (at(i, h) - at(i, -h)) / (2 * h));
};
