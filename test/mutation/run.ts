// `node test/mutation/run.ts [FILE…]`: switches on one mutant after the other (mutants.ts) and runs the tests that
// reach it, the fastest file first, until one fails. --minutes N stops after that time; the next run continues, and
// repeats what a changed test file decided; --fresh repeats everything; --sample N asks for N mutants of each file, the
// same for the same --seed. Prints a score for each file, and fails where a mutant survives that
// equivalents.ts does not explain. The working tree is not changed.
// Trap: a test that starts another process runs the original code there, so mutants that only such a test reaches
// survive.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askFor, limitOf, passesAlone, ROOT, STRIDE, type Told } from './asking.ts';
import { sown, uncommented, type Mutant } from './mutants.ts';
import { EQUIVALENT } from './equivalents.ts';
import { TARGETS, type Target } from './targets.ts';

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
/** Results for a source file, valid while its code (comments aside) and the mutation code are unchanged. */
const Known = z.object({ digest: z.string(), found: Ids, tests: z.record(z.string(), Asked) });
type Known = z.infer<typeof Known>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '600' },
    fresh: { type: 'boolean', default: false },
    sample: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
  },
});
const end = performance.now() + 60_000 * Number(values.minutes);
const isOver = () => performance.now() > end;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const stateOf = (file: string): string => join(CACHE, `${file.replaceAll('/', '-')}.json`);

const known = (file: string): Known => {
  const digest = digestOf(uncommented(read(file)) + read('test/mutation/mutants.ts'));
  const path = stateOf(file);
  const kept =
    existsSync(path) && !values.fresh ? Known.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data : undefined;
  return kept?.digest === digest ? kept : { digest, found: [], tests: {} };
};

const without = (ids: readonly number[], ...others: readonly (readonly number[])[]): number[] =>
  ids.filter((id) => !others.some((some) => some.includes(id)));

/** The mutants of a file that are asked for: all, or as many as the sample has, drawn by the seed. */
const drawn = (file: string, mutants: readonly Mutant[]): Mutant[] => {
  const lot = ({ id }: Mutant) => digestOf(`${values.seed}:${file}:${id}`);
  const inOrder = mutants.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1));
  return inOrder.slice(0, Number(values.sample)).sort((a, b) => a.id - b.id);
};

class Looking {
  readonly file: string;
  readonly tests: readonly string[];
  readonly state: Known;
  readonly mutants: readonly Mutant[];

  constructor({ file, tests }: Target) {
    this.file = file;
    this.tests = tests.flatMap((one) =>
      one.endsWith('.ts') ? [one] : globSync(`${one}/**/*.test.ts`, { cwd: ROOT }).sort(),
    );
    const { tests: asked, ...rest } = known(file);
    const unchanged = ([test, { digest }]: [string, Asked]) =>
      this.tests.includes(test) && digest === digestOf(read(test));
    this.state = { ...rest, tests: Object.fromEntries(Object.entries(asked).filter(unchanged)) };
    this.mutants = drawn(file, sown(read(file)).mutants);
  }

  /** What the test may still find; of one that has not run yet nobody knows what it reaches. */
  wanted(test: string): number[] {
    const asked = this.state.tests[test];
    const ids = this.mutants.map(({ id }) => id).filter((id) => asked?.met.includes(id) ?? true);
    return without(ids, this.state.found, asked?.passed ?? []);
  }

  note(test: string, { early, met, ms, found, passed, endless = [], spoilt = [] }: Noted) {
    if (ms === undefined) return;
    const { passed: before = [], passedAlone = [] } = this.state.tests[test] ?? {};
    // a mutant that spoils the process is asked for in one of its own
    const entry = { met, ms, early: [...early, ...spoilt], passed: [...before, ...passed, ...spoilt], passedAlone };
    this.state.tests[test] = { digest: digestOf(read(test)), ...entry };
    this.state.found.push(...found, ...endless);
    this.#keep();
  }

