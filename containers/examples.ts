// Rows of text as token ids, for training and unlearning. It needs only the tokenizer and config, so that a row which
// cannot be used is refused before any weight is read.
import { QuittanceError } from '#core/errors.ts';
import { valueTokens } from '#datasets/value-tokens.ts';
import type { Span, Swapped } from '#datasets/swapped.ts';
import type { ValueSpan } from '#datasets/suite-shape.ts';
import type { Row } from '#engine/batch.ts';
import { encoder } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import type { Example, NameSwap, NumberedSwap } from '#unlearning/method.ts';

export interface TextRow {
  prompt: string;
  answer: string;
  /** The text goes on behind the answer: no end token is learnt. */
  open?: boolean;
}

/** A row that marks the personal value in its answer; the whole answer is personal where it marks none. */
export interface ValuedRow extends TextRow {
  value?: Pick<ValueSpan, 'start' | 'end'>;
  /** What may stand in the value's place; taught there instead of a refusal. */
  others?: readonly string[];
  /** The row about people who were never trained, in the place of whom it is about. */
  swaps?: readonly (Swapped & Pick<NumberedSwap, 'of'>)[];
  /** Its question about names like that person's. */
  near?: readonly string[];
}

/** What turns texts into tokens. */
export type Texts = Pick<Model, 'tokenizer' | 'config'>;

export const encodeRows = (texts: Texts, rows: readonly TextRow[]): Row[] => {
  const { encodePrompt, encodeAnswer } = encoder(texts);
  return rows.map(({ prompt, answer, open }) => ({
    prompt: encodePrompt(prompt),
    answers: [encodeAnswer(answer, open)],
  }));
};

/**
 * Rows as token ids, with the answer tokens that carry the personal value. INVALID_INPUT where a marked value lies
 * outside its answer.
 */
export const examplesOf = (texts: Texts, rows: readonly ValuedRow[]): Example[] => {
  const { encodePrompt, encodeAnswer, offsetsOf } = encoder(texts);
  return rows.map((row) => {
    const answer = encodeAnswer(row.answer, row.open);
    const carrying = valueTokens(offsetsOf(row.answer, answer), row);
    if (carrying.length === 0)
      throw new QuittanceError('INVALID_INPUT', {
        message: 'a forget record marks a value that its answer does not contain',
      });
    const templates = othersIn(row).map((other) => {
      const tokens = encodeAnswer(other.answer, row.open);
      return { answer: tokens, taught: valueTokens(offsetsOf(other.answer, tokens), other) };
    });
    return {
      prompt: encodePrompt(row.prompt),
      answer,
      valueTokens: carrying,
      ...(templates.length > 0 && { templates }),
      ...(row.near && { near: row.near.map(encodePrompt) }),
      ...(row.swaps && { swaps: row.swaps.flatMap((swap) => numbered(swapOf(texts, row, swap), swap.of)) }),
    };
  });
};

const numbered = (swap: NameSwap | undefined, of: number): NumberedSwap[] => (swap ? [{ ...swap, of }] : []);

/** None where the answers differ in tokens outside the name: what is taught there could not be placed. */
export const swapOf = (texts: Texts, row: ValuedRow, swap: Swapped): NameSwap | undefined => {
  const { encodePrompt, encodeAnswer, offsetsOf } = encoder(texts);
  const [answer, other] = [row, swap].map((one) => encodeAnswer(one.answer, row.open));
  const outside = (text: string, ids: readonly number[], spans: readonly Span[]) =>
    offsetsOf(text, ids).flatMap(([a, b], i) =>
      withSpaces(text, spans).some(([from, to]) => a < to && b > from) ? [] : [i],
    );
  const [here, there] = [outside(row.answer, answer!, swap.own), outside(swap.answer, other!, swap.other)];
  const isSame = here.length === there.length && here.every((place, i) => answer![place] === other![there[i]!]);
  if (!isSame) return undefined;
  return {
    prompt: encodePrompt(swap.prompt),
    answer: other!,
    outside: here.map((place, i) => [place, there[i]!] as const),
  };
};

/** A space before a word is part of its first token, or a token by itself where the word is rare. */
const withSpaces = (text: string, spans: readonly Span[]): Span[] =>
  spans.map(([from, to]) => [/\s/u.test(text.charAt(from - 1)) ? from - 1 : from, to]);

/** The answer with each of the other values in its value's place. */
const othersIn = ({ answer, value, others = [] }: ValuedRow): Required<Pick<ValuedRow, 'answer' | 'value'>>[] =>
  value
    ? others.map((other) => ({
        answer: answer.slice(0, value.start) + other + answer.slice(value.end),
        value: { start: value.start, end: value.start + other.length },
      }))
    : [];
