// What a model learnt to say, each piece behind what it reads before it: every turn of the assistant behind the turns
// before, in the model's own chat template; the answer to a question; a text from its beginning. Where the loss was of
// whole sequences, also what is asked: it is then said again like any text. One function for the rows of a corpus and
// the records of a file, so that what is measured and unlearnt is what was learnt.
// Trap: a template may refuse a conversation (roles that do not alternate), and a row may be longer than the model
// reads; both are counted and said, not cut silently.
import { isQuittanceError, type QuittanceError } from '#core/errors.ts';
import type { Sayable } from '#core/forgotten-values.ts';
import type { Loss } from '#core/recipe.ts';
import { asked, questionIn, type Message, type RecordKind, type TrainingRecord } from '#core/training-record.ts';
import { readTargets } from './read-targets.ts';
import { needsTemplate, orRefused, renderTurnsBy, withRenderer, type Reader, type RenderTurn } from './rendering.ts';

export interface Target extends Sayable {
  /** Number of the record among those that were given. */
  readonly row: number;
  /** Part of the record that is said. */
  readonly part: number;
  /** An answer that is too long to be asked whole: each value stands behind the answer's own words before it. */
  readonly inParts: boolean;
}

export interface Targets {
  readonly targets: readonly Target[];
  /** Numbers of records that the template refuses, and why. */
  readonly refused: ReadonlyMap<number, QuittanceError>;
}

/** A target before its length is looked at. */
export type Said = Omit<Target, 'inParts'>;

export interface TargetOptions {
  /** What the model was trained to say; `all` adds what is asked, and the prompts of completions. */
  readonly loss?: Loss | undefined;
  /** Characters of an answer that is asked whole, for which a model has about as many as tokens that it reads. */
  readonly longest?: number | undefined;
  /** Whether an end token is expected behind a text: of a corpus it is not, as any piece of it may be asked. */
  readonly textsEnd?: boolean | undefined;
}

export const targetsOf = async (
  records: readonly TrainingRecord[],
  reader: Reader,
  { loss = 'assistant', longest = Infinity, textsEnd = false }: TargetOptions = {},
): Promise<Targets> => {
  const texts = records.flatMap((record, number) =>
    record.kind === 'text' ? [textTarget(loss === 'all' ? { ...record, from: 0 } : record, number, !textsEnd)] : [],
  );
  const { rendered, refused } = await renderedTurns(records, reader);
  const read = loss === 'all' ? await readTargets(records, reader) : [];
  const targets = [...rendered, ...read, ...texts].map((one) => ({ ...one, inParts: one.answer.length > longest }));
  return { targets: targets.sort((a, b) => a.row - b.row || a.part - b.part), refused };
};

const textTarget = ({ text, from }: Extract<TrainingRecord, { kind: 'text' }>, row: number, open: boolean): Said => ({
  ...{ row, part: 0, question: '', open },
  ...{ prompt: text.slice(0, from), answer: text.slice(from), lead: 0 - from },
});

interface Turn {
  readonly row: number;
  readonly kind: Exclude<RecordKind, 'text'>;
  readonly part: number;
  readonly before: readonly Message[];
  readonly answer: string;
}

/** Each turn of the assistant with a text, behind another turn. */
const turnsIn = (record: TrainingRecord, row: number): Turn[] => {
  const { kind } = record;
  if (kind === 'text') return [];
  if (kind === 'qa') return [{ row, kind, part: 1, before: asked(record.question), answer: record.answer }];
  return record.messages.flatMap(({ role, content }, part) =>
    role === 'assistant' && part > 0 && content.trim() !== ''
      ? [{ row, kind, part, before: record.messages.slice(0, part), answer: content }]
      : [],
  );
};

const renderedTurns = async (
  records: readonly TrainingRecord[],
  reader: Reader,
): Promise<{ rendered: Said[]; refused: Targets['refused'] }> => {
  const turns = records.flatMap(turnsIn);
  const rendered: Said[] = [];
  const refused = new Map<number, QuittanceError>();
  const used = needsTemplate(records, reader) ? reader : { frame: reader.frame };
  await withRenderer(used, async (renderer) => {
    for (const turn of turns) {
      const said = await orRefused(saidAt(turn, renderTurnsBy(used, renderer)));
      if (isQuittanceError(said)) refused.set(turn.row, said);
      else rendered.push(said);
    }
  });
  return { rendered, refused };
};

const saidAt = async ({ row, kind, part, before, answer }: Turn, render: RenderTurn): Promise<Said> => ({
  ...{ row, part, question: questionIn(before), open: false },
  ...(await render(kind, before, answer)),
});
