// Reads a corpus: files and folders of rows in whatever form trainers read, one row after another, in the memory of one
// row.
// Trap: a corpus is read to its end before anything is made of it, and all that is wrong with it is said at once: an
// owner who is told of one line at a time gives up at the third.
import { JSONParser } from '@streamparser/json';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { nearest } from '#core/nearest.ts';
import { plural } from '#core/plural.ts';
import { partsOf, type TrainingRecord } from '#core/training-record.ts';
import { rowFrom } from './forms.ts';
import { corpusFiles, type CorpusFile } from './files.ts';
import type { CorpusEntry } from './row.ts';
import { csvRows, parquetRows, type RawRow } from './tables.ts';
import { linesOf, textOf } from './text-lines.ts';
import { piecesOf } from './text-pieces.ts';

export interface CorpusOptions {
  /** Column that says whom a row is about. */
  readonly subjectField?: string | undefined;
  /** What the files are, where they are not what a model was trained on: for messages. */
  readonly held?: boolean;
}

/**
 * Characters of a row, at most: some 50,000 tokens, which is more than models read that are taught here. Reading a row
 * for names and numbers takes some kilobytes for each of its characters.
 */
const LONGEST_ROW = 200_000;

/** Faults that are told of by name; of more, how many. */
const TOLD = 10;

/**
 * Every row, in the order of files and lines. INVALID_INPUT with all faults behind the last row; NOT_FOUND,
 * INPUT_TOO_LARGE.
 */
export const readCorpus = async function* (
  paths: readonly string[],
  options: CorpusOptions = {},
): AsyncGenerator<CorpusEntry> {
  const what = options.held ? '--held' : 'the corpus';
  const faults = new Faults(what);
  const column = new Column(options);
  let rows = 0;
  for (const file of corpusFiles(paths))
    for await (const raw of rawRows(file, faults)) {
      const where = `${file.name}:${raw.number}`;
      const row = readRow(raw.value);
      column.look(raw.value);
      if (typeof row === 'string') faults.add(`${where} ${row}`);
      else yield { row, where, ...subjectOf(raw.value, where, options, faults) };
      rows++;
    }
  faults.throwAny();
  column.requireSeen(what);
  if (rows === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: `${what} has no row`,
      expected: 'at least one',
      hint: options.held
        ? 'name files of rows that the model was never trained on, or leave --held out'
        : 'name the files that the model was fine-tuned on',
    });
};

/**
 * Whether any row has the column that says whom it is about: rows about nobody need none, and one that no row has is
 * misspelt. Rows that were held out may lack it.
 */
class Column {
  readonly #name: string | undefined;
  #near: string | undefined;
  #state: 'no row' | 'missing' | 'seen' = 'no row';

  constructor({ subjectField, held }: CorpusOptions) {
    this.#name = held ? undefined : subjectField;
  }

