// `quittance verify`: a third party's offline check. Reads a bundle (folder or zip) into memory and passes it to
// core/verify; it uses no engine, network or data folder. Trap: it exits with 0 where nothing fails, so what was not
// checked is counted separately and printed.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { BundleFiles } from '#core/bundle.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import type { FileEntry } from '#core/model.ts';
import { malformed, MOST_ENTRIES, refuseSize, unzipBundle } from '#report/zipped-bundle.ts';
import { parseTrustRoot } from '#core/trust-root.ts';
import { KIND_OF, tally, verifyBundle, type Check, type Verification } from '#core/verify.ts';
import type { Arguments, Command } from './command.ts';
import { file, modelFolder } from './kinds.ts';
import { printable } from './printable.ts';
import { readInput } from './values.ts';

/** A check that needs more than the bundle, by options of its own. */
export interface FurtherCheck {
  readonly options: Command['options'];
  readonly usage: string;
  /** Before anything is checked. USAGE. */
  requires(args: Arguments): void;
  /** Nothing where it was not asked for. */
  checks(args: Arguments, files: BundleFiles): Promise<Check[]>;
}

const COMMAND = {
  name: 'verify',
  summary: 'offline check of an evidence bundle by a third party',
  usage: 'BUNDLE [--model DIR] [--trust-root FILE]',
  options: {
    model: {
      kind: 'value',
      value: 'DIR',
      summary: 'a copy of the model: must be the certified files',
      is: modelFolder,
    },
    'trust-root': {
      kind: 'value',
      value: 'FILE',
      summary: 'keys that you got from the controller by another way',
      is: file,
    },
  },
  example: 'quittance verify ./bundle --trust-root ./trust-root.json',
} as const;

export const verifyWith = (further?: FurtherCheck): Command => ({
  ...COMMAND,
  usage: `${COMMAND.usage}${further ? ` ${further.usage}` : ''}`,
  options: { ...COMMAND.options, ...further?.options },
  async run(args) {
    const [path] = args.positionals;
    if (path === undefined) throw usageError('verify BUNDLE: BUNDLE is missing');
    further?.requires(args);
    const files = readBundle(path);
    const pinned = args.value('trust-root');
    const model = args.value('model');
    const found = verifyBundle(files, {
      now: new Date(),
      trustRoot: pinned === undefined ? undefined : parseTrustRoot(readInput(pinned, 2 ** 20), pinned),
      model: model === undefined ? undefined : filesOfFolder(model),
    });
    const more = (await further?.checks(args, files)) ?? [];
    const checks = [...found.checks, ...more];
    const result = { ...found, checks, ok: found.ok && more.every(({ state }) => state !== 'fails') };
    args.print(result, () =>
      [...result.checks.map(line), ...result.remarks.map(remark), tally(result.checks), verdict(result)].join('\n'),
    );
    return result.ok ? 0 : 1;
  },
});

/** Of the bundle alone: needs neither engine nor registry. */
export const verify: Command = verifyWith();

const verdict = ({ ok, outcome }: Verification): string => {
  if (!ok) return 'NOT VALID';
  return outcome === 'completed' ? 'valid' : `valid: ${KIND_OF[outcome]}`;
};

const MARKS = { holds: 'ok  ', fails: 'FAIL', 'not-checked': '–   ' } as const;
const line = ({ id, state, detail }: Check): string => `${MARKS[state]} ${id.padEnd(24)} ${printable(detail)}`;

const remark = (text: string): string => `note remark${' '.repeat(19)}${printable(text)}`;

/** NOT_FOUND, INPUT_TOO_LARGE, or BUNDLE_INVALID where the file is no zip. */
export const readBundle = (path: string): BundleFiles => {
  if (!existsSync(path))
    throw new QuittanceError('NOT_FOUND', {
      message: `there is no bundle at ${path}`,
      expected: 'a folder or a zip file',
    });
  return statSync(path).isDirectory() ? readFolder(path) : readZip(path);
};

const readFolder = (path: string): BundleFiles => {
  const files = filesBelow(path);
  refuseSize(
    path,
    files.reduce((sum, file) => sum + statSync(file).size, 0),
  );
  return new Map(files.map((file) => [relative(path, file).split(sep).join('/'), new Uint8Array(readFileSync(file))]));
};

/**
 * Plain files of a folder and its folders. Node's own recursive listing follows links to folders, out of the bundle and
 * in circles.
 */
const filesBelow = (path: string): string[] => {
  const files: string[] = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      if (entry.isFile()) files.push(join(folder, entry.name));
    }
    if (files.length + folders.length > MOST_ENTRIES) throw malformed(path, `has more than ${MOST_ENTRIES} entries`);
  }
  return files;
};

const readZip = (path: string): BundleFiles => {
  refuseSize(path, statSync(path).size); // before it is read
  return unzipBundle(new Uint8Array(readFileSync(path)), path);
};

/** Files that a model folder may have beside the model, because no loader reads them. */
const BESIDE = /^(\.|README|LICENSE|NOTICE|manifest\.json$|moments\.safetensors$)/;

/** Folders of the model underneath, and of assistants. */
const WITHIN = /^(base|target|assistant-\d+)$/;

/** The folder's files by their paths, with their digests. */
const filesOfFolder = (dir: string): Record<string, FileEntry> => {
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no model folder ${dir}` });
  const entries = readdirSync(dir).flatMap((name): [string, FileEntry][] => {
    const path = join(dir, name);
    if (statSync(path).isFile()) return BESIDE.test(name) ? [] : [[name, fileEntry(path)]];
    if (!WITHIN.test(name)) return [];
    return Object.entries(filesOfFolder(path)).map(([below, file]) => [`${name}/${below}`, file]);
  });
  return Object.fromEntries(entries);
};

/** In pieces, as weights may be larger than memory. */
const fileEntry = (path: string): FileEntry => {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(2 ** 22);
  const file = openSync(path, 'r');
  try {
    let bytes = 0;
    for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, got));
      bytes += got;
    }
    return { digest: `sha256:${hash.digest('hex')}`, bytes };
  } finally {
    closeSync(file);
  }
};
