// When to stop: once the forgotten values are no better known than those of people whom the model never saw (stop
// controls, disjoint from the gate's), and no answer is exact any more. Measured on forget data and stop controls only.
// Traps: overshooting is a failure too, so `land` goes back along the last update to where the values meet the
// controls; and a refusal that is learnt pushes whole answers far below the controls' whether or not the values are
// forgotten, which `answerAuc` watches for.
import { auc } from '#core/auc.ts';
import { z } from 'zod';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { restoreValues } from '#engine/model.ts';
import type { Example, Probe, TrajectoryPoint, ForgetOnlyContext } from './method.ts';

export const StopConfig = z.strictObject({
  /** Stop once the value AUC against the stop controls is at most this. */
  valueAuc: z.number().min(0).max(1).default(0.55),
  /** Or once the AUC of the whole answer is at most this; not watched where absent. */
  answerAuc: z.number().min(0).max(1).optional(),
  /** … and at most this share of answers is exact. */
  greedyExact: z.number().min(0).max(1).default(0.05),
  /**
   * … and at most this share of values is exact given the answer's own words before them (as with a forced prefix);
   * absent: not checked.
   */
  valueExact: z.number().min(0).max(1).optional(),
  /**
   * After stopping, interpolate along the last update to where the watched AUC that is farther from 0.5 is nearest to
   * it.
   */
  land: z.boolean().default(true),
});
export type StopConfig = z.infer<typeof StopConfig>;

export const probe = (model: LanguageModel, examples: readonly Example[]): Probe => {
  const scores = inference(model).scoreRows(examples.map(({ prompt, answer }) => ({ prompt, answer })));
  return {
    valueLogProbs: scores.map(({ logProbs }, i) => meanAt(logProbs, examples[i]!.valueTokens)),
    lowestLogProbs: scores.map(({ logProbs }) => meanAt(logProbs, lowestTokens([...logProbs], LOWEST))),
    answerLogProbs: scores.map(({ logProbs }) => logProbs.reduce((a, b) => a + b, 0) / logProbs.length),
    greedyExact: scores.map(({ correct }) => (correct.every(Boolean) ? 1 : 0)),
    valueExact: scores.map(({ correct }, i) => (examples[i]!.valueTokens.every((token) => correct[token]) ? 1 : 0)),
  };
};

/** Share of an answer's tokens that Min-K % reads (Shi et al. 2024, https://arxiv.org/abs/2310.16789). */
export const LOWEST = 0.4;

/** The least likely tokens of an answer, by their place in it; its last token, the end, is left out. */
export const lowestTokens = (logProbs: readonly number[], share: number): number[] => {
  const places = logProbs.map((_, i) => i).slice(0, Math.max(1, logProbs.length - 1));
  return places
    .toSorted((a, b) => logProbs[a]! - logProbs[b]!)
    .slice(0, Math.max(1, Math.floor(share * places.length)));
};

/** Of all values where no place is named. */
const meanAt = (values: Float64Array, at: readonly number[]): number =>
  at.length === 0 ? mean([...values]) : mean(at.map((i) => values[i]!));

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * While the forgotten values are this many nats above the stop controls, earlier measurements of the controls are good
 * enough.
 */
const FAR_NATS = 1.5;

/** Whoever speaks, and about what it is asked. */
export type Measured = Pick<ForgetOnlyContext, 'forget' | 'stopControls'> & { model: LanguageModel };

/**
 * The state of forgetting after an update. `known` are the controls as last measured; they are many and change slowly,
 * so they are measured again only when the values come close to them.
 */
export const measure = (context: Measured, update: number, loss: number, known?: ControlValues): TrajectoryPoint => {
  const forget = probe(context.model, context.forget);
  const far = known && mean(forget.valueLogProbs) > mean(known.values) + FAR_NATS;
  const controls = far ? known : controlValues(context);
  if (known) Object.assign(known, controls);
  return {
    update,
    loss,
    valueAuc: auc(forget.valueLogProbs, controls.values),
    answerAuc: auc(forget.answerLogProbs, controls.answers),
    greedyExact: mean(forget.greedyExact),
    valueExact: mean(forget.valueExact),
    meanValueLogProb: mean(forget.valueLogProbs),
  };
};

/** Mean log-probabilities (nats) per value token and per answer token of each stop control. */
export interface ControlValues {
  values: number[];
  answers: number[];
  /** Of each one's least likely tokens. */
  lowest: number[];
}

export const controlValues = ({ model, stopControls }: Omit<Measured, 'forget'>): ControlValues => {
  const { valueLogProbs, answerLogProbs, lowestLogProbs } = probe(model, stopControls);
  return { values: valueLogProbs, answers: answerLogProbs, lowest: lowestLogProbs };
};

export const shouldStop = (point: TrajectoryPoint, stop: StopConfig): boolean =>
  (point.valueAuc <= stop.valueAuc || (stop.answerAuc !== undefined && point.answerAuc <= stop.answerAuc)) &&
  meetsExactness(point, stop);

const meetsExactness = (point: TrajectoryPoint, { greedyExact, valueExact = 1 }: StopConfig): boolean =>
  point.greedyExact <= greedyExact && point.valueExact <= valueExact;

/** The AUCs that the stop rule watches. */
const watched = (point: TrajectoryPoint, { answerAuc }: StopConfig): number[] =>
  answerAuc === undefined ? [point.valueAuc] : [point.valueAuc, point.answerAuc];

/** A watched AUC below this says that the last update went too far. */
const TOO_FAR = 0.45;
export const overshot = (point: TrajectoryPoint, stop: StopConfig): boolean =>
  Math.min(...watched(point, stop)) < TOO_FAR;

/**
 * Bisects between the weights before and after the last update for the point where the watched AUC that is farther from
 * 0.5 is nearest to it, among those that meet the bounds of exactness. Returns the share of the last update that was
 * kept.
 */
export const bisectToControls = (
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
    const exactEnough = meetsExactness(point, stop);
    const distance = Math.max(...watched(point, stop).map((one) => Math.abs(one - 0.5)));
    if (exactEnough && distance < best.distance) best = { share, distance };
    if (exactEnough && Math.min(...watched(point, stop)) < 0.5) high = share;
    else low = share;
    if (low >= high) break;
  }
  restoreValues(context.model, interpolate(before, after, best.share));
  return best.share;
};

const interpolate = (a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>, share: number) =>
  new Map([...b].map(([name, to]) => [name, to.map((value, i) => (1 - share) * a.get(name)![i]! + share * value)]));
