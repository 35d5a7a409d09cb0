// How fast a little of the forgotten data brings back the rest: two records are trained again for ten updates, the
// others are watched. Suppression in the weights comes back, absence does not; the report prints the curve. Trap: it
// changes the model; run it last.
import type { ForgetRow } from '#datasets/suite.ts';
import { makeBatch } from '#engine/batch.ts';
import { inference } from '#engine/inference.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import type { Model } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { random } from '#engine/random.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { distinct } from './distinct.ts';
import { pairOf, type Relearnt } from './exam.ts';
import { isExact } from './scores.ts';

const RELEARN = { records: 2, updates: 10, learningRate: 1e-3 } as const;

/** The curve of points (update, share of the other records whose answer is exact again), and its last count. */
export const relearnCurve = async (
  model: Model,
  rows: readonly ForgetRow[],
  seed: number,
  learningRate: number = RELEARN.learningRate,
): Promise<Relearnt> => {
  const order = random(`relearn:${seed}`).shuffle(distinct(rows));
  const taught = order.slice(0, RELEARN.records);
  const watched = order.slice(RELEARN.records);
  const engine = inference(model);
  const batch = makeBatch(
    taught.map((row) => ({
      prompt: engine.encodePrompt(row.prompt),
      answers: [engine.encodeAnswer(row.answer, row.open)],
    })),
    model.config.maxPositions,
  );
  const exact = () => engine.score(watched.map(pairOf)).filter(isExact).length;
  const share = (k: number) => k / Math.max(1, watched.length);
  const trainable = new Set([...model.parameters.keys()].filter((name) => /\.(gate|up|down)\.w$/.test(name)));
  const parameters = new Map([...model.parameters].filter(([name]) => trainable.has(name)));
  const optimizer = adamW({ weightDecay: 0 });
  let last = exact();
  const points: [number, number][] = [[0, share(last)]];
  for (let update = 1; update <= RELEARN.updates; update++) {
    const { gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), trainable);
    optimizer.update(parameters, gradients, learningRate);
    tf.dispose([...gradients.values()]);
    points.push([update, share((last = exact()))]);
    await new Promise(setImmediate);
  }
  optimizer.dispose();
  const curve = {
    xLabel: `updates on ${RELEARN.records} of ${order.length} records`,
    yLabel: 'share of the other records exact again',
    points,
  };
  return { curve, last: { k: last, n: watched.length } };
};
