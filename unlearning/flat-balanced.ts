// FLAT's two terms computed separately, so that each can be scaled to norm 1 after the projection, with two more terms
// that keep records from being forgotten too far. `hold`: cross-entropy on answer tokens outside the value, active
// where whole answers fall below the controls'. `floor`: raises what counts of each answer back to the controls' mean
// log-probability. Trap: a mean over records hides single ones that went too far, so the floor compares record by
// record.
import { makeBatch, type Batch } from '#engine/batch.ts';
import { tf } from '#engine/tf.ts';
import type { DrawnRecord } from './batches.ts';
import { divergences } from './divergences.ts';
import type { FlatConfig } from './flat-config.ts';
import {
  countedTokens,
  everyToken,
  forgetTerm,
  meanLogProbs,
  oneTerm,
  templateTerm,
  type Counted,
} from './flat-loss.ts';
import type { Term } from './loss-method.ts';
import { mean, type ControlValues } from './stop-rule.ts';

export interface BalancedUpdate {
  rows: readonly DrawnRecord[];
  config: FlatConfig;
  /** Values of never-trained people, as the stop rule last measured them. */
  controls: ControlValues;
  /** Longest row that the model can read. */
  maxPositions: number;
}

export const balancedTerms = (update: BalancedUpdate): Term[] => {
  const { hold, floor } = update.config;
  const answers = batchOf(update, ({ answer }) => answer);
  return [
    towardsTemplates(update),
    awayFromValues(update, answers),
    ...(hold > 0 ? [holdingWords(update, answers)] : []),
    ...(floor > 0 ? [raisingValues(update, answers)] : []),
  ];
};

const batchOf = ({ rows, maxPositions }: BalancedUpdate, answerOf: (row: DrawnRecord) => readonly number[]): Batch =>
  makeBatch(
    rows.map((row) => ({ prompt: row.prompt, answers: [answerOf(row)] })),
    maxPositions,
  );

const forgotten = ({ rows, config }: BalancedUpdate): Counted[] =>
  rows.map(({ answer, valueTokens }) => countedTokens(answer, valueTokens, config));

const wording = ({ rows }: BalancedUpdate): Counted[] =>
  rows.map(({ answer, valueTokens }) => everyToken(answer).filter((token) => !valueTokens.includes(token)));

const towardsTemplates = (update: BalancedUpdate): Term => {
  const { rows, config } = update;
  const counted = rows.map(({ template }) => template.taught);
  const batch = batchOf(update, ({ template }) => template.answer);
  let seen = 0;
  const note = (value: number) => (seen = value);
  return {
    ...(config.teach === 'cross-entropy'
      ? crossEntropy(batch, counted, note)
      : flatTerm(update, batch, counted, templateTerm, note)),
    weight: ({ answerAuc }) =>
      config.templateWeight * (config.fade ? 1 - seen : 1) * (config.ease ? Math.max(0, 2 * answerAuc - 1) : 1),
  };
};

const crossEntropy = (batch: Batch, counted: readonly Counted[], note: (value: number) => void): Term => ({
  batch,
  objective(logits) {
    const each = meanLogProbs(batch, logits, counted); // (answers), nats a token
    note(mean(Array.from(each.dataSync<'float32'>(), Math.exp)));
    return tf.neg(tf.mean(each));
  },
});

const awayFromValues = (update: BalancedUpdate, batch: Batch): Term =>
  flatTerm(update, batch, forgotten(update), forgetTerm);

const holdingWords = (update: BalancedUpdate, batch: Batch): Term => ({
  ...flatTerm(update, batch, wording(update), templateTerm),
  weight: ({ answerAuc }) => update.config.hold * Math.max(0, 1 - 2 * answerAuc),
});

const flatTerm = (
  { config }: BalancedUpdate,
  batch: Batch,
  counted: readonly Counted[],
  of: typeof templateTerm,
  note?: (value: number) => void,
): Term => {
  const divergence = divergences[config.divergence];
  return { batch, objective: (logits) => oneTerm(batch, logits, config, counted, (v) => of(divergence, v), note) };
};

const raisingValues = (update: BalancedUpdate, batch: Batch): Term => {
  const { config, controls } = update;
  const level = mean(config.tokens === 'value' ? controls.values : controls.answers);
  const counted = forgotten(update);
  let shareBelow = 0;
  return {
    batch,
    objective(logits) {
      const missing = tf.relu(tf.sub(level, meanLogProbs(batch, logits, counted))); // (answers), nats a token
      shareBelow = mean(Array.from(missing.dataSync<'float32'>(), (value) => (value > 0 ? 1 : 0)));
      return tf.mean(missing);
    },
    weight: () => config.floor * shareBelow,
  };
};
