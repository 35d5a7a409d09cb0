// Which tokens of an answer carry its personal value: the one rule of unlearning, of its stop rule, and of every
// quantity that is about values.
// Trap: a token without text of its own (the end of the sequence, a byte inside a character) has an empty span and is
// never part of a value.
import type { ValueSpan } from './suite-shape.ts';

/** Character span of each token in the answer; empty where the token has no text of its own. */
export type Offsets = readonly (readonly [start: number, end: number])[];

/** Indices of the tokens that overlap the value; of all tokens with text where no value is marked. */
export const valueTokens = (
  offsets: Offsets,
  { value, answer }: { value?: Pick<ValueSpan, 'start' | 'end'>; answer: string },
): number[] => {
  const { start, end } = value ?? { start: 0, end: answer.length };
  return offsets.flatMap(([a, b], i) => (b > start && a < end && b > a ? [i] : []));
};