  #keep() {
    writeFileSync(stateOf(this.file), JSON.stringify(this.state));
  }

  async alone(test: string): Promise<void> {
    const asked = this.state.tests[test];
    const drawn = this.mutants.map(({ id }) => id).filter((id) => asked?.early.includes(id));
    for (const id of without(drawn, this.state.found, asked?.passedAlone ?? [])) {
      if (asked === undefined || isOver()) return;
      const passed = await passesAlone({ files: [this.file], test }, id, limitOf(asked.ms));
      (passed === true ? asked.passedAlone : this.state.found).push(id);
      this.#keep();
    }
  }

  /** Neither found nor asked for to the end. */
  isOpen({ id }: Mutant): boolean {
    const { found, tests } = this.state;
    return (
      !found.includes(id) &&
      (this.tests.some((test) => tests[test] === undefined) ||
        Object.values(tests).some(
          ({ met, early, passed, passedAlone }) =>
            (met.includes(id) && !passed.includes(id)) || (early.includes(id) && !passedAlone.includes(id)),
        ))
    );
  }
}

/** What a process found about one of its files. */
type Noted = Pick<Told, 'early' | 'met' | 'ms' | 'found' | 'passed'> & {
  readonly endless?: readonly number[];
  readonly spoilt?: readonly number[];
};

const partOf = ({ early, met, ms, found, passed, endless, spoilt }: Told, n: number): Noted => {
  const own = (ids: readonly (number | undefined)[]) =>
    ids.flatMap((id) => (id !== undefined && Math.floor(id / STRIDE) === n ? [id - n * STRIDE] : []));
  const [there, gone] = [own([endless]), own([spoilt])];
  const lists = { early: own(early), met: own(met), found: own(found), passed: own(passed) };
  return { ...lists, endless: there, spoilt: gone, ...(ms !== undefined && { ms }) };
};

/** All mutants that can be tried in one process. */
const together = async (test: string, lookings: readonly Looking[]): Promise<void> => {
  const about = lookings.filter((one) => one.state.tests[test] === undefined || one.wanted(test).length > 0);
  for (; about.length > 0 && !isOver();) {
    const ids = about.flatMap((one, n) => one.wanted(test).map((id) => n * STRIDE + id));
    const files = about.map(({ file }) => file);
    const told = await askFor({ files, test }, ids, join(CACHE, `notes-${process.pid}`), isOver);
    about.forEach((one, n) => one.note(test, partOf(told, n)));
    if (told.spoilt === undefined && told.endless === undefined) return;
  }
};

const look = async (targets: readonly Target[]): Promise<string[]> => {
  const lookings = targets.map((target) => new Looking(target));
  const msOf = (test: string) => Math.max(...lookings.map(({ state }) => state.tests[test]?.ms ?? 0));
  const tests = [...new Set(lookings.flatMap((one) => one.tests))].sort((a, b) => msOf(a) - msOf(b));
  const having = (test: string) => lookings.filter((one) => one.tests.includes(test));
  for (const test of tests) await together(test, having(test));
  for (const test of tests) for (const one of having(test)) await one.alone(test);
  return lookings.flatMap(told);
};

const told = (looking: Looking): string[] => {
  const { file, state, mutants } = looking;
  const lines = read(file).split('\n');
  const open = mutants.filter((one) => looking.isOpen(one));
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
  const all = sown(read(file)).mutants.length;
  const sampled = mutants.length < all ? `; a sample of ${mutants.length} from ${all}, seed ${values.seed}` : '';
  console.log(`${file}: ${killed} of ${asked} found, ${same} the same in every way: ${share} %${rest}${sampled}`);
  return unexplained.map(({ line, was, becomes, id }) => `${file}:${line} #${id}: ${was} → ${becomes || 'nothing'}`);
};

mkdirSync(CACHE, { recursive: true });
const strange = positionals.filter((file) => !TARGETS.some((target) => target.file === file));
if (strange.length > 0) throw new Error(`no target of targets.ts: ${strange.join(', ')}`);
const chosen = TARGETS.filter(({ file }) => positionals.length === 0 || positionals.includes(file));
const living = await look(chosen);
for (const line of living) console.log(line.replaceAll(/\s+/g, ' '));
process.exitCode = living.length > 0 ? 1 : 0;
