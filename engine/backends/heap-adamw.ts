// AdamW in one pass over the wasm heap. The parameter is written in place; the moments are ordinary arrays outside the
// heap, which has room for 4 GB of tensors only.
// Trap: a parameter that shares its data with another tensor (a clone kept for reference) must not be overwritten; it
// gets a new tensor instead.
import tf from '@tensorflow/tfjs-core';
import type { AdamWOptions, Optimizer } from './backend.ts';
import type { Heap } from './heap.ts';
import { momentsFrom, momentsState, type AdamMoments } from './adam-moments.ts';

export const heapAdamW = (heap: Heap, options: Required<AdamWOptions>): Optimizer => {
  let moments: AdamMoments<Float32Array> = { updates: 0, slots: new Map() };
  const slotOf = (name: string, size: number) => {
    const slot = moments.slots.get(name) ?? { m: new Float32Array(size), v: new Float32Array(size) };
    moments.slots.set(name, slot);
    return slot;
  };
  return {
    update(parameters, gradients, lr) {
      moments.updates++;
      for (const [name, gradient] of gradients) {
        const parameter = parameters.get(name)!;
        if (!heap.isOwn(parameter)) tf.tidy(() => parameter.assign(tf.add(parameter, 0)));
        const { m, v } = slotOf(name, gradient.size);
        update(heap.floats(parameter), heap.floats(gradient), m, v, coefficients(options, moments.updates, lr));
        heap.forgetPacked(parameter);
      }
    },
    state: () => momentsState(moments, (values) => values.slice()),
    restore: (state) => void (moments = momentsFrom(state, (values) => values.slice())),
    dispose: () => moments.slots.clear(),
  };
};

interface Coefficients {
  beta1: number;
  beta2: number;
  eps: number;
  keep: number;
  size: number;
  scale: number;
}

/** t counts from 1. The corrections of both moments are folded into the step size and the scale of √v. */
const coefficients = (o: Required<AdamWOptions>, t: number, lr: number): Coefficients => ({
  beta1: o.beta1,
  beta2: o.beta2,
  eps: o.eps,
  keep: 1 - lr * o.weightDecay,
  size: lr / (1 - o.beta1 ** t),
  scale: 1 / Math.sqrt(1 - o.beta2 ** t),
});

const update = (p: Float32Array, g: Float32Array, m: Float32Array, v: Float32Array, c: Coefficients) => {
  const { beta1, beta2, eps, keep, size, scale } = c;
  for (let i = 0; i < p.length; i++) {
    const gi = g[i]!;
    const mi = beta1 * m[i]! + (1 - beta1) * gi;
    const vi = beta2 * v[i]! + (1 - beta2) * gi * gi;
    m[i] = mi;
    v[i] = vi;
    p[i] = keep * p[i]! - (size * mi) / (Math.sqrt(vi) * scale + eps);
  }
};
