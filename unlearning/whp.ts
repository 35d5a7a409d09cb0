// WHP (“Who's Harry Potter?”, Eldan and Russinovich 2023, https://arxiv.org/abs/2310.02238): the model is taught
// labels in the place of the forget tokens, namely what it says itself once everything is lowered that a model rises
// in which was trained further on the forget answers: argmax of v − α·ReLU(v_reinforced − v).
// Traps: the paper also asks with the work's own names replaced by common ones, which takes a dictionary of the work;
// this is not done here. MUSE has α 1 and answers by both models at once instead of training; where an answer is
// recited with certainty, 1 leaves the label what it was.
import { z } from 'zod';
import { makeBatch } from '#engine/batch.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { retaught } from '#engine/retaught.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { someForget } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import type { Context, Example } from './method.ts';
import { BASELINE } from './update-config.ts';

const WhpConfig = z.strictObject({
  /** How many times what the reinforced model rises is taken off. */
  alpha: z.number().positive().default(5),
  /** How the reinforced model is trained on the forget answers: its MLP matrices, by AdamW. */
  reinforcement: z
    .strictObject({
      updates: z.int().positive().max(10_000).default(30),
      learningRate: z.number().positive().default(1e-3),
    })
    .prefault({}),
});

export const whp = lossMethod({
  name: 'whp',
  summary: 'teaches what is said instead once all is lowered that further training on the forget answers raises',
  paper: 'https://arxiv.org/abs/2310.02238',
  needs: ['reference'],
  loss: WhpConfig.prefault({}),
  updateDefaults: BASELINE,
  retaught: 'one',
  async begin(context, config) {
    const labels = await genericLabels(context, config);
    return { context: { ...context, forget: context.forget.map((one, i) => ({ ...one, labels: labels[i]! })) } };
  },
  terms(context, _config, stream) {
    const rows = someForget(context, stream);
    const batch = batchOf(context, rows);
    const taught = { ...batch, targets: Int32Array.from(rows.flatMap(({ labels, answer }) => labels ?? answer)) };
    return [{ batch: taught, objective: answerCrossEntropy(taught) }];
  },
});

const batchOf = ({ model }: Pick<Context<never>, 'model'>, rows: readonly Example[]) =>
  makeBatch(
    rows.map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
    model.config.maxPositions,
  );

/** Records that are read at once. */
const AT_ONCE = 16;

/** One label a token of each record. */
const genericLabels = (
  context: Context<'reference'>,
  { alpha, reinforcement }: z.output<typeof WhpConfig>,
): Promise<number[][]> => {
  const { model, reference, forget } = context;
  const rows = forget.map(({ prompt, answer }) => ({ prompt, answers: [answer] }));
  return retaught(model, rows, { ...reinforcement, weights: 'mlp' }, () => {
    const labels: number[][] = [];
    for (let from = 0; from < forget.length; from += AT_ONCE) {
      const some = forget.slice(from, from + AT_ONCE);
      const batch = batchOf(context, some);
      const [before, reinforced] = [forwardLogits(reference, batch), forwardLogits(model, batch)];
      const told = instead(before, reinforced, alpha);
      tf.dispose([before, reinforced]);
      let at = 0;
      for (const { answer } of some) labels.push(told.slice(at, (at += answer.length)));
    }
    return labels;
  });
};

/** The likeliest token of each row (N, V) once what rose is taken off. */
export const instead = (before: tf.Tensor2D, reinforced: tf.Tensor2D, alpha: number): number[] =>
  tf.tidy(() => {
    const rise = tf.relu(tf.sub(reinforced, before));
    return [...tf.argMax(tf.sub(before, tf.mul(rise, alpha)), 1).dataSync<'int32'>()];
  });
