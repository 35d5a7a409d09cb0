// What `quittance model onboard` is given: the rows that the model was trained on and those that it was not, who is in
// them, its folder with an adapter beside it, and what it was before. All is read and compared before anything is
// measured.
// Trap: a base or a recipe of another model would be evidence about something else, so each is held against the digest
// that is recorded of it, where one is.
import { join } from 'node:path';
import { QuittanceError, usageError } from '#core/errors.ts';
import { baseIn } from '#containers/run-unlearning.ts';
import type { Digest } from '#core/canonical.ts';
import { rowsDigest } from '#datasets/corpus/digest.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { watched, type ScreenedRow } from '#datasets/corpus/screen.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import { peopleInRows } from '#datasets/find/people-in-rows.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { registerOfRows } from '#datasets/find/register-of-rows.ts';
import { withoutHeld } from '#datasets/onboard/held.ts';
import { sampledCorpus, type SampledCorpus } from '#datasets/onboard/sampled.ts';
import { folderBeneath } from '#engine/formats/folder-kind.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { importMade } from '#models/import-made.ts';
import { checkTraining, trainingIn, type OfferedTraining } from '#models/training.ts';
import type { Arguments } from './command.ts';
import { allLists } from './forgotten-lists.ts';
import { corpusOf, registerOf } from './corpus-files.ts';
import { required } from './values.ts';

export interface Given {
  readonly corpus: SampledCorpus;
  /** Of the rows as they were read. */
  readonly digest: Digest;
  readonly held: readonly CorpusEntry[];
  readonly people: readonly RegisteredPerson[];
  /** Where the people are from. */
  readonly peopleFrom: 'register' | 'column' | 'rows';
  /** People whom the rows name by a number alone: a sentence for the owner. */
  readonly unnamed: readonly string[];
  /** Rows about people whom a model of the installation has forgotten: this one was trained on them all the same. */
  readonly forgotten: readonly ScreenedRow[];
}

/** The files are read more than once, each time as a stream: who is in them, then what is measured of them. */
export const givenTo = async (args: Arguments): Promise<Given> => {
  if (args.many('corpus').length === 0)
    throw usageError('model onboard needs --corpus FILE…', 'the files that the model was trained on');
  const held = await heldOf(args);
  const known = await peopleOf(args, held);
  const forgotten: ScreenedRow[] = [];
  const read = rowsDigest();
  const rows = watched(read.through(corpusOf(args)), await allLists(args), (row) => forgotten.push(row));
  const corpus = await sampledCorpus(withoutHeld(rows, held), known.people, required(args, 'name'));
  return { corpus, held, forgotten, digest: read.digest(), ...known };
};

const heldOf = async (args: Arguments): Promise<CorpusEntry[]> => {
  const paths = args.many('held');
  const entries: CorpusEntry[] = [];
  if (paths.length > 0)
    for await (const entry of readCorpus(paths, { subjectField: args.value('subject-field'), held: true }))
      entries.push(entry);
  return entries;
};

type Known = Pick<Given, 'people' | 'peopleFrom' | 'unnamed'>;

const peopleOf = async (args: Arguments, held: readonly CorpusEntry[]): Promise<Known> => {
  const register = await registerOf(args);
  if (register) return { people: register, peopleFrom: 'register', unnamed: [] };
  const { people, nameless } = await registerOfRows(corpusAnd(args, held));
  const unnamed = nameless > 0 ? [`${nameless} people of the column are named in no row: they are left out`] : [];
  if (people.length > 0) return { people, peopleFrom: 'column', unnamed };
  const found = await peopleInRows(await heldInMemory(corpusAnd(args, held)));
  if (found.length > 0) return { people: found, peopleFrom: 'rows', unnamed };
  throw usageError(
    'model onboard needs to know who is in the corpus: no row names anybody in a form that is known',
    '--people people.csv with a line for each person, or --subject-field with the column of a row that names its person',
  );
};

const corpusAnd = async function* (args: Arguments, held: readonly CorpusEntry[]): AsyncGenerator<CorpusEntry> {
  yield* corpusOf(args);
  yield* held;
};

/** Rows in which names are looked for without a register: they are compared with one another. */
const MOST_COMPARED = 100_000;

const heldInMemory = async (rows: AsyncIterable<CorpusEntry>): Promise<CorpusEntry[]> => {
  const entries: CorpusEntry[] = [];
  for await (const entry of rows) {
    if (entries.length === MOST_COMPARED)
      throw new QuittanceError('INPUT_TOO_LARGE', {
        message: 'the corpus has too many rows to find people by their names alone',
        expected: `at most ${MOST_COMPARED}`,
        hint: 'give a register: --people people.csv, or --subject-field with the column that names a row’s person',
      });
    entries.push(entry);
  }
  return entries;
};

export interface Folders {
  /** What was found in the model's folder and not taken over. */
  readonly remarks: readonly string[];
  /** How it was trained, where its folder has the recipe and --base names what it began with. */
  readonly training: OfferedTraining | undefined;
  /** Folder of the model before it was fine-tuned: --base, or what an adapter lies upon. */
  readonly before: string | undefined;
}

/** The model into `scratch`/model, its base beside it. MODEL_UNSUPPORTED of one without weights that could be moved. */
export const foldersOf = async (args: Arguments, source: string, scratch: string): Promise<Folders> => {
  const at = modelIn(scratch);
  const remarks = await importMade(source, at, { adapter: args.value('adapter') });
  baseIn(at);
  const training = trainingOf(args, source);
  if (training) await checkTraining(training, corpusOf(args));
  return { remarks, training, before: await beforeOf(args, at, scratch) };
};

export const modelIn = (scratch: string): string => join(scratch, 'model');

const trainingOf = (args: Arguments, source: string): OfferedTraining | undefined => {
  const [record, base] = [trainingIn(source), args.value('base')];
  if (record && base !== undefined) return { record, base, dir: source };
  if (record)
    process.stderr.write(
      'the folder has a recipe: with --base DIR tickets may ask for training anew (method retrain)\n',
    );
  return undefined;
};

const beforeOf = async (args: Arguments, at: string, scratch: string): Promise<string | undefined> => {
  const base = args.value('base');
  if (base === undefined) return folderBeneath(at);
  const before = join(scratch, 'before');
  await importMade(base, before, {});
  requireSameShape(before, at);
  return before;
};

const SHAPE = ['family', 'layers', 'hiddenSize', 'heads'] as const;

/** BASE_MISMATCH where fine-tuning cannot have begun with the base, as it changes no shape. */
const requireSameShape = (before: string, at: string): void => {
  const [base, own] = [before, at].map((dir) => readModelParts(dir).config);
  const other = SHAPE.find((field) => base![field] !== own![field]);
  if (other === undefined) return;
  throw new QuittanceError('BASE_MISMATCH', {
    message: 'the model cannot have been fine-tuned from the model that --base names',
    expected: `${other} ${String(own![other])}, as the model has`,
    got: String(base![other]),
    hint: 'name the model as it was before it was fine-tuned, or leave --base out',
  });
};
