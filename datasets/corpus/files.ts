// The files of a corpus: those that are named, and in a folder those whose names say that they hold rows or text, in
// the order of their paths.
// Trap: a link in a folder may lead out of it, or in a circle, so links are not followed there; a file that is named
// outright may be a link.
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import { reading, refuseNoFile } from './unreadable.ts';

export type FileFormat = 'json lines' | 'json' | 'csv' | 'parquet' | 'text';

const FORMATS: Readonly<Record<string, FileFormat>> = {
  jsonl: 'json lines',
  ndjson: 'json lines',
  json: 'json',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
  txt: 'text',
  md: 'text',
};

export interface CorpusFile {
  readonly path: string;
  /** As messages name it. */
  readonly name: string;
  readonly format: FileFormat;
}

const formatOf = (name: string): FileFormat | undefined => {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
};

/** NOT_FOUND, or INVALID_INPUT where a file is of no known format or named twice, or a folder has none. */
export const corpusFiles = (paths: readonly string[]): CorpusFile[] => {
  const files = paths.flatMap(filesAt);
  refuseTwice(files);
  return toldApart(files);
};

/**
 * Rows are told by the name of their file and a number, so that of one name for two each has as many folders before it
 * as tell them apart: no more, since ids of rows go further than the machine whose folders these are.
 */
const toldApart = (files: readonly CorpusFile[]): CorpusFile[] => {
  let told = [...files];
  for (;;) {
    const named = Map.groupBy(told, ({ name }) => name);
    const next = told.map((file) => ((named.get(file.name)?.length ?? 0) > 1 ? withFolder(file) : file));
    if (next.every(({ name }, i) => name === told[i]!.name)) return next;
    told = next;
  }
};

const withFolder = (file: CorpusFile): CorpusFile => {
  const parts = file.name.split(sep).length;
  return {
    ...file,
    name: resolve(file.path)
      .split(sep)
      .slice(-parts - 1)
      .join(sep),
  };
};

/** Its rows would be counted twice. */
const refuseTwice = (files: readonly CorpusFile[]): void => {
  const seen = new Set<string>();
  for (const { path } of files) {
    const real = reading(path, () => realpathSync(path));
    if (seen.has(real))
      throw new QuittanceError('INVALID_INPUT', {
        message: `${path} is given twice`,
        expected: 'each file of the corpus once',
        hint: 'a folder stands for all files in it, and a link for what it leads to',
      });
    seen.add(real);
  }
};

const filesAt = (path: string): CorpusFile[] => {
  const stats = reading(path, () => statSync(path));
  if (stats.isDirectory()) return inFolder(path);
  refuseNoFile(path, stats);
  const format = formatOf(path);
  if (format) return [{ path, name: basename(path), format }];
  throw new QuittanceError('INVALID_INPUT', {
    message: `${basename(path)}: its name says no format that can be read`,
    expected: `a folder, or a name that ends with ${endings()}, each with .gz behind it or not`,
    hint: 'rename the file by what it holds',
  });
};

const inFolder = (folder: string): CorpusFile[] => {
  const files = within(folder).flatMap((path) => {
    const format = formatOf(path);
    return format ? [{ path, name: relative(folder, path), format }] : [];
  });
  if (files.length > 0) return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw new QuittanceError('INVALID_INPUT', {
    message: `the folder ${basename(folder)} holds no file that can be read`,
    expected: `names that end with ${endings()}`,
    hint: 'name the folder or the files that the model was fine-tuned on',
  });
};

/** Node's own recursive listing follows links, so the walk is made here. */
const within = (folder: string): string[] =>
  reading(folder, () => readdirSync(folder, { withFileTypes: true })).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return within(path);
    return entry.isFile() ? [path] : [];
  });

const endings = (): string =>
  Object.keys(FORMATS)
    .map((ending) => `.${ending}`)
    .join(', ');
