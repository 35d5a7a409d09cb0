// What a model learnt to say, each piece behind what it reads before it: every turn of the assistant behind the turns
// before, in the model's own chat template; the answer to a question; a text from its beginning. Where the loss was of
// whole sequences, also what is asked: it is then said again like any text. One renderer for training rows, so that
// what is measured and unlearnt is what was learnt.
// Trap: a template may refuse a conversation (roles that do not alternate), and a row may be longer than the model
// reads; both are counted and said, not cut silently.
import { isQuittanceError } from '#core/errors.ts';
import type { Loss } from '#core/recipe.ts';
import { questionIn, type Message, type TrainingRecord } from '#core/training-record.ts';
import { answerOf, promptOf } from '#datasets/suite-shape.ts';
import { withTemplate, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { readTargets } from './read-targets.ts';

export interface Target {
  /** Number of the row in the corpus. */
  readonly row: number;
  /** Part of the row that is said. */
  readonly part: number;
  /** What was asked last; of a text nothing. */
  readonly question: string;
  readonly prompt: string;
  readonly answer: string;
  /** Where the part's own text begins in `answer`: a space may stand before it. */
  readonly lead: number;
  /** A text goes on where an answer ends: no end token is learnt behind it. */
  readonly open: boolean;
  /** An answer that is too long to be asked whole: each value stands behind the answer's own words before it. */
  readonly inParts: boolean;
}

export interface Targets {
  readonly targets: readonly Target[];
  /** Numbers of rows that the template refuses. */
  readonly refused: readonly number[];
}

/** A target before its length is looked at. */
export type Said = Omit<Target, 'inParts'>;

/**
 * `loss`: what the model was trained to say; `all` adds what is asked, and the prompts of completions. `longest`:
 * characters of an answer that is asked whole, for which a model has about as many as tokens that it reads.
 */
export const targetsOf = async (
  rows: readonly TrainingRecord[],
  template: ChatTemplate | undefined,
  loss: Loss = 'assistant',
  longest = Infinity,
): Promise<Targets> => {
  const asked = rows.flatMap(askedIn);
  const texts = rows.flatMap((row, number) =>
    row.kind === 'text' ? [textTarget(loss === 'all' ? { ...row, from: 0 } : row, number)] : [],
  );
  const { rendered, refused } = await renderAll(asked, template);
  const read = loss === 'all' ? await readTargets(rows, template) : [];
  const targets = [...rendered, ...read, ...texts].map((one) => ({ ...one, inParts: one.answer.length > longest }));
  return { targets: targets.sort((a, b) => a.row - b.row || a.part - b.part), refused };
};

interface Asked {
  readonly row: number;
  readonly part: number;
  readonly before: readonly Message[];
  readonly answer: string;
}

const askedIn = (row: TrainingRecord, number: number): Asked[] => {
  if (row.kind === 'text') return [];
  if (row.kind === 'qa')
    return [{ row: number, part: 1, before: [{ role: 'user', content: row.question }], answer: row.answer }];
  return row.messages.flatMap(({ role, content }, part) =>
    role === 'assistant' && part > 0 && content.trim() !== ''
      ? [{ row: number, part, before: row.messages.slice(0, part), answer: content }]
      : [],
  );
};

const textTarget = ({ text, from }: Extract<TrainingRecord, { kind: 'text' }>, row: number): Said => ({
  row,
  part: 0,
  question: '',
  prompt: text.slice(0, from),
  answer: text.slice(from),
  lead: 0 - from,
  open: true,
});

const renderAll = async (
  asked: readonly Asked[],
  template: ChatTemplate | undefined,
): Promise<{ rendered: Said[]; refused: number[] }> => {
  const about = (one: Asked) => ({ row: one.row, part: one.part, question: questionIn(one.before), open: false });
  if (!template) {
    const plain = asked.map((one): Said => {
      const answer = answerOf(one.answer.trim(), {});
      return {
        ...about(one),
        prompt: promptOf(questionIn(one.before)),
        answer,
        lead: answer.indexOf(one.answer.trim()),
      };
    });
    return { rendered: plain, refused: [] };
  }
  const [rendered, refused]: [Said[], Set<number>] = [[], new Set()];
  if (asked.length > 0)
    await withTemplate(template, 2_000, async (render) => {
      for (const one of asked)
        try {
          const prompt = await render(one.before, new Date(), true);
          rendered.push({ ...about(one), prompt, answer: one.answer, lead: 0 });
        } catch (error) {
          if (!isQuittanceError(error, 'INVALID_INPUT')) throw error;
          refused.add(one.row);
        }
    });
  return { rendered, refused: [...refused] };
};
