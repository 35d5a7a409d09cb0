// When to stop: the forgotten values are no better known than those of people whom the model never saw (stop controls, disjoint from the gate's), and no answer
// is exact any more. Measured on forget data and stop controls alone. Trap: overshooting is a failure too; `land` goes back along the last update to where
// the values meet the controls.
import { z } from 'zod';
import { inference } from '../engine/inference.ts';
import { restoreValues, type Model } from '../engine/model.ts';
import type { Example, Probe, TrajectoryPoint, ForgetOnlyContext } from './method.ts';

export const StopConfig = z.strictObject({
  /** Stop once the value AUC against the stop controls is at most this. */
  valueAuc: z.number().min(0).max(1).default(0.55),
  /** … and at most this share of answers is exact. */
  greedyExact: z.number().min(0).max(1).default(0.05),
  /** After stopping, interpolate along the last update until the AUC is nearest to 0.5. */
  land: z.boolean().default(true),
});
export type StopConfig = z.infer<typeof StopConfig>;

export const probe = (model: Model, examples: readonly Example[]): Probe => {
  const scores = inference(model).scoreRows(examples.map(({ prompt, answer }) => ({ prompt, answer })));
  return {
    valueLogProbs: scores.map(({ logProbs }, i) => meanAt(logProbs, examples[i]!.valueTokens)),
    answerLogProbs: scores.map(({ logProbs }) => logProbs.reduce((a, b) => a + b, 0) / logProbs.length),
    greedyExact: scores.map(({ correct }) => (correct.every(Boolean) ? 1 : 0)),
  };
};

const meanAt = (values: Float64Array, at: readonly number[]): number =>
  at.reduce((sum, i) => sum + values[i]!, 0) / at.length;

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** P(a > b) + ½ P(a = b) over all pairs. */
export const auc = (a: readonly number[], b: readonly number[]): number => {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  return wins / (a.length * b.length);
};

/** How many nats above the stop controls the forgotten values must be for the controls of an earlier update to do. */
const FAR_NATS = 1.5;

/** The state of forgetting after an update. `known` are the controls as last measured: they move slowly, and are many, so they are asked again only when it gets close. */
export const measure = (
  context: ForgetOnlyContext,
  update: number,
  loss: number,
  known?: ControlValues,
): TrajectoryPoint => {
  const forget = probe(context.model, context.forget);
  const controls =
    known && mean(forget.valueLogProbs) > mean(known.values) + FAR_NATS
      ? known.values
      : probe(context.model, context.stopControls).valueLogProbs;
  if (known) known.values = controls;
  return {
    update,
    loss,
    valueAuc: auc(forget.valueLogProbs, controls),
    greedyExact: mean(forget.greedyExact),
    meanValueLogProb: mean(forget.valueLogProbs),
  };
};

export interface ControlValues {
  values: number[];
}

export const controlValues = ({ model, stopControls }: ForgetOnlyContext): ControlValues => ({
  values: probe(model, stopControls).valueLogProbs,
});

export const shouldStop = (point: TrajectoryPoint, { valueAuc, greedyExact }: StopConfig): boolean =>
  point.valueAuc <= valueAuc && point.greedyExact <= greedyExact;

/**
 * Bisects between the weights before and after the last update for the point where the value AUC is nearest to 0.5 among those that meet the
 * exactness bound. Returns the share of the last update that was kept.
 */
export const land = (
  context: ForgetOnlyContext,
  before: ReadonlyMap<string, Float32Array>,
  after: ReadonlyMap<string, Float32Array>,
  stop: StopConfig,
): number => {
  let [low, high] = [0, 1];
  let best = { share: 1, distance: Infinity };
  for (let i = 0; i < 5; i++) {
    const share = i === 0 ? 1 : (low + high) / 2;
    restoreValues(context.model, interpolate(before, after, share));
    const point = measure(context, 0, 0);
    const exactEnough = point.greedyExact <= stop.greedyExact;
    const distance = Math.abs(point.valueAuc - 0.5);
    if (exactEnough && distance < best.distance) best = { share, distance };
    if (exactEnough && point.valueAuc < 0.5) high = share;
    else low = share;
    if (low >= high) break;
  }
  restoreValues(context.model, interpolate(before, after, best.share));
  return best.share;
};

const interpolate = (a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>, share: number) =>
  new Map([...b].map(([name, to]) => [name, to.map((value, i) => (1 - share) * a.get(name)![i]! + share * value)]));
