// Rows of CSV and Parquet files as objects. Sources: RFC 4180 as spreadsheets write it (csv-parse), Apache Parquet
// (hyparquet).
// Traps: a line with a cell too many has moved all that follows it by a column, so it is refused; and a comma in a
// heading is not what separates columns in a file of semicolons, so the separator is the one that the heading has most
// often.
import { CsvError, parse } from 'csv-parse';
import { asyncBufferFromFile, type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { LONGEST_LINE, textOf } from './text-lines.ts';
import { refusePacked, unreadable } from './unreadable.ts';

export interface RawRow {
  /** Line of a file of lines, else the number of the row; from 1. */
  readonly number: number;
  readonly value: unknown;
}

const SEPARATORS = [',', ';', '\t'] as const;

/** Rows by the names of the heading. INVALID_INPUT where a line has not as many cells as the heading. */
export const csvRows = async function* (path: string, name: string): AsyncGenerator<RawRow> {
  const delimiter = await separatorOf(path, name);
  const parser = parse({
    columns: (names: string[]) => headings(names, name),
    bom: true,
    delimiter,
    info: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_LINE,
  });
  const feeding = feed(path, name, parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: unknown; info: { lines: number } }>)
      yield { number: info.lines, value: record };
    await feeding;
  } catch (error) {
    throw error instanceof CsvError ? malformed(name, error) : error;
  } finally {
    parser.destroy();
  }
};

const feed = async (path: string, name: string, parser: ReturnType<typeof parse>): Promise<void> => {
  try {
    for await (const piece of textOf(path, name))
      if (!parser.write(piece))
        await new Promise<void>((resolve) => parser.once('drain', resolve).once('close', resolve));
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : undefined);
  }
};

const headings = (names: readonly string[], file: string): string[] => {
  const trimmed = names.map((name) => name.trim());
  const twice = trimmed.find((name, i) => name !== '' && trimmed.indexOf(name) !== i);
  if (twice === undefined && trimmed.every((name) => name !== '')) return trimmed;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${file}:1: ${twice === undefined ? 'a column has no name' : `two columns are called '${twice}'`}`,
    expected: 'a first line with a name for each column',
    hint: 'export the table again with its heading',
  });
};

const separatorOf = async (path: string, name: string): Promise<string> => {
  let heading = '';
  for await (const piece of textOf(path, name)) {
    heading += piece;
    if (piece.includes('\n') || heading.length > LONGEST_LINE) break;
  }
  const [first = ''] = heading.split('\n', 1);
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
};

const malformed = (name: string, error: CsvError): QuittanceError =>
  new QuittanceError('INVALID_INPUT', {
    message: `${name}:${lineOf(error)}: ${WRONG[error.code] ?? 'this is no line of the table'}`,
    expected: 'as many cells as the heading has names, quoted where a cell holds the separator',
    hint: 'correct this line; nothing was written',
  });

const lineOf = ({ lines }: CsvError & { lines?: unknown }): string => (typeof lines === 'number' ? String(lines) : '?');

const WRONG: Readonly<Partial<Record<CsvError['code'], string>>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'the line has not as many cells as the heading',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'the line has not as many cells as the heading',
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something stands between a closing quotation mark and the separator',
  CSV_MAX_RECORD_SIZE: 'the line is too long for a row',
};

/** Rows read at a time: a few megabytes of usual text. */
const SLICE = 2_000;

export const parquetRows = async function* (path: string, name: string): AsyncGenerator<RawRow> {
  try {
    const file = await asyncBufferFromFile(path);
    await requireWhole(file, name);
    const metadata = await parquetMetadataAsync(file);
    const count = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < count; rowStart += SLICE) {
      const rowEnd = Math.min(count, rowStart + SLICE);
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
      for (const [i, value] of rows.entries()) yield { number: rowStart + i + 1, value };
    }
  } catch (cause) {
    const said = unreadable(path, cause);
    throw said !== cause || isQuittanceError(cause) ? said : damaged(name, cause);
  }
};

/** A file begins and ends with its kind's four letters: PAR1, or PARE where its footer is encrypted. */
const requireWhole = async (file: AsyncBuffer, name: string): Promise<void> => {
  const head = new Uint8Array(await file.slice(0, Math.min(file.byteLength, 1 << 16)));
  const end = new Uint8Array(await file.slice(Math.max(0, file.byteLength - 4)));
  const [first, last] = [head.subarray(0, 4), end].map((bytes) => Buffer.from(bytes).toString('latin1'));
  if (first === 'PAR1' && last === 'PAR1' && file.byteLength >= SMALLEST) return;
  if (first === 'PARE' || last === 'PARE') throw notParquet(name, 'the Parquet file is encrypted', 'write it in clear');
  if (first === 'PAR1') throw notParquet(name, 'the Parquet file is cut off', 'copy or write it again');
  refusePacked(name, head, 'Parquet file');
  throw notParquet(name, 'this is no Parquet file', 'let its name end by what it holds: .jsonl, .csv, .txt');
};
/** Bytes of head, length of the footer and end. */
const SMALLEST = 12;

const notParquet = (name: string, what: string, hint: string): QuittanceError =>
  new QuittanceError('INVALID_INPUT', {
    message: `${name}: ${what}`,
    expected: 'a whole Parquet file, whose first and last four bytes are PAR1',
    hint: `${hint}; nothing was written`,
  });

const damaged = (name: string, cause: unknown): QuittanceError =>
  new QuittanceError('INVALID_INPUT', {
    message: `${name}: the Parquet file is whole, and what stands in it cannot be read: damaged, or of a kind unknown here`,
    expected: 'pages in snappy, gzip, zstd, brotli or lz4, or not packed',
    hint: 'write it again, or give the rows as JSON lines; nothing was written',
    cause,
  });
