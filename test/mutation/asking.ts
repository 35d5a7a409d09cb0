// The processes that run tests against mutants. One process tries the mutants of all the files that a test is about,
// because loading a test takes longer than most mutants; one that is reached while a file is loaded needs a process of
// its own.
// Trap: a mutant may never end. A process that reports nothing for a long time is killed, and its mutant counts as
// found.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { z } from 'zod';

export const ROOT = join(import.meta.dirname, '../..');
const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '-c', 'test/mutation/jest.config.js'];
const LOOK_MS = 2_000;
const SAID_CHARACTERS = 3_000;

/** Ids of the mutants of the n-th file of a process begin at n times this. */
export const STRIDE = 100_000;

/** A test file, and the source files whose mutants it is run against. */
export interface Asking {
  readonly files: readonly string[];
  readonly test: string;
}

interface Run extends Asking {
  readonly variables: Readonly<Record<string, string>>;
  /** When the process is to be killed. */
  readonly isOver: () => boolean;
}

/** `passed` is undefined where the process was killed; `said` is the end of its output. */
const jest = ({ files, test, variables, isOver }: Run) =>
  new Promise<{ passed: boolean | undefined; said: string }>((resolve) => {
    const sown = files.map((file) => join(ROOT, file)).join(delimiter);
    const env = { ...process.env, ...variables, QUITTANCE_SOWN: sown };
    const child = spawn(process.execPath, [...JEST, '--ci', '-i', '--silent', '--runTestsByPath', test], {
      ...{ cwd: ROOT, env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-SAID_CHARACTERS)));
    const timer = setInterval(() => isOver() && child.kill('SIGKILL'), LOOK_MS);
    child.once(
      'close',
      (code) => (clearInterval(timer), resolve({ passed: code === null ? undefined : code === 0, said })),
    );
  });

/** Runs the tests against one mutant in a process of its own; undefined where they did not end in time. */
export const passesAlone = async (asking: Asking, id: number, limitMs: number): Promise<boolean | undefined> => {
  const end = performance.now() + limitMs;
  const variables = { QUITTANCE_MUTANT: String(id) };
  return (await jest({ ...asking, variables, isOver: () => performance.now() > end })).passed;
};

const Ids = z.array(z.number());
const Note = z.union([
  z.strictObject({ early: Ids }),
  z.strictObject({ met: Ids, ms: z.number() }),
  z.strictObject({ asking: z.number() }),
  z.strictObject({ spoilt: z.number() }),
  z.strictObject({ id: z.number(), found: z.string().nullable() }),
]);
type Note = z.infer<typeof Note>;

/** What a process found before it ended or was killed. */
export interface Told {
  /** Mutants reached while the file was loaded or before all tests. */
  early: number[];
  met: number[];
  /** Until all tests had run once without a mutant; undefined where they did not get so far. */
  ms?: number;
  found: number[];
  passed: number[];
  /** A mutant after which this process can try no other. */
  spoilt?: number;
  endless?: number;
}

const notesIn = (path: string): Note[] =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .slice(0, -1)
    .map((line) => Note.parse(JSON.parse(line)));

const toldBy = (notes: readonly Note[]): Told => {
  const told: Told = { early: [], met: [], found: [], passed: [] };
  for (const one of notes) {
    if ('id' in one) (one.found === null ? told.passed : told.found).push(one.id);
    else if ('asking' in one) continue;
    else if ('spoilt' in one) told.spoilt = one.spoilt;
    else Object.assign(told, one);
  }
  return told;
};

/** A test that has not ended without a mutant either: loading and all tests, on whatever machine. */
const LOADING_MS = 12_000_000;
/** An endless loop counts as a mutant found; the limit is far above what any machine needs otherwise. */
export const limitOf = (ms: number | undefined): number => (ms === undefined ? LOADING_MS : 20 * ms + 120_000);

/**
 * Tries those of the mutants that the tests reach, in one process, until all are tried, one makes the process useless
 * or never ends, or time is up.
 */
export const askFor = async (asking: Asking, ids: readonly number[], notes: string, isOver: () => boolean) => {
  rmSync(notes, { force: true });
  const isSilent = () => existsSync(notes) && Date.now() - statSync(notes).mtimeMs > limitOf(toldBy(notesIn(notes)).ms);
  const variables = { QUITTANCE_ASK: JSON.stringify(ids), QUITTANCE_NOTES: notes };
  const { passed, said } = await jest({ ...asking, variables, isOver: () => isSilent() || isOver() });
  const lines = notesIn(notes);
  const told = toldBy(lines);
  const last = lines.at(-1);
  if (passed === false && told.spoilt === undefined)
    throw new Error(`${asking.test} fails without any mutant:\n${said}`);
  const endless = passed === undefined && isSilent() && last !== undefined && 'asking' in last;
  return endless ? { ...told, endless: last.asking } : told;
};
