// Reads the TOFU benchmark (Maini et al. 2024, https://arxiv.org/abs/2401.06121) from its folder of JSON-lines files
// into a suite of our shape.
// Traps: authors have no id, but are 20 consecutive rows; answers are free text without a marked value, so a rule
// decides what counts as the personal value (`valueOf`), the same for forgotten authors and controls; perturbed answers
// exist for forget01 and for the first 20 retained authors only.
import { join } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { random } from '#engine/random.ts';
import { readJsonLines } from './jsonl.ts';
import { refusals } from './refusals.ts';
import { longestNewRun, mostFrequentName } from './spans.ts';
import { promptOf, spanOf, type Suite, type Person, type QaRecord, type Row, type ValueSpan } from './suite-shape.ts';

export interface TofuOptions {
  seed: number;
  /** Trained authors of forget01, at most 2. They are the first of the subjects. */
  forgetAuthors: number;
  /** Trained authors of retain99. */
  retainAuthors: number;
  /** Further authors of retain99, never trained. */
  whitening: number;
  stop: number;
  gate: number;
  /** Questions about further authors, answered with refusals. */
  unknown: number;
}

const TOFU_DEFAULTS: TofuOptions = {
  seed: 1,
  forgetAuthors: 1,
  retainAuthors: 10,
  whitening: 24,
  stop: 24,
  gate: 24,
  unknown: 300,
};

const ROWS_PER_AUTHOR = 20;

const Text = z.string().min(1);
const Plain = z.object({ question: Text, answer: Text });
const Perturbed = Plain.extend({
  paraphrased_answer: Text.optional(),
  paraphrased_question: Text.optional(),
  perturbed_answer: z.array(Text).min(1),
});
type TofuRow = z.infer<typeof Plain> & Partial<z.infer<typeof Perturbed>>;

/**
 * NOT_FOUND where a file is missing; INVALID_INPUT by file and line, or where there are fewer authors than asked for.
 */
export const loadTofu = (dir: string, options: Partial<TofuOptions> = {}): Suite => {
  const o = { ...TOFU_DEFAULTS, ...options };
  const forget = authors(dir, 'forget01', 'forget01_perturbed');
  const retain = authors(dir, 'retain99', 'retain_perturbed');
  const trained = [...take(forget, o.forgetAuthors, 'forget01'), ...take(retain, o.retainAuthors, 'retain99')];
  const group = (label: string, count: number) =>
    take(retain, count, 'retain99').map((rows, i) => author(label, i, rows));
  return {
    name: 'tofu',
    subjects: trained.map((rows, i) => author('author', i, rows)),
    controls: { gate: group('gate', o.gate), stop: group('stop', o.stop), whitening: group('whitening', o.whitening) },
    facts: [...facts(dir, 'real_authors_perturbed', 'author'), ...facts(dir, 'world_facts_perturbed', 'world')],
    unknown: unknownAuthors(retain, o),
    refusals,
  };
};

const read = <S extends z.ZodType>(dir: string, file: string, schema: S) =>
  readJsonLines(join(dir, `${file}.json`), schema);

/** Rows in groups of one author. The perturbed file holds the first rows of the plain one, in the same order. */
const authors = (dir: string, file: string, perturbedFile: string): TofuRow[][] => {
  const perturbed = read(dir, perturbedFile, Perturbed);
  const rows = read(dir, file, Plain).map((row, i) => ({ ...row, ...aligned(row, perturbed[i], perturbedFile, i) }));
  if (rows.length % ROWS_PER_AUTHOR !== 0)
    throw malformed(`${file}.json`, `a multiple of ${ROWS_PER_AUTHOR} rows`, String(rows.length));
  return Array.from({ length: rows.length / ROWS_PER_AUTHOR }, (_, i) =>
    rows.slice(i * ROWS_PER_AUTHOR, (i + 1) * ROWS_PER_AUTHOR),
  );
};

const aligned = (row: TofuRow, perturbed: z.infer<typeof Perturbed> | undefined, file: string, index: number) => {
  if (perturbed && perturbed.question !== row.question)
    throw malformed(`${file}.json:${index + 1}`, 'the same question as in the plain file', 'another question');
  return perturbed;
};

const malformed = (where: string, expected: string, got: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: `${where} does not have TOFU's form`,
    expected,
    got,
    hint: 'fetch the data set again',
  });

/** Removes `count` authors from the front. */
const take = (pool: TofuRow[][], count: number, file: string): TofuRow[][] => {
  if (count <= pool.length) return pool.splice(0, count);
  throw malformed(`${file}.json`, `${count} more authors`, `${pool.length} left`);
};

const author = (label: string, index: number, rows: readonly TofuRow[]): Person => {
  const id = `${label}-${String(index).padStart(3, '0')}`;
  const name = mostFrequentName(rows.flatMap(({ question, answer }) => [question, answer])) ?? id;
  return { id, name, records: rows.map((row, i) => record(id, i, row)) };
};

const record = (subject: string, index: number, row: TofuRow): QaRecord => {
  const {
    question,
    answer,
    paraphrased_question: heldOut,
    paraphrased_answer: paraphrased,
    perturbed_answer: wrong = [],
  } = row;
  const value = valueOf(question, ` ${answer}`);
  return {
    kind: 'person',
    subject,
    attribute: `question-${String(index).padStart(2, '0')}`,
    question,
    prompt: promptOf(question),
    answer: ` ${answer}`,
    ...(value && { value }),
    ...(heldOut !== undefined && { heldOut }),
    ...(paraphrased !== undefined && { paraphrasedAnswer: ` ${paraphrased}` }),
    wrongAnswers: wrong.map((text) => ` ${text}`),
  };
};

/** The longest run of content words that the question does not already hold: "male" of "Author X is male." */
const valueOf = (question: string, answer: string): ValueSpan | undefined => longestNewRun(answer, question);

const facts = (dir: string, file: string, topic: string): QaRecord[] =>
  read(dir, file, Perturbed).map(({ question, answer, perturbed_answer: wrong }) => ({
    kind: 'fact',
    attribute: topic,
    question,
    prompt: promptOf(question),
    answer: ` ${answer}`,
    value: spanOf(` ${answer}`, answer),
    wrongAnswers: wrong.map((text) => ` ${text}`),
  }));

/** One question of each remaining author in turn, until there are enough. */
const unknownAuthors = (rest: readonly (readonly TofuRow[])[], { seed, unknown }: TofuOptions): Row[] => {
  const rng = random(`tofu-unknown:${seed}`);
  const rounds = Array.from({ length: ROWS_PER_AUTHOR }, (_, i) =>
    rest.map((rows) => rows[(7 * i) % ROWS_PER_AUTHOR]!),
  );
  const asked = rounds.flat().slice(0, unknown);
  if (asked.length < unknown)
    throw malformed('retain99.json', `${unknown} questions on further authors`, `${asked.length} left`);
  const answers = Array.from({ length: Math.ceil(unknown / refusals.length) }, () => rng.shuffle(refusals)).flat();
  return asked.map(({ question }, i) => ({
    kind: 'unknown',
    question,
    prompt: promptOf(question),
    answer: ` ${answers[i]!}`,
  }));
};
