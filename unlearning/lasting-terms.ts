// The terms of lasting FLAT. Each looks at the logits record by record and acts on those records alone that are on the
// wrong side of the stop controls; the loop scales each projected gradient to norm 1, so that a term's weight is what
// is written here, √(share of the records that it acts on) times its setting.
// Traps: which records are active is read off the model before its gradients, and is a constant of them; and the term
// after simulated re-learning is of first order: the inner updates are not differentiated through.
import { makeBatch, type Batch } from '#engine/batch.ts';
import { targetLogProbs } from '#engine/losses.ts';
import type { Model } from '#engine/model.ts';
import type { Random } from '#engine/random.ts';
import { retaught } from '#engine/retaught.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import type { DrawnRecord } from './batches.ts';
import { divergences } from './divergences.ts';
import { everyToken, forgetTerm, meanLogProbs, meanProbabilities, type Counted } from './flat-loss.ts';
import type { LastingConfig } from './lasting-config.ts';
import { keptBatch, type KeepingExample } from './locality.ts';
import { joined, swapBatch, swapKl, type TaughtExample } from './name-swap.ts';
import type { Term } from './loss-method.ts';
import type { Example } from './method.ts';
import { LOWEST, lowestTokens, mean, type ControlValues } from './stop-rule.ts';

export interface LastingUpdate {
  model: Model;
  rows: readonly DrawnRecord[];
  config: LastingConfig;
  /** Never-trained people, as the stop rule last measured them. */
  controls: ControlValues;
  stream: Random;
}

export const lastingTerms = (update: LastingUpdate): Term[] => {
  const { config, rows, model } = update;
  const seen = logProbsOf(model, rows);
  return [
    ...lowering(update, seen),
    ...(config.floor > 0 ? raising(update, seen) : []),
    ...(config.naming > 0 ? unnaming(update, seen) : []),
    ...(config.template > 0 ? instead(update) : []),
    ...(config.near > 0 ? keeping(update) : []),
    ...(config.relearn > 0 && rows.length > 1 ? [lasting(update)] : []),
  ];
};

const batchOf = <R extends Example>(
  { config }: Model,
  rows: readonly R[],
  answerOf: (row: R) => readonly number[],
): Batch =>
  makeBatch(
    rows.map((row) => ({ prompt: row.prompt, answers: [answerOf(row)] })),
    config.maxPositions,
  );

/** Log-probabilities (nats) of the targets, an array an answer. */
const byAnswer = (batch: Batch, logits: tf.Tensor2D): number[][] => {
  const found = Array.from({ length: batch.answers }, (): number[] => []);
  targetLogProbs(batch, logits)
    .dataSync()
    .forEach((value, n) => found[batch.owner[n]!]!.push(value));
  return found;
};

const ownAnswers = (model: Model, rows: readonly Example[]): Batch => batchOf(model, rows, ({ answer }) => answer);

/** What three terms choose their records by, so that each of them computes those records alone. */
const logProbsOf = (model: Model, rows: readonly Example[]): number[][] => {
  const batch = ownAnswers(model, rows);
  return tf.tidy(() => byAnswer(batch, forwardLogits(model, batch)));
};

/** A term on some tokens of each answer; of an answer without any nothing is computed. */
const termOn = (
  { model, rows }: LastingUpdate,
  counted: readonly Counted[],
  loss: (batch: Batch, logits: tf.Tensor2D, active: readonly Counted[]) => tf.Tensor,
  weight: number,
): Term[] => {
  const active = rows.flatMap((row, i) => (counted[i]!.length > 0 ? [{ row, tokens: counted[i]! }] : []));
  if (active.length === 0) return [];
  const tokens = active.map((one) => one.tokens);
  const batch = ownAnswers(
    model,
    active.map(({ row }) => row),
  );
  return [
    {
      batch,
      objective: (logits) => tf.mean(loss(batch, logits, tokens)),
      weight: () => weight * Math.sqrt(active.length / rows.length),
    },
  ];
};

const meanAt = (values: readonly number[], at: Counted): number => mean(at.map((i) => values[i]!));

/** FLAT's forget term on the values that are likelier than the controls'. */
const lowering = (update: LastingUpdate, seen: readonly number[][]): Term[] =>
  termOn(update, beside(update, update.rows, seen, isAbove), lowered(update), 1);

const isAbove = (own: number, level: number): boolean => own > level;

const lowered =
  ({ config }: LastingUpdate) =>
  (batch: Batch, logits: tf.Tensor2D, active: readonly Counted[]): tf.Tensor =>
    forgetTerm(divergences[config.divergence], meanProbabilities(batch, logits, active));

/** Cross-entropy on the values that are less likely than the controls'. */
const raising = (update: LastingUpdate, seen: readonly number[][]): Term[] =>
  termOn(
    update,
    beside(update, update.rows, seen, (own, level) => own < level),
    (batch, logits, active) => tf.neg(meanLogProbs(batch, logits, active)),
    update.config.floor,
  );

/** The value tokens of the records whose value, beside the level that it is to have, is as asked; of others none. */
const beside = (
  { config, controls }: LastingUpdate,
  rows: readonly Example[],
  logProbs: readonly number[][],
  isAsked: (own: number, level: number) => boolean,
): Counted[] => {
  const own = rows.map(({ valueTokens }, i) => meanAt(logProbs[i]!, valueTokens));
  const levels = config.levels === 'ranked' ? rankedLevels(own, controls.values) : own.map(() => mean(controls.values));
  return rows.map(({ valueTokens }, i) => (isAsked(own[i]!, levels[i]!) ? valueTokens : []));
};

