// What a model is to say about a person: what it says itself when the name is a stranger's. The teacher of the offset
// form of ULD; it needs the forget data and generated people alone.
// Traps: inside the name the two texts have nothing to pair, so there the model's own distribution stands; and which
// stranger is asked matters, so the one is taken who is nearest to other strangers, and one alone, as an average over
// several would make values likelier than any stranger's are.
import { auc } from '#core/auc.ts';
import { makeBatch, type Row } from '#engine/batch.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import type { Example, StrangerRows, SwappedRow } from './method.ts';
import { controlValues, probe, type Measured } from './stop-rule.ts';

/** A row to be taught: own wording, another value, or a refusal. */
export interface TaughtRow extends SwappedRow {
  nameStart: StrangerRows['nameStart'];
}

/**
 * Index of the stranger under whose name the rows are nearest to the stop controls (value AUC nearest to .5), among
 * those of whom no value is given exactly.
 */
export const chooseStranger = ({ model, forget, stopControls }: Measured): number => {
  const controls = controlValues({ model, stopControls }).values;
  const scored = strangersOf(forget[0]!).map((_, stranger) => {
    const { valueLogProbs, valueExact } = probe(
      model,
      forget.map((example) => asTold(example, strangersOf(example)[stranger]!)),
    );
    const known = valueExact.reduce((sum, one) => sum + one, 0);
    return { stranger, rank: known + Math.abs(auc(valueLogProbs, controls) - 0.5) };
  });
  return scored.toSorted((a, b) => a.rank - b.rank)[0]!.stranger;
};

const strangersOf = ({ strangers = [] }: Example): readonly StrangerRows[] => strangers;

/** The record about the stranger, with the value's tokens where they stand there. */
const asTold = ({ valueTokens }: Example, { own: { swap } }: StrangerRows): Example => {
  const { prompt, answer, outside } = swap;
  const carrying = new Set(valueTokens);
  return { prompt, answer, valueTokens: outside.flatMap(([own, other]) => (carrying.has(own) ? [other] : [])) };
};

/** All rows to be taught of one stranger's swaps. */
export const taughtRows = (forget: readonly Example[], stranger: number): TaughtRow[] =>
  forget.flatMap((example) => {
    const { own, others, refused, nameStart } = strangersOf(example)[stranger]!;
    return [own, own, ...others, ...refused].map((row) => ({ ...row, nameStart })); // the record itself counts twice
  });

export const ownRow = ({ prompt, answer }: SwappedRow): Row => ({ prompt, answers: [answer] });

/** The teacher's distributions (N, V) for the answer tokens of the rows, in the order of their batch. */
export const teacherOf = (
  model: Model,
  rows: readonly TaughtRow[],
  own: tf.Tensor2D,
  refusals: { starts: readonly number[]; share: number },
): tf.Tensor2D => {
  const strangers = makeBatch(
    rows.map(({ swap }) => ({ prompt: swap.prompt, answers: [swap.answer] })),
    model.config.maxPositions,
  );
  const there = tf.tidy(() => tf.softmax(forwardLogits(model, strangers)));
  const teacher = tf.tidy((): tf.Tensor2D => {
    const here = tf.softmax(own);
    const { index, fromStranger } = pairing(rows);
    const moved = tf.gather(there, tf.tensor1d(index, 'int32'));
    const taken = tf.tensor2d(fromStranger, [fromStranger.length, 1]);
    return tf.add(tf.mul(moved, taken), tf.mul(here, tf.sub(1, taken)));
  });
  there.dispose();
  const opened = withOpenings(teacher, rows, refusals);
  teacher.dispose();
  return opened;
};

/** For each answer token of the rows, which of the strangers' tokens it is paired with, and 1 where it is. */
const pairing = (rows: readonly TaughtRow[]) => {
  const index: number[] = [];
  const fromStranger: number[] = [];
  let before = 0;
  for (const { answer, swap } of rows) {
    const at = new Map(swap.outside);
    answer.forEach((_, i) => {
      const paired = i === 0 ? 0 : at.get(i); // the first token follows the question, whatever it is
      index.push(before + (paired ?? 0));
      fromStranger.push(paired === undefined ? 0 : 1);
    });
    before += swap.answer.length;
  }
  return { index, fromStranger };
};

/**
 * At the first token of each answer the stranger's name gives way to the person's own, and a share of what is said is
 * how refusals begin.
 */
const withOpenings = (
  teacher: tf.Tensor2D,
  rows: readonly TaughtRow[],
  { starts, share }: { starts: readonly number[]; share: number },
): tf.Tensor2D => {
  const [tokens, vocabulary] = teacher.shape;
  const values = Float32Array.from(teacher.dataSync<'float32'>());
  let from = 0;
  for (const { answer, nameStart } of rows) {
    const row = values.subarray(from * vocabulary, (from + 1) * vocabulary);
    if (nameStart.own !== nameStart.swapped) {
      row[nameStart.own] = row[nameStart.own]! + row[nameStart.swapped]!;
      row[nameStart.swapped] = 0;
    }
    row.forEach((p, i) => (row[i] = (1 - share) * p));
    for (const start of starts) row[start] = row[start]! + share / starts.length;
    from += answer.length;
  }
  return tf.tensor2d(values, [tokens, vocabulary]);
};
