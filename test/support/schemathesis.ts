// Schemathesis, which asks an API everything that its document lets one ask, and much that it does not: installed once
// into a Python environment of its own in node_modules/.cache. Where there is no Python, or no way to fetch it,
// `schemathesis` says why.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '4.32.5';
const FOLDER = join(import.meta.dirname, '../../node_modules/.cache', `schemathesis-${VERSION}`);

export type Schemathesis = { readonly program: string } | { readonly missing: string };

export const schemathesis = (): Schemathesis => {
  const [program, whole] = [join(FOLDER, 'bin/st'), join(FOLDER, 'whole')];
  if (existsSync(whole)) return { program };
  try {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(join(FOLDER, '..'), { recursive: true });
    execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'ignore' });
    const install = ['-m', 'pip', 'install', '-q', `schemathesis==${VERSION}`];
    execFileSync(join(FOLDER, 'bin/python'), install, { stdio: 'ignore', timeout: 180_000 });
    writeFileSync(whole, '');
    return { program };
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { missing: `schemathesis ${VERSION} could not be installed: ${line}` };
  }
};

/**
 * What counts as an answer. A law's own rules and the state of a case are no part of a form, so that a request of the
 * right form may be refused; a body over the limit is refused before its form is looked at; and of people without an
 * account only so many are answered.
 */
const CONFIG = `[checks.positive_data_acceptance]
expected-statuses = ["2xx", "303", "400", "401", "403", "404", "409", "410", "412", "415", "422", "429"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415", "422", "429"]
`;

/**
 * Values that the document names, every limit of every form, drawn values, and operations after each other along the
 * document's links. Drawn few times: with one seed they are the same in every run, and more cost minutes.
 */
const PHASES = 'examples,coverage,fuzzing,stateful';
const EXAMPLES = '5';
/** Seconds: a busy machine takes longer over a report, and fails nothing. */
const PATIENCE = '300';
const BOUNDS = ['--max-examples', EXAMPLES, '--request-timeout', PATIENCE] as const;

/** What it found, as it prints it; empty where it found nothing. `token`: of a caller who may do everything. */
export const findings = async (program: string, dir: string, url: string, token: string): Promise<string> => {
  const found = await scanned(program, dir, url, token);
  return BROKE_DOWN.test(found) ? scanned(program, dir, url, token) : found;
};

/** A fault of CPython 3.11 that its threads run into, https://github.com/python/cpython/issues/106905; seldom twice. */
const BROKE_DOWN = /AST constructor recursion depth mismatch/;

const scanned = (program: string, dir: string, url: string, token: string): Promise<string> => {
  const config = join(dir, 'schemathesis.toml');
  writeFileSync(config, CONFIG);
  const run = ['run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${token}`, '--phases', PHASES];
  const args = ['--config-file', config, ...run, '--workers', '1', '--seed', '1', '--continue-on-failure', ...BOUNDS];
  return new Promise((resolve) => {
    // its own cache is left in the folder of the test
    execFile(program, args, { cwd: dir, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }, (error, stdout) =>
      resolve(error ? (/=+ FAILURES =+[^]*?(?==+ WARNINGS)/.exec(stdout)?.[0] ?? `${error.message}\n${stdout}`) : ''),
    );
  });
};