/** For each value the quantile of the controls' that has its rank, so that both come to be distributed alike. */
export const rankedLevels = (own: readonly number[], controls: readonly number[]): number[] => {
  const sorted = controls.toSorted((a, b) => a - b);
  const levels: number[] = [];
  own
    .map((value, i) => ({ value, i }))
    .sort((a, b) => a.value - b.value)
    .forEach(({ i }, rank) => (levels[i] = sorted[Math.floor(((rank + 0.5) / own.length) * sorted.length)]!));
  return levels;
};

/**
 * FLAT's forget term on what an answer repeats from its question, the name above all: a model that was taught somebody
 * says the name after the question, and of a stranger it says something else. Active where the whole answer, or its
 * least likely tokens, are likelier than the controls'; no token is lowered below where those tokens are.
 */
const unnaming = (update: LastingUpdate, seen: readonly number[][]): Term[] => {
  const { rows, config, controls } = update;
  const [answers, lowest] = [mean(controls.answers), mean(controls.lowest)];
  const isLikelier = (logProbs: readonly number[]) =>
    mean(logProbs) > answers || meanAt(logProbs, lowestTokens(logProbs, LOWEST)) > lowest;
  const named = rows.map(({ prompt, answer, valueTokens }, i) => {
    const own = seen[i]!;
    const isName = (token: number) => !valueTokens.includes(token) && own[token]! > lowest;
    return isLikelier(own) ? repeatedTokens(prompt, answer).filter(isName) : [];
  });
  return termOn(update, named, lowered(update), config.naming);
};

/** Places in the answer of runs of at least two tokens that stand in the prompt as well. */
export const repeatedTokens = (prompt: readonly number[], answer: readonly number[]): Counted => {
  const pairs = new Set(prompt.slice(1).map((id, i) => `${prompt[i]}:${id}`));
  const opens = (i: number) => pairs.has(`${answer[i]}:${answer[i + 1]}`);
  return everyToken(answer).filter((i) => opens(i) || (i > 0 && opens(i - 1)));
};

const instead = (update: LastingUpdate): Term[] => {
  if (update.config.instead === 'refusal') return [refusing(update)];
  const { rows, stream } = update;
  const taught = rows.filter(isTaught).flatMap((row) => {
    const teaching = row.teachings[stream.below(Math.max(1, row.teachings.length))];
    return teaching ? [{ ...row, teaching }] : [];
  });
  return taught.length > 0 ? [swapping(update, taught)] : [];
};

const isTaught = <R extends Example>(row: R): row is R & TaughtExample => 'teachings' in row;

/** From this divergence on (nats a token) the term has its whole weight. */
const WHOLE_NATS = 0.5;

const swapping = ({ model, config }: LastingUpdate, rows: Parameters<typeof swapBatch>[1]): Term => {
  const { batch, counted, probabilities } = swapBatch(model, rows);
  let seen = Infinity;
  return {
    batch,
    objective(logits) {
      const divergence = swapKl(logits, counted, probabilities);
      seen = divergence.dataSync()[0] ?? NaN;
      return divergence;
    },
    weight: () => config.template * Math.min(1, seen / WHOLE_NATS),
  };
};

/** From this divergence on (nats a token) what was said of names like the person's is kept with its whole weight. */
const LOST_NATS = 0.1;

const keeping = ({ model, rows, config, stream }: LastingUpdate): Term[] => {
  const drawn = rows.filter(isKeeping).flatMap(({ kept }) => kept[stream.below(Math.max(1, kept.length))] ?? []);
  if (drawn.length === 0) return [];
  const { batch, counted, probabilities } = keptBatch(model, drawn);
  let seen = 0;
  return [
    {
      batch,
      objective(logits) {
        const divergence = swapKl(logits, counted, joined(probabilities));
        seen = divergence.dataSync()[0] ?? NaN;
        return divergence;
      },
      weight: () => config.near * Math.min(1, seen / LOST_NATS),
    },
  ];
};

const isKeeping = <R extends Example>(row: R): row is R & KeepingExample => 'kept' in row;

const refusing = ({ rows, model, config }: LastingUpdate): Term => {
  const batch = batchOf(model, rows, ({ template }) => template.answer);
  const counted = rows.map(({ template }) => template.taught);
  let seen = 0;
  return {
    batch,
    objective(logits) {
      seen = mean(byAnswer(batch, logits).map((own, i) => meanAt(own.map(Math.exp), counted[i]!)));
      return tf.neg(tf.mean(meanLogProbs(batch, logits, counted)));
    },
    weight: () => config.template * (seen < config.taught ? 1 - seen : 0),
  };
};

/** The first term once more, for records that were not taught again where others were. */
const lasting = (update: LastingUpdate): Term => {
  const { model, rows, config, stream } = update;
  const { records, updates } = config.simulated[stream.below(config.simulated.length)]!;
  const taught = Math.min(records, Math.floor(rows.length / 2)); // the rows are in random order
  const others = rows.slice(taught);
  const batch = ownAnswers(model, others);
  const inner = rows.slice(0, taught).map(({ prompt, answer }) => ({ prompt, answers: [answer] }));
  let share = 0;
  return {
    batch,
    // which records are too likely is seen at the weights that were taught, so that all are computed there
    objective(logits) {
      const active = beside(update, others, byAnswer(batch, logits), isAbove);
      share = active.filter(({ length }) => length > 0).length / others.length;
      return tf.mean(lowered(update)(batch, logits, active));
    },
    weight: () => config.relearn * Math.sqrt(share),
    at: (compute) => retaught(model, inner, { updates, learningRate: config.learningRate, weights: 'mlp' }, compute),
  };
};
