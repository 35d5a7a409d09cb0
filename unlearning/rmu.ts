// RMU: hidden states at the forget answers are steered to a fixed random direction, those at retained answers held
// where the reference has them. Li et al. 2024, https://arxiv.org/abs/2403.03218, in the form of open-unlearning.
// Traps: the direction is uniform in [0, 1), so all its parts are positive; and only blocks up to the one whose output
// is steered can move, however much `update.trainable` names.
import { z } from 'zod';
import type { Batch } from '#engine/batch.ts';
import { perAnswer } from '#engine/losses.ts';
import { random } from '#engine/random.ts';
import { forwardHidden } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch, retainBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

export const rmu = lossMethod({
  name: 'rmu',
  summary: 'steers hidden states of the forget answers to a random direction, holds those of retained ones',
  paper: 'https://arxiv.org/abs/2403.03218',
  needs: ['retain', 'reference'],
  loss: z
    .strictObject({
      /** After which share of the blocks the hidden states are read, rounded up: block 8 of 32 as published. */
      depth: z.number().positive().max(1).default(0.25),
      /** Length of the vector to which they are steered. */
      steering: z.number().positive().default(2),
      retainWeight: z.number().nonnegative().default(1),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  terms(context, { depth: share, steering, retainWeight }, stream) {
    const { layers, hiddenSize } = context.model.config;
    const depth = Math.ceil(share * layers);
    const [forget, retain] = [forgetBatch(context, stream), retainBatch(context, stream)];
    const aim = tf.tensor1d(steeringVector(context.seed, hiddenSize, steering));
    const held = forwardHidden(context.reference, retain, depth); // (N, d)
    return [
      {
        batch: forget,
        depth,
        objective: (hidden) => meanSquare(forget, tf.sub(hidden, aim)),
        dispose: () => aim.dispose(),
      },
      {
        batch: retain,
        depth,
        objective: (hidden) => meanSquare(retain, tf.sub(hidden, held)),
        weight: () => retainWeight,
        dispose: () => held.dispose(),
      },
    ];
  },
});

/** Mean of squares over the width, the tokens of each answer, and the answers; difference (N, d). */
const meanSquare = (batch: Batch, difference: tf.Tensor): tf.Scalar => {
  const tokens = tf.reshape(tf.mean(tf.square(difference), 1), [-1, 1]); // (N, 1)
  return tf.mean(tf.matMul(perAnswer(batch, 'mean'), tokens));
};

/** A vector of this length whose direction follows from the seed. */
export const steeringVector = (seed: number, width: number, length: number): Float32Array => {
  const stream = random(`rmu:${seed}`);
  const drawn = Float32Array.from({ length: width }, () => stream.uniform());
  const norm = Math.hypot(...drawn);
  return drawn.map((x) => (x * length) / norm);
};
