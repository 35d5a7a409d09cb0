// Optimisers and learning-rate schedules. tf.train has no decoupled weight decay, and its epsilon is not PyTorch's.
// Trap: an update visits only the gradients that it is given; a parameter without one keeps its value and its moments.
import type { AdamWOptions, Optimizer } from './backends/backend.ts';
import { momentsFrom, momentsState, type AdamMoments } from './backends/adam-moments.ts';
import { globalNorm } from './global-norm.ts';
import { fastOps, tf } from './tf.ts';

export type { AdamWOptions, Optimizer } from './backends/backend.ts';

/** AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it, in the backend's own form where it has one. */
export const adamW = ({ beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01 }: AdamWOptions = {}): Optimizer => {
  const options = { beta1, beta2, eps, weightDecay };
  return fastOps().adamW?.(options) ?? composedAdamW(options);
};

/** AdamW of tfjs operations, for any backend. */
export const composedAdamW = (options: Required<AdamWOptions>): Optimizer => {
  let moments: AdamMoments<tf.Tensor> = { updates: 0, slots: new Map() };
  const held = () => [...moments.slots.values()].flatMap(({ m, v }) => [m, v]);
  const dispose = () => {
    tf.dispose(held());
    moments.slots.clear();
  };
  return {
    update(parameters, gradients, lr) {
      const t = ++moments.updates;
      for (const [name, gradient] of gradients) {
        const before = moments.slots.get(name);
        tf.tidy(() => {
          const { p, m, v } = adamUpdate(parameters.get(name)!, gradient, before, { ...options, lr, t });
          moments.slots.set(name, { m: tf.keep(m), v: tf.keep(v) });
          parameters.get(name)!.assign(p);
        });
        if (before) tf.dispose([before.m, before.v]);
      }
    },
    state: () => momentsState(moments, (tensor) => Float32Array.from(tensor.dataSync())),
    restore(state) {
      dispose();
      moments = momentsFrom(state, (values) => tf.keep(tf.tensor1d(values.slice())));
    },
    dispose,
  };
};

/** A running mean; a restored one comes flat. */
const decayed = (moment: tf.Tensor | undefined, beta: number, now: tf.Tensor): tf.Tensor =>
  moment ? tf.add(tf.mul(tf.reshape(moment, now.shape), beta), tf.mul(now, 1 - beta)) : tf.mul(now, 1 - beta);

type AdamUpdate = Required<AdamWOptions> & { lr: number; t: number };

/** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p(1 − lr·decay) − lr·m̂/(√v̂ + eps). */
const adamUpdate = (
  parameter: tf.Tensor,
  g: tf.Tensor,
  before: { m: tf.Tensor; v: tf.Tensor } | undefined,
  { beta1, beta2, eps, weightDecay, lr, t }: AdamUpdate,
) => {
  const m = decayed(before?.m, beta1, g);
  const v = decayed(before?.v, beta2, tf.square(g));
  const denominator = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(1 - beta2 ** t)), eps);
  const move = tf.div(tf.mul(m, lr / (1 - beta1 ** t)), denominator);
  return { p: tf.sub(tf.mul(parameter, 1 - lr * weightDecay), move), m, v };
};

export interface SophiaOptions {
  beta1?: number;
  beta2?: number;
  /** What the curvature is scaled by before it divides. */
  rho?: number;
  /** Tokens of a batch in the estimate of the curvature. */
  batchTokens?: number;
  weightDecay?: number;
}

/**
 * Sophia-G (Liu et al. 2023, https://arxiv.org/abs/2305.14342) with the settings of SOUL (Jia et al. 2024,
 * https://arxiv.org/abs/2404.18239): m ← β₁m + (1−β₁)g, h ← β₂h + (1−β₂)g², p ← p(1 − lr·decay) − lr·sign(m)·min(|m| /
 * (ρ·tokens·h + 1e-15), 1). Trap: SOUL takes g² of the same gradient as the curvature, and its code decays m twice an
 * update, which is not done here.
 */
export const sophia = ({
  beta1 = 0.9,
  beta2 = 0.95,
  rho = 0.04,
  batchTokens = 5120,
  weightDecay = 0.1,
}: SophiaOptions = {}): Optimizer => {
  let moments: AdamMoments<tf.Tensor> = { updates: 0, slots: new Map() };
  const dispose = () => {
    tf.dispose([...moments.slots.values()].flatMap(({ m, v }) => [m, v]));
    moments.slots.clear();
  };
  return {
    update(parameters, gradients, lr) {
      moments.updates++;
      for (const [name, g] of gradients) {
        const before = moments.slots.get(name);
        const parameter = parameters.get(name)!;
        tf.tidy(() => {
          const m = decayed(before?.m, beta1, g);
          const v = decayed(before?.v, beta2, tf.square(g));
          moments.slots.set(name, { m: tf.keep(m), v: tf.keep(v) });
          // sign(m)·min(|m|/…, 1) is m/… cut to [−1, 1]; tf.sign takes small numbers for 0 on wasm
          const move = tf.clipByValue(tf.div(m, tf.add(tf.mul(v, rho * batchTokens), 1e-15)), -1, 1);
          parameter.assign(tf.sub(tf.mul(parameter, 1 - lr * weightDecay), tf.mul(move, lr)));
        });
        if (before) tf.dispose([before.m, before.v]);
      }
    },
    state: () => momentsState(moments, (tensor) => Float32Array.from(tensor.dataSync())),
    restore(state) {
      dispose();
      moments = momentsFrom(state, (values) => tf.keep(tf.tensor1d(values.slice())));
    },
    dispose,
  };
};

/** Steps along the negative gradient, as long as it is, without momentum. */
export const sgd = (): Optimizer => ({
  update(parameters, gradients, lr) {
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name)!;
      tf.tidy(() => parameter.assign(tf.sub(parameter, tf.mul(gradient, lr))));
    }
  },
  state: () => new Map(),
  restore: () => undefined,
  dispose: () => undefined,
});

/** Steps of fixed global L2 length along the negative gradient, without momentum. */
export const normalizedSgd = (): Optimizer => ({
  update(parameters, gradients, length) {
    const norm = globalNorm(gradients);
    if (!(norm > 0)) return; // all gradients are zero
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name)!;
      tf.tidy(() => parameter.assign(tf.sub(parameter, tf.mul(gradient, length / norm))));
    }
  },
  state: () => new Map(),
  restore: () => undefined,
  dispose: () => undefined,
});

/** Learning rate of update u, from 0. */
export type Schedule = (update: number) => number;

export const constant =
  (rate: number): Schedule =>
  () =>
    rate;

/** Linear warm-up over `warmup` updates, then half a cosine to 0 at `total`. */
export const cosine =
  (rate: number, warmup: number, total: number): Schedule =>
  (update) =>
    update < warmup
      ? (rate * (update + 1)) / warmup
      : 0.5 * rate * (1 + Math.cos((Math.PI * (update - warmup)) / Math.max(1, total - warmup)));
