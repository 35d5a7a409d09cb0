// A table of requests as spreadsheets write it: one request a line, its columns named as the fields of a new case.
// Sources: RFC 4180 as it is met (csv-parse); encodings by their marks, else UTF-8, else Windows-1252, in which every
// byte is some letter. Traps: a line with a cell too many has moved what follows it by a column, so that it is refused;
// and an apostrophe before what a spreadsheet would compute was put there by an export, ours among them.
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { COLUMNS, LIST_LIMIT_BYTES, MOST_ROWS, TIMES, type ListRow } from './bulk-columns.ts';
import type { DraftFields } from './drafts.ts';

const LISTS = ['aliases', 'identifiers'];
const TICKS = ['minor', 'thirdPartiesAffected'];

/** INPUT_TOO_LARGE, or INVALID_INPUT with the line, where the file as a whole is no such table. */
export const readList = (bytes: Uint8Array): ListRow[] => {
  if (bytes.byteLength > LIST_LIMIT_BYTES)
    throw new QuittanceError('INPUT_TOO_LARGE', {
      message: 'the list is too large',
      expected: `at most ${LIST_LIMIT_BYTES} bytes`,
      got: `${bytes.byteLength}`,
    });
  const rows = rowsOf(decoded(bytes));
  if (rows.length === 0) throw wrong('the list has no row', `a line with the columns, and one for each request`);
  if (rows.length > MOST_ROWS) throw wrong(`the list has ${rows.length} rows`, `at most ${MOST_ROWS} at a time`);
  return rows;
};

const ENCODINGS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const;

const decoded = (bytes: Uint8Array): string => {
  const marked = ENCODINGS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  const text = marked ? new TextDecoder(marked[0]).decode(bytes) : unmarked(bytes);
  if (!text.includes('\0')) return text;
  throw wrong('the list is no text', 'a file of comma-separated values (CSV)');
};

const unmarked = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};

const Parsed = z.array(z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.int() }) }));

/** Ends of lines are counted once each, those of a quoted cell too. */
const rowsOf = (given: string): ListRow[] => {
  const text = given.replaceAll(/\r\n?/g, '\n');
  try {
    const parsed: unknown = parse(text, {
      columns: (names: string[]) => headings(names),
      delimiter: separatorOf(text),
      info: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: 200_000,
    });
    return Parsed.parse(parsed).map(({ record, info }) => {
      // `lines` is where the row ends; what is quoted may have ends of lines of its own
      const within = Object.values(record).join('').split('\n').length - 1;
      return { line: info.lines - within, fields: fieldsOf(record) };
    });
  } catch (error) {
    if (error instanceof CsvError) throw malformed(error);
    throw error;
  }
};

const separatorOf = (text: string): string => {
  const [heading = ''] = text.split('\n', 1);
  const counts = [',', ';', '\t'].map((separator) => ({ separator, n: heading.split(separator).length }));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).separator;
};

/** Letters alone count, in any case: `Received at` is receivedAt. */
const bare = (name: string): string => name.replace(/[^\p{L}]/gu, '').toLowerCase();

const headings = (names: readonly string[]): string[] => {
  const known = names.map((name) => COLUMNS.find((column) => bare(column) === bare(name)));
  const unknown = known.indexOf(undefined);
  if (unknown >= 0) throw wrong(`column ${unknown + 1} has a name that is not known`, `columns: ${COLUMNS.join(', ')}`);
  const columns = known.filter((name) => name !== undefined);
  if (new Set(columns).size < columns.length) throw wrong('two columns have one name', 'each column once');
  const missing = ['name', 'model'].filter((name) => !(columns as string[]).includes(name));
  if (missing.length > 0) throw wrong(`there is no column ${missing.join(', ')}`, `columns: ${COLUMNS.join(', ')}`);
  return columns;
};

const fieldsOf = (record: Readonly<Record<string, string>>): DraftFields =>
  Object.fromEntries(Object.entries(record).map(([name, cell]) => [name, cellOf(name, cell)]));

const cellOf = (name: string, cell: string): string => {
  const text = cell.replace(/^'(?=[=+\-@\t\r])/, '').trim();
  if (TIMES.includes(name)) return timeOf(text);
  if (LISTS.includes(name)) return text.replaceAll(/\s*[;|]\s*/g, '\n');
  if (TICKS.includes(name)) return tickOf(name, text);
  return text;
};

/** As spreadsheets and people write them in the languages of the letters; anything else would silently mean no. */
const YES = 'true yes y x 1 ja wahr j oui o vrai sí si s verdadero sì vero sim verdadeiro waar tak t prawda';
const NO = 'false no n 0 nein falsch non faux falso não nao nee onwaar nie fałsz';

const tickOf = (name: string, text: string): string => {
  const word = text.toLowerCase();
  if (word === '' || NO.split(' ').includes(word)) return '';
  if (YES.split(' ').includes(word)) return 'true';
  throw wrong(`a cell of column ${name} is neither yes nor no`, 'true or false, or nothing');
};

/** A day alone begins at midnight, which is the earlier reading of it. */
const timeOf = (text: string): string => {
  const [, day = '', time = '00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?$/.exec(text) ?? [];
  return day === '' ? text : `${day}T${time}`;
};

const WRONG: Readonly<Partial<Record<CsvError['code'], string>>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'has not as many cells as the heading',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'has not as many cells as the heading',
  CSV_QUOTE_NOT_CLOSED: 'has a quotation mark that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has something between a closing quotation mark and the separator',
  CSV_MAX_RECORD_SIZE: 'is too long for a row',
};

const malformed = (error: CsvError & { lines?: unknown }) =>
  wrong(
    `line ${typeof error.lines === 'number' ? error.lines : '?'} ${WRONG[error.code] ?? 'is no line of the table'}`,
    'as many cells as the heading has names, quoted where a cell holds the separator',
  );

const wrong = (message: string, expected: string) =>
  new QuittanceError('INVALID_INPUT', {
    message,
    expected: `${expected}; ${message}`,
    hint: 'correct the list; nothing was stored',
    fields: [{ field: 'list', rule: `${message}; expected: ${expected}` }],
  });
