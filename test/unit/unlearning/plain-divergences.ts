// g* and f* of FLAT's four divergences (Wang et al., ICLR 2025, Table 2) in plain float64 numbers, as printed: the
// oracle of flat.test.ts and divergences.test.ts.
import type { DivergenceName } from '#unlearning/divergences.ts';

export const G: Readonly<Record<DivergenceName, (v: number) => number>> = {
  'total-variation': (v) => 0.5 * Math.tanh(v),
  'jensen-shannon': (v) => Math.log(2 / (1 + Math.exp(-v))),
  pearson: (v) => v,
  kl: (v) => v,
};
export const CONJUGATE: Readonly<Record<DivergenceName, (u: number) => number>> = {
  'total-variation': (u) => u,
  'jensen-shannon': (u) => -Math.log(2 - Math.exp(u)),
  pearson: (u) => (u * u) / 4 + u,
  kl: (u) => Math.exp(u - 1),
};
