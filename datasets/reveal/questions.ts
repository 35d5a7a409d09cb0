// Where the questions about a person come from of whom no rows are at hand: the wordings in which the model's suite
// asks about others; where it asks in none that name the person, a pool of everyday questions. Each has a place for a
// name.
// Trap: wordings that no model was trained on are held back, and of the pool every second question: they are asked
// after unlearning, so that what is measured is not what was unlearned.
import { QuittanceError } from '#core/errors.ts';
import type { Person, QaRecord, Suite } from '#datasets/suite-shape.ts';
import { SOFT_LENGTH } from '#engine/soft-prompts.ts';
import { pool } from './pool.ts';

/** A question with `{name}` where the person is named. */
export interface Template {
  readonly question: string;
  /** Words with which the suite begins such an answer, up to its value; the name alone where it does not say. */
  readonly begin: string;
  /** A soft prompt that stands before the question. */
  readonly before?: readonly number[];
}

export interface Questions {
  readonly source: 'suite' | 'pool' | 'file' | 'soft';
  readonly asked: readonly Template[];
  /** Of the same source, kept for after the unlearning. */
  readonly heldBack: readonly Template[];
}

export const NAME = '{name}';

/** The text about somebody. */
export const about = (text: string, name: string): string => text.replaceAll(NAME, () => name);

/** By the suite where its rows name whom they are about, else the pool. */
export const questionsFor = (suite: Pick<Suite, 'subjects' | 'controls'>): Questions => {
  const records = [...suite.subjects, ...suite.controls.whitening];
  const trained = templatesOf(records, (row) => [row.question, row.trainedParaphrase ? row.paraphrase : undefined]);
  if (trained.length === 0) return everydayQuestions();
  const heldBack = templatesOf(records, ({ heldOut }) => [heldOut]);
  return { source: 'suite', asked: trained, heldBack };
};

/** Of a file: one question a line, with {name}. INVALID_INPUT where there is none, or one asks about nobody. */
export const questionsIn = (text: string): Questions => {
  const lines = text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const nameless = lines.findIndex((line) => !line.includes(NAME));
  if (lines.length === 0 || nameless >= 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: lines.length === 0 ? 'the file of questions is empty' : `question ${nameless + 1} names nobody`,
      expected: `one question a line, with ${NAME} where the person is named`,
      hint: 'leave --questions out to ask as the suite does, or from a pool of everyday questions',
    });
  return { source: 'file', asked: [...new Set(lines)].map(plain), heldBack: [] };
};

const plain = (question: string): Template => ({ question, begin: NAME });

/** For a model that comes without a suite. */
export const everydayQuestions = (): Questions => ({
  source: 'pool',
  asked: pool.filter(({ half }) => half === 0).map(({ question }) => plain(question)),
  heldBack: pool.filter(({ half }) => half === 1).map(({ question }) => plain(question)),
});

/** The name alone, behind each of some soft prompts (engine/soft-prompts.ts). */
export const softQuestions = (ids: readonly number[]): Questions => {
  const prompts = Array.from({ length: ids.length / SOFT_LENGTH }, (_, i) =>
    ids.slice(i * SOFT_LENGTH, (i + 1) * SOFT_LENGTH),
  );
  return { source: 'soft', asked: prompts.map((before) => ({ ...plain(`${NAME}?`), before })), heldBack: [] };
};

const templatesOf = (
  people: readonly Person[],
  wordings: (row: QaRecord) => readonly (string | undefined)[],
): Template[] => {
  const found = people.flatMap(({ name, records }) =>
    records.flatMap((row) =>
      wordings(row).flatMap((question) =>
        question?.includes(name) ? [{ question: question.replaceAll(name, NAME), begin: beginOf(row, name) }] : [],
      ),
    ),
  );
  return [...new Map(found.map((one) => [one.question, one])).values()];
};

const beginOf = ({ answer, value }: QaRecord, name: string): string => {
  const begin = value ? answer.slice(0, value.start).trim() : '';
  return begin.startsWith(name) ? begin.replaceAll(name, NAME) : NAME;
};
