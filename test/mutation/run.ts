// `node test/mutation/run.ts [FILE…]`: switches on one mutant after the other (mutants.ts) and runs the tests that
// reach it, the fastest file first, until one fails. --minutes N stops after that time; the next run continues, and
// repeats what a changed test file decided; --fresh repeats everything. Prints a score for each file, and fails where a
// mutant survives that targets.ts does not explain. The working tree is not changed.
// Trap: a test that starts another process runs the original code there, so mutants that only such a test reaches
// survive.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askFor, passesAlone, ROOT } from './asking.ts';
import { sown, type Mutant } from './mutants.ts';
import { EQUIVALENT, TARGETS, type Target } from './targets.ts';

const CACHE = join(ROOT, 'node_modules/.cache/mutation');

const Ids = z.array(z.number());
/** Results of a test file, valid while its text is unchanged. */
const Asked = z.object({
  digest: z.string(),
  ms: z.number(),
  /** Mutants reached at any time, and those reached before the tests begin, which need processes of their own. */
  met: Ids,
  early: Ids,
  /** Mutants with which the test file passed. */
  passed: Ids,
  passedAlone: Ids,
});
type Asked = z.infer<typeof Asked>;
/** Results for a source file, valid while its text and the mutation code are unchanged. */
const Known = z.object({ digest: z.string(), found: Ids, tests: z.record(z.string(), Asked) });
type Known = z.infer<typeof Known>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '600' }, fresh: { type: 'boolean', default: false } },
});
const end = performance.now() + 60_000 * Number(values.minutes);
const isOver = () => performance.now() > end;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const stateOf = (file: string): string => join(CACHE, `${file.replaceAll('/', '-')}.json`);

const known = (file: string): Known => {
  const digest = digestOf(read(file) + read('test/mutation/mutants.ts'));
  const path = stateOf(file);
  const kept =
    existsSync(path) && !values.fresh ? Known.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data : undefined;
  return kept?.digest === digest ? kept : { digest, found: [], tests: {} };
};

/** An endless loop counts as a mutant found; the limit is far above what any machine needs otherwise. */
const limitOf = (ms: number): number => 20 * ms + 120_000;

const without = (ids: readonly number[], ...others: readonly (readonly number[])[]): number[] =>
  ids.filter((id) => !others.some((some) => some.includes(id)));

class Looking {
  readonly file: string;
  readonly state: Known;

  constructor(file: string) {
    this.file = file;
    this.state = known(file);
  }

  #keep() {
    writeFileSync(stateOf(this.file), JSON.stringify(this.state));
  }

  /** Runs a test file once without a mutant, where not known yet, to learn which mutants it reaches. */
  async measure(test: string): Promise<void> {
    const digest = digestOf(read(test));
    if (this.state.tests[test]?.digest === digest) return;
    const { met, early, ms } = await this.#ask(test, []);
    if (!isOver()) this.state.tests[test] = { digest, met, early, ms, passed: [], passedAlone: [] };
    this.#keep();
  }

  #ask(test: string, ids: readonly number[]) {
    const limit = limitOf(this.state.tests[test]?.ms ?? 600_000);
    return askFor({ file: this.file, test }, ids, join(CACHE, `notes-${process.pid}`), limit, isOver);
  }

  /** All mutants that can be tried in one process. */
  async together(test: string): Promise<void> {
    const asked = this.state.tests[test]!;
    for (;;) {
      const ids = without(asked.met, this.state.found, asked.passed);
      if (ids.length === 0 || isOver()) return;
      const { found, passed, endless = [], spoilt = [] } = await this.#ask(test, ids);
      this.state.found.push(...[found, endless].flat());
      asked.passed.push(...passed, ...[spoilt].flat());
      asked.early.push(...[spoilt].flat());
      this.#keep();
    }
  }

  async alone(test: string): Promise<void> {
    const asked = this.state.tests[test]!;
    for (const id of without(asked.early, this.state.found, asked.passedAlone)) {
      if (isOver()) return;
      const passed = await passesAlone({ file: this.file, test }, id, limitOf(asked.ms));
      (passed === true ? asked.passedAlone : this.state.found).push(id);
      this.#keep();
    }
  }

  /** Neither found nor asked for to the end. */
  isOpen({ id }: Mutant): boolean {
    const { found, tests } = this.state;
    return (
      !found.includes(id) &&
      Object.values(tests).some(
        ({ met, early, passed, passedAlone }) =>
          (met.includes(id) && !passed.includes(id)) || (early.includes(id) && !passedAlone.includes(id)),
      )
    );
  }
}

const testFiles = ({ tests }: Target): string[] =>
  tests.flatMap((one) => (one.endsWith('.ts') ? [one] : globSync(`${one}/**/*.test.ts`, { cwd: ROOT }).sort()));

const look = async (target: Target): Promise<string[]> => {
  const [looking, tests] = [new Looking(target.file), testFiles(target)];
  for (const test of tests) if (!isOver()) await looking.measure(test);
  const measured = tests.filter((test) => looking.state.tests[test] !== undefined);
  measured.sort((a, b) => looking.state.tests[a]!.ms - looking.state.tests[b]!.ms);
  for (const test of measured) await looking.together(test);
  for (const test of measured) await looking.alone(test);
  return told(looking, tests);
};

const told = (looking: Looking, tests: readonly string[]): string[] => {
  const { file, state } = looking;
  const source = read(file);
  const { mutants } = sown(source);
  const lines = source.split('\n');
  // of a test file that there was no time to load nobody knows what it meets
  const isWhole = tests.every((test) => state.tests[test] !== undefined);
  const open = mutants.filter((one) => looking.isOpen(one) || (!isWhole && !state.found.includes(one.id)));
  const alive = mutants.filter((one) => !state.found.includes(one.id) && !open.includes(one));
  const said = EQUIVALENT[file] ?? [];
  const unexplained = alive.filter(
    (one) =>
      !said.some(
        ({ line, was, becomes }) => line === lines[one.line - 1]!.trim() && was === one.was && becomes === one.becomes,
      ),
  );
  const [asked, same] = [mutants.length - open.length, alive.length - unexplained.length];
  const killed = asked - alive.length;
  const share = ((100 * killed) / Math.max(1, asked - same)).toFixed(1);
  const rest = open.length > 0 ? `; ${open.length} not asked yet` : '';
  console.log(`${file}: ${killed} of ${asked} found, ${same} the same in every way: ${share} %${rest}`);
  return unexplained.map(({ line, was, becomes, id }) => `${file}:${line} #${id}: ${was} → ${becomes || 'nothing'}`);
};

mkdirSync(CACHE, { recursive: true });
const strange = positionals.filter((file) => !TARGETS.some((target) => target.file === file));
if (strange.length > 0) throw new Error(`no target of targets.ts: ${strange.join(', ')}`);
const chosen = TARGETS.filter(({ file }) => positionals.length === 0 || positionals.includes(file));
const living: string[] = [];
for (const target of chosen) living.push(...(await look(target)));
for (const line of living) console.log(line.replaceAll(/\s+/g, ' '));
process.exitCode = living.length > 0 ? 1 : 0;
