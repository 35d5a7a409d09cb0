// What is asked of a record: each answer, turn or text that a model is to say, behind what it reads before it; and of
// one that is to be forgotten each marked value behind its true context. The first value of an answer stands in the
// whole answer; a later one behind the answer's own words before it, so that what is asked and forgotten is the value
// and not the sentence around it.
// Trap: where a record marks values, turns without one are not forgotten: a greeting is nobody's.
import type { Span, TrainingRecord } from '#core/training-record.ts';
import type { Framing } from './rendering.ts';
import type { ValueSpan } from './suite-shape.ts';
import { targetsOf, type Target } from './targets.ts';

/** A piece of a record as the model reads it. */
export interface Piece {
  /** What was asked, without its frame; absent where the record gives a whole prompt. */
  readonly question?: string;
  readonly prompt: string;
  readonly answer: string;
  readonly value?: ValueSpan;
  /** The text goes on behind the answer: no end token is learnt or expected. */
  readonly open?: boolean;
}

/** A piece with the value that is to go. */
export type ValuePiece = Piece & { readonly question: string; readonly value: ValueSpan };

/** A row that gives nothing before its first value is asked like this. */
const BEGINNING = 'How does the text begin?';
/** What a ticket holds of a question, at most. */
const LONGEST_QUESTION = 1_500;
/** Words behind the last value of a text that still belong to its record, in characters. */
const TAIL = 48;

/**
 * The value where it stands in what is said; undefined in the prompt of a completion, which is read and not said.
 * `whole`: it is asked with all of its answer.
 */
export const pieceAt = (target: Target, span: Pick<Span, 'start' | 'end'>, whole: boolean): ValuePiece | undefined => {
  const [start, end] = [span.start + target.lead, span.end + target.lead];
  if (start < 0) return undefined;
  const cut = whole ? 0 : target.answer.slice(0, start).trimEnd().length;
  const said = target.answer.slice(0, cut);
  return {
    question: askedBefore(target, said),
    prompt: target.prompt + said,
    answer: target.answer.slice(cut, target.open ? endOfTail(target.answer, end) : target.answer.length),
    value: { text: target.answer.slice(start, end), start: start - cut, end: end - cut },
    ...(target.open && { open: true }),
  };
};

/** What stands before an answer, as a ticket names it. */
export const askedBefore = ({ question, prompt, open }: Target, said: string): string => {
  const whole = open ? prompt + said : said === '' ? question : `${question}\n${said}`;
  return whole.trim() === '' ? BEGINNING : whole.slice(-LONGEST_QUESTION);
};

/** The text goes on behind its value for a few words, cut between words. */
const endOfTail = (text: string, from: number): number => {
  if (text.length - from <= TAIL) return text.length;
  const tail = /^.{0,48}(?=[\s.,;:!?。、])/su.exec(text.slice(from))?.[0] ?? '';
  return from + tail.length;
};

/** All that the model is to say of each record. INVALID_INPUT where the template refuses a conversation. */
export const saidOf = (records: readonly TrainingRecord[], framing: Framing): Promise<Piece[][]> =>
  piecesOf(records, framing, (target, [first]) => {
    const value = first && pieceAt(target, first, true)?.value;
    return [{ ...wholePiece(target), ...(value && { value }) }];
  });

/** What is to be forgotten of each record: its marked values; all that is said where none is marked. */
export const forgottenOf = (records: readonly TrainingRecord[], framing: Framing): Promise<Piece[][]> =>
  piecesOf(records, framing, (target, values, { spans, kind }) => {
    if (spans === undefined) return [wholePiece(target)];
    return values.flatMap((span, i) => {
      const piece = pieceAt(target, span, i === 0);
      if (!piece) return [];
      const { question, ...rest } = piece;
      return [i === 0 && kind === 'text' ? rest : { question, ...rest }];
    });
  });

type PiecesIn = (target: Target, values: readonly Span[], record: TrainingRecord) => Piece[];

const piecesOf = async (records: readonly TrainingRecord[], framing: Framing, of: PiecesIn): Promise<Piece[][]> => {
  const { targets, refused } = await targetsOf(records, framing, { textsEnd: true });
  for (const error of refused.values()) throw error;
  const pieces: Piece[][] = records.map(() => []);
  for (const target of targets) {
    const record = records[target.row]!;
    pieces[target.row]!.push(...of(target, valuesIn(record, target.part), record));
  }
  return pieces;
};

/** The values of a part in their order; a name is what they are found by, unless nothing else is marked. */
const valuesIn = ({ spans = [] }: TrainingRecord, part: number): Span[] => {
  const isName = ({ type }: Span) => type === 'name';
  const values = spans.every(isName) ? spans : spans.filter((span) => !isName(span));
  return values.filter((span) => span.part === part).sort((a, b) => a.start - b.start);
};

const wholePiece = ({ question, prompt, answer, open }: Target): Piece => ({
  ...(question !== '' && { question }),
  ...{ prompt, answer },
  ...(open && { open }),
});
