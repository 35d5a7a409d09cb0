// The four f-divergences of FLAT (Wang et al., ICLR 2025, "LLM Unlearning via Loss Adjustment with Only Forget Data",
// Table 2), each by its optimal variational function g* and conjugate f*. The loss of a template value v_e and a forget
// value v_f is −g*(v_e) + f*(g*(v_f)).
// Trap: v is a mean token probability in [0, 1], not a log-probability.
import { tf } from '#engine/tf.ts';

export const DIVERGENCES = ['total-variation', 'jensen-shannon', 'pearson', 'kl'] as const;
export type DivergenceName = (typeof DIVERGENCES)[number];

export interface Divergence {
  /** Optimal variational function g*(v). */
  g: (v: tf.Tensor) => tf.Tensor;
  /** Convex conjugate f*(u). */
  conjugate: (u: tf.Tensor) => tf.Tensor;
}

export const divergences: Readonly<Record<DivergenceName, Divergence>> = {
  // f(t) = |t − 1| / 2: g*(v) = tanh(v) / 2, f*(u) = u
  'total-variation': { g: (v) => tf.mul(tf.tanh(v), 0.5), conjugate: (u) => u },
  // g*(v) = log(2 / (1 + e^−v)), f*(u) = −log(2 − e^u)
  'jensen-shannon': {
    g: (v) => tf.sub(Math.LN2, tf.softplus(tf.neg(v))),
    conjugate: (u) => tf.neg(tf.log(tf.sub(2, tf.exp(u)))),
  },
  // f(t) = (t − 1)²: g*(v) = v, f*(u) = u²/4 + u
  pearson: { g: (v) => v, conjugate: (u) => tf.add(tf.mul(tf.square(u), 0.25), u) },
  // f(t) = t log t: g*(v) = v, f*(u) = e^(u−1)
  kl: { g: (v) => v, conjugate: (u) => tf.exp(tf.sub(u, 1)) },
};
