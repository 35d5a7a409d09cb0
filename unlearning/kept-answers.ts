// A term for rows that stay: it raises retained answers again as far as an update has pulled them down. Rows that hold
// a forgotten value too (somebody else in the same town, on the same plan) are drawn first: they are the first to go.
// Traps: it reads retain data. Its gradient lies where the owm projection lets nothing through, so it is not
// projected. And it acts on what fell only: rows that are still known well have no gradient, so that nothing is taught
// beyond what the model knew.
import { z } from 'zod';
import { makeBatch, type Row } from '#engine/batch.ts';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import type { Random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import type { Term } from './loss-method.ts';
import type { Context, Example } from './method.ts';
import { mean } from './stop-rule.ts';

export const KeepingConfig = z.strictObject({
  /** Weight of the term that keeps retained answers, multiplied by √(share of the drawn rows that fell). */
  keep: z.number().nonnegative().default(1),
  /** A token of a retained answer has fallen where its log-probability is below this: at p 0.6 it is still said. */
  level: z.number().negative().default(-0.5),
});

const NEAR = 30;
const FAR = 10;

/** Rows near the forgotten values, the nearer the likelier; and some of all. */
export const drawRetained = ({ forget, retain }: Context<'retain'>, stream: Random): Row[] => {
  const near = nearnessIn(forget, retain);
  // Efraimidis and Spirakis 2006: the largest of u^(1/w) are a draw without replacement by the weights w
  const keyed = retain.map((row, i) => ({ row, key: Math.log(stream.uniform()) / near[i]! }));
  const drawn = keyed
    .toSorted((a, b) => b.key - a.key)
    .slice(0, NEAR)
    .filter(({ key }) => key > -Infinity)
    .map(({ row }) => row);
  return [...new Set([...drawn, ...stream.shuffle(retain).slice(0, FAR)])];
};

/** Rows do not change during a run, and there may be many: they are compared once. */
const found = new WeakMap<readonly Row[], { readonly forget: readonly Example[]; readonly near: readonly number[] }>();
const nearnessIn = (forget: readonly Example[], retain: readonly Row[]): readonly number[] => {
  const known = found.get(retain);
  if (known?.forget === forget) return known.near;
  const near = nearness(forget, retain);
  found.set(retain, { forget, near });
  return near;
};

/** Of each retained row, how many tokens and pairs of tokens it shares with forgotten values, rare ones most. */
const nearness = (forget: readonly Example[], retain: readonly Row[]): number[] => {
  const sought = new Set(forget.flatMap(({ answer, valueTokens }) => piecesOf(valueTokens.map((at) => answer[at]!))));
  const shared = retain.map(({ answers }) => new Set(answers.flatMap(piecesOf).filter((piece) => sought.has(piece))));
  const counts = new Map<string, number>();
  for (const pieces of shared) for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return shared.map((pieces) => [...pieces].reduce((sum, piece) => sum + 1 / counts.get(piece)!, 0));
};

const piecesOf = (tokens: readonly number[]): string[] =>
  tokens.flatMap((token, i) => (i === 0 ? [`${token}`] : [`${token}`, `${tokens[i - 1]!},${token}`]));

export const keepingAnswers = (
  rows: readonly Row[],
  maxPositions: number,
  { keep, level }: z.output<typeof KeepingConfig>,
): Term => {
  const batch = makeBatch(rows, maxPositions);
  let shareBelow = 0;
  return {
    batch,
    unprojected: true,
    objective(logits) {
      const missing: tf.Tensor1D = tf.relu(tf.sub(level, targetLogProbs(batch, logits))); // (N), nats
      const each = reduceAnswers(batch, missing, 'sum'); // (answers)
      shareBelow = mean(Array.from(each.dataSync<'float32'>(), (value) => (value > 0 ? 1 : 0)));
      return tf.mean(each);
    },
    weight: () => keep * Math.sqrt(shareBelow),
  };
};
