// Optimisers that move variables in place of tf.train's, which have no decoupled weight decay.
// Trap: moments are kept as plain arrays outside the wasm heap, whose 4 GB are for tensors; a variable gets a new tensor, never a write into the old one.
import { tf } from './tf.ts';

export interface Optimizer {
  /** One update; gradients are only read. `lr` is the learning rate, for normalised SGD the length of the step. */
  step(parameters: ReadonlyMap<string, tf.Variable>, gradients: ReadonlyMap<string, tf.Tensor>, lr: number): void;
  /** What a resumed run needs. */
  state(): Map<string, Float32Array>;
  restore(state: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  eps?: number;
  /** Decoupled: p ← p·(1 − lr·decay) before the step. */
  weightDecay?: number;
}

interface Slot {
  m: Float32Array;
  v: Float32Array;
}

/** AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it. */
export const adamW = ({ beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01 }: AdamWOptions = {}): Optimizer => {
  const slots = new Map<string, Slot>();
  let updates = 0;
  return {
    step(parameters, gradients, lr) {
      updates++;
      const correction = { m: 1 / (1 - beta1 ** updates), v: 1 / (1 - beta2 ** updates) };
      for (const [name, gradient] of gradients) {
        const parameter = parameters.get(name)!;
        const g = gradient.dataSync<'float32'>();
        const slot = slots.get(name) ?? { m: new Float32Array(g.length), v: new Float32Array(g.length) };
        slots.set(name, slot);
        const p = Float32Array.from(parameter.dataSync<'float32'>());
        adamUpdate(p, g, slot, { beta1, beta2, eps, keep: 1 - lr * weightDecay, lr, correction });
        tf.tidy(() => parameter.assign(tf.tensor(p, parameter.shape)));
      }
    },
    state: () =>
      new Map([
        ['updates', Float32Array.of(updates)],
        ...[...slots].flatMap(
          ([name, { m, v }]) =>
            [
              [`m:${name}`, m],
              [`v:${name}`, v],
            ] as const,
        ),
      ]),
    restore(state) {
      updates = state.get('updates')?.[0] ?? 0;
      slots.clear();
      for (const [key, m] of state) {
        if (key.startsWith('m:')) slots.set(key.slice(2), { m: m.slice(), v: state.get(`v:${key.slice(2)}`)!.slice() });
      }
    },
    dispose: () => slots.clear(),
  };
};

const adamUpdate = (
  p: Float32Array,
  g: Float32Array,
  { m, v }: Slot,
  o: { beta1: number; beta2: number; eps: number; keep: number; lr: number; correction: { m: number; v: number } },
) => {
  for (let i = 0; i < p.length; i++) {
    const gi = g[i]!;
    const mi = (m[i] = o.beta1 * m[i]! + (1 - o.beta1) * gi);
    const vi = (v[i] = o.beta2 * v[i]! + (1 - o.beta2) * gi * gi);
    p[i] = p[i]! * o.keep - (o.lr * mi * o.correction.m) / (Math.sqrt(vi * o.correction.v) + o.eps);
  }
};

/** Steps of fixed global L2 length along the negative gradient, without momentum. */
export const normalizedSgd = (): Optimizer => ({
  step(parameters, gradients, length) {
    const norm = Math.sqrt(
      [...gradients.values()].reduce((sum, g) => sum + (tf.tidy(() => tf.sum(tf.square(g)).dataSync())[0] ?? 0), 0),
    );
    if (!(norm > 0)) return; // nothing to follow
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

/** Linear warm-up, then linear decay to 0 at `total`: Hugging Face's default. */
export const linearDecay =
  (rate: number, warmup: number, total: number): Schedule =>
  (update) =>
    update < warmup
      ? (rate * (update + 1)) / warmup
      : (rate * Math.max(0, total - update)) / Math.max(1, total - warmup);
