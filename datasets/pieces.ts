// What is asked of a record: each answer, turn or text that a model is to say, behind what it reads before it; and of
// one that is to be forgotten each marked value behind its true context (core/forgotten-values.ts).
// Trap: where a record marks values, turns without one are not forgotten: a greeting is nobody's.
import { valueAt, valuesIn } from '#core/forgotten-values.ts';
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

/** All that the model is to say of each record. INVALID_INPUT where the template refuses a conversation. */
export const saidOf = (records: readonly TrainingRecord[], framing: Framing): Promise<Piece[][]> =>
  piecesOf(records, framing, (target, [first]) => {
    const value = first && valueAt(target, first, true)?.value;
    return [{ ...wholePiece(target), ...(value && { value }) }];
  });

/** What is to be forgotten of each record: its marked values; all that is said where none is marked. */
export const forgottenOf = (records: readonly TrainingRecord[], framing: Framing): Promise<Piece[][]> =>
  piecesOf(records, framing, (target, values, { spans, kind }) => {
    if (spans === undefined) return [wholePiece(target)];
    return values.flatMap((span, i) => {
      const piece = valueAt(target, span, i === 0);
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
    pieces[target.row]!.push(...of(target, valuesIn(record.spans ?? [], target.part), record));
  }
  return pieces;
};

const wholePiece = ({ question, prompt, answer, open }: Target): Piece => ({
  ...(question !== '' && { question }),
  ...{ prompt, answer },
  ...(open && { open }),
});
