// `npm run mutation`: wakes one mutant after the other (mutants.ts) and runs the tests that meet it, quickest first,
// until one fails. Files to look at may be named;
// --minutes N stops after that time, the next run goes on; --again asks the living ones once more, --fresh all. Ends
// with a score for each file, and fails where a mutant lives that targets.ts does not explain. The working tree is not
// touched.
// Trap: a test that starts a process of its own runs the code as it is; what only such a test looks at lives here.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { sown, type Mutant } from './mutants.ts';
import { EQUIVALENT, TARGETS, type Target } from './targets.ts';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/mutation');
const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '-c', 'test/mutation/jest.config.js'];

const Fate = z.enum(['killed', 'timed out', 'alive', 'unmet']);
type Fate = z.infer<typeof Fate>;
/** What is known of a file: as long as its text is the same. */
const Known = z.object({
  digest: z.string(),
  tests: z.record(z.string(), z.object({ digest: z.string(), ms: z.number(), met: z.array(z.number()) })),
  fates: z.record(z.string(), Fate),
});
type Known = z.infer<typeof Known>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '600' },
    again: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
  },
});
const end = performance.now() + 60_000 * Number(values.minutes);
const isOver = () => performance.now() > end;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const stateOf = (file: string): string => join(CACHE, `${file.replaceAll('/', '-')}.json`);

const known = (file: string, digest: string): Known => {
  const nothing: Known = { digest, tests: {}, fates: {} };
  if (values.fresh || !existsSync(stateOf(file))) return nothing;
  const kept = Known.parse(JSON.parse(readFileSync(stateOf(file), 'utf8')));
  return kept.digest === digest ? kept : nothing;
};

/** Whether the tests pass; undefined when they have not ended after `limitMs`. */
const passes = (test: string, file: string, variables: Record<string, string>, limitMs?: number) =>
  new Promise<boolean | undefined>((resolve) => {
    const env = { ...process.env, ...variables, QUITTANCE_SOWN: join(ROOT, file) };
    const child = spawn(process.execPath, [...JEST, '--ci', '-i', '--silent', '--runTestsByPath', test], {
      cwd: ROOT,
      env,
      stdio: 'ignore',
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    child.once('exit', (code) => resolve(code === null ? undefined : code === 0));
  });

/** Runs a test file with every mutant asleep: how long it takes, and which it meets. */
const measure = async (file: string, test: string) => {
  const notes = join(CACHE, `met-${process.pid}`);
  rmSync(notes, { force: true });
  const begin = performance.now();
  if (!(await passes(test, file, { QUITTANCE_MET: notes }))) throw new Error(`${test} fails without any mutant`);
  const met = existsSync(notes) ? readFileSync(notes, 'utf8').split(',').filter(Boolean).map(Number) : [];
  return { digest: digestOf(read(test)), ms: Math.round(performance.now() - begin), met };
};

/** An endless loop is a mutant found; the limit is far from what any machine needs for the rest. */
const limitOf = (ms: number): number => 20 * ms + 300_000;

const fateOf = async (file: string, { id }: Mutant, { tests }: Known): Promise<Fate> => {
  const meeting = Object.entries(tests)
    .filter(([, { met }]) => met.includes(id))
    .sort(([, a], [, b]) => a.ms - b.ms);
  for (const [test, { ms }] of meeting) {
    const passed = await passes(test, file, { QUITTANCE_MUTANT: String(id) }, limitOf(ms));
    if (passed !== true) return passed === false ? 'killed' : 'timed out';
  }
  return meeting.length === 0 ? 'unmet' : 'alive';
};

const testFiles = ({ tests }: Target): string[] =>
  tests.flatMap((one) => (one.endsWith('.ts') ? [one] : globSync(`${one}/**/*.test.ts`, { cwd: ROOT }).sort()));

const lives = (fate: Fate | undefined): boolean => fate === 'alive' || fate === 'unmet';

const look = async (target: Target): Promise<string[]> => {
  const { file } = target;
  const source = read(file);
  const { mutants } = sown(source);
  const state = known(file, digestOf(source + read('test/mutation/mutants.ts')));
  const keep = () => writeFileSync(stateOf(file), JSON.stringify(state));
  for (const test of testFiles(target)) {
    if (state.tests[test]?.digest === digestOf(read(test))) continue;
    state.tests[test] = await measure(file, test);
    keep();
  }
  for (const mutant of mutants) {
    const before = state.fates[mutant.id];
    if (isOver() || (before !== undefined && !(values.again && lives(before)))) continue;
    state.fates[mutant.id] = await fateOf(file, mutant, state);
    keep();
  }
  return told(file, source.split('\n'), mutants, state);
};

const told = (file: string, lines: readonly string[], mutants: readonly Mutant[], { fates }: Known): string[] => {
  const asked = mutants.filter(({ id }) => fates[id] !== undefined);
  const alive = asked.filter(({ id }) => lives(fates[id]));
  const said = EQUIVALENT[file] ?? [];
  const explained = (one: Mutant) =>
    said.some(
      ({ line, was, becomes }) => line === lines[one.line - 1]!.trim() && was === one.was && becomes === one.becomes,
    );
  const unexplained = alive.filter((one) => !explained(one));
  const [killed, same] = [asked.length - alive.length, alive.length - unexplained.length];
  const share = ((100 * killed) / (asked.length - same)).toFixed(1);
  const rest = mutants.length - asked.length;
  console.log(
    `${file}: ${killed} of ${asked.length} found, ${same} the same in every way: ${share} %${rest ? `; ${rest} not asked yet` : ''}`,
  );
  return unexplained.map(
    ({ line, was, becomes, id }) => `${file}:${line} #${id} ${fates[id]!}: ${was} → ${becomes || 'nothing'}`,
  );
};

mkdirSync(CACHE, { recursive: true });
const chosen = TARGETS.filter(({ file }) => positionals.length === 0 || positionals.includes(file));
const living: string[] = [];
for (const target of chosen) living.push(...(await look(target)));
for (const line of living) console.log(line.replaceAll(/\s+/g, ' '));
process.exitCode = living.length > 0 ? 1 : 0;