  look(raw: unknown): void {
    if (this.#name === undefined || this.#state === 'seen' || typeof raw !== 'object' || raw === null) return;
    const keys = Object.keys(raw);
    this.#state = keys.includes(this.#name) ? 'seen' : 'missing';
    this.#near ??= nearest(this.#name.trim(), keys);
  }

  requireSeen(what: string): void {
    if (this.#state !== 'missing') return;
    throw new QuittanceError('INVALID_INPUT', {
      message: `no row of ${what} has the column '${this.#name}' that --subject-field names`,
      expected: 'a column that says whom a row is about, in the letters of the rows',
      hint: this.#near === undefined ? 'name a column that the rows have' : `did you mean '${this.#near}'?`,
    });
  }
}

/** The row, or what is wrong with it in words that quote nothing. */
const readRow = (raw: unknown): TrainingRecord | string => {
  const row = rowFrom(raw);
  if (typeof row === 'string') return row;
  const length = partsOf(row).reduce((sum, { text }) => sum + text.length, 0);
  return length <= LONGEST_ROW ? row : `has ${length} characters, more than ${LONGEST_ROW}: cut it as the trainer did`;
};

class Faults {
  readonly #what: string;
  readonly #told: string[] = [];
  #count = 0;

  constructor(what: string) {
    this.#what = what;
  }

  add(fault: string): void {
    this.#count++;
    if (this.#told.length < TOLD) this.#told.push(fault);
  }

  throwAny(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#told.length;
    throw new QuittanceError('INVALID_INPUT', {
      message: `${plural(this.#count, 'row')} of ${this.#what} cannot be read: ${this.#told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
      expected: 'rows in a form that trainers read (docs/own-model.md lists them)',
      hint: 'correct or leave out these rows; nothing was written',
    });
  }
}

const subjectOf = (
  raw: unknown,
  where: string,
  { subjectField }: CorpusOptions,
  faults: Faults,
): Pick<CorpusEntry, 'subject'> => {
  if (subjectField === undefined || typeof raw !== 'object' || raw === null) return {};
  const value: unknown = Object.entries(raw).find(([key]) => key === subjectField)?.[1];
  if (value === undefined || value === null || value === '') return {};
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return { subject: String(value).trim() };
  faults.add(`${where} has no plain text or number under '${subjectField}'`);
  return {};
};

const rawRows = (file: CorpusFile, faults: Faults): AsyncIterable<RawRow> => {
  switch (file.format) {
    case 'json lines':
      return jsonLines(file, faults);
    case 'json':
      return jsonRows(file, faults);
    case 'csv':
      return csvRows(file.path, file.name);
    case 'parquet':
      return parquetRows(file.path, file.name);
    case 'text':
      return wholeText(file);
  }
};

const jsonLines = async function* ({ path, name }: CorpusFile, faults: Faults): AsyncGenerator<RawRow> {
  for await (const { text, number } of linesOf(path, name)) {
    if (text.trim() === '') continue;
    if (/^\s*[[{]\s*$/.test(text)) throw overLines(name, number);
    try {
      yield { number, value: parseOnce(text) };
    } catch {
      faults.add(`${name}:${number} is not JSON, or gives a key twice`); // the parser's own message quotes the text
    }
  }
};

/** Written for people to read: of a line alone nothing can be made, and each of them would be a fault. */
const overLines = (name: string, line: number) =>
  new QuittanceError('INVALID_INPUT', {
    message: `${name}:${line}: what begins here goes over several lines`,
    expected: 'one row a line; or, in a file whose name ends with .json, one list of rows',
    hint: `write a row a line (jq -c . ${name}; of a list: jq -c '.[]' ${name})`,
  });

/** A list of rows; or lines of JSON under another name, which is how many such files are written. */
const jsonRows = async function* (file: CorpusFile, faults: Faults): AsyncGenerator<RawRow> {
  const first = await firstSign(file);
  if (first !== '[') {
    yield* jsonLines(file, faults);
    return;
  }
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  let [ready, number]: [unknown[], number] = [[], 0];
  parser.onValue = ({ value }) => ready.push(value);
  try {
    for await (const piece of textOf(file.path, file.name)) {
      parser.write(piece);
      for (const value of ready) yield { number: ++number, value };
      ready = [];
    }
    if (!parser.isEnded) throw new SyntaxError('the list is cut off');
  } catch (cause) {
    if (cause instanceof QuittanceError) throw cause;
    throw new QuittanceError('INVALID_INPUT', {
      message: `${file.name}: what follows row ${number + ready.length} is not JSON`,
      expected: 'a list of rows, or one row a line',
      hint: 'write the file again',
    });
  }
};

const firstSign = async ({ path, name }: CorpusFile): Promise<string> => {
  for await (const piece of textOf(path, name)) {
    const sign = /\S/.exec(piece)?.[0];
    if (sign !== undefined) return sign;
  }
  return '';
};

const wholeText = async function* ({ path, name }: CorpusFile): AsyncGenerator<RawRow> {
  let number = 0;
  for await (const text of piecesOf(textOf(path, name), LONGEST_ROW)) yield { number: ++number, value: { text } };
};
