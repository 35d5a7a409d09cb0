// Where mutants are asked for. With QUITTANCE_ASK one process loads a test file once and wakes one mutant after the
// other, running those of its tests that meet it, quickest first, until one fails; what it finds out goes line by line
// to QUITTANCE_NOTES (asking.ts reads it). Without it the file runs as it is, and ends with its first failed test.
// Trap: what runs once, while the file is loaded or before all tests, runs with every mutant asleep; such mutants need
// a process of their own.
import { appendFileSync } from 'node:fs';
import NativeArraysEnvironment from '../support/environment.js';

const { QUITTANCE_ASK: asked, QUITTANCE_NOTES: notes } = process.env;
const note = (line) => appendFileSync(notes, `${JSON.stringify(line)}\n`);

const isLeftOut = ({ mode }) => mode === 'skip' || mode === 'todo';
const lineOf = (block) => (block === undefined ? [] : [...lineOf(block.parent), block]);
const hooksOf = (blocks, type) => blocks.flatMap(({ hooks }) => hooks.filter((hook) => hook.type === type));
const blocksIn = (block) =>
  isLeftOut(block) ? [] : [block, ...block.children.filter(({ type }) => type !== 'test').flatMap(blocksIn)];
const testsIn = (block) =>
  blocksIn(block).flatMap(({ children }) => children.filter((child) => child.type === 'test' && !isLeftOut(child)));

/** What is run one after the other, to the end: whether nothing failed. */
const passes = async (parts) => {
  let well = true;
  for (const part of parts) await Promise.resolve(part()).catch(() => (well = false));
  return well;
};
const called =
  ({ fn }) =>
  async () =>
    fn.call({});

export default class AsksForMutants extends NativeArraysEnvironment {
  #failed = false;

  async handleTestEvent({ name, test }, { rootDescribeBlock }) {
    if (name === 'run_start' && asked !== undefined) {
      await this.#ask(rootDescribeBlock, JSON.parse(asked));
      rootDescribeBlock.mode = 'skip';
    }
    if (name === 'test_done' && test.errors.length > 0) this.#failed = true;
    if (name === 'test_start' && this.#failed) test.mode = 'skip';
  }

  /** Made by the file that mutants are sown into; by us where no test has loaded it yet. */
  get #field() {
    return (this.global.__mutants ??= { woken: -1, met: new Set() });
  }

  async #ask(root, ids) {
    const blocks = blocksIn(root);
    await passes(hooksOf(blocks, 'beforeAll').map(called));
    note({ early: [...this.#field.met] });
    const tests = [];
    for (const test of testsIn(root)) tests.push(await this.#asleep(test));
    note({ met: [...new Set(tests.flatMap(({ met }) => [...met]))], ms: Math.round(performance.now()) });
    tests.sort((a, b) => a.ms - b.ms);
    for (const id of ids.filter((one) => tests.some(({ met }) => met.has(one)))) {
      note({ asking: id });
      note({ id, found: await this.#finds(tests, id) });
    }
    await passes(hooksOf(blocks, 'afterAll').map(called));
  }

  async #asleep(test) {
    const [field, begin] = [this.#field, performance.now()];
    field.met.clear();
    if (!(await this.#runs(test))) throw new Error(`'${test.name}' fails without any mutant`);
    return { test, met: new Set(field.met), ms: performance.now() - begin };
  }

  /** The name of the test that fails. One that fails asleep from then on was spoilt: nothing is said of the mutant. */
  async #finds(tests, id) {
    for (const { test, met } of tests) {
      if (!met.has(id)) continue;
      this.#field.woken = id;
      const passed = await this.#runs(test);
      this.#field.woken = -1;
      if (passed) continue;
      if (await this.#runs(test)) return test.name;
      note({ spoilt: id });
      throw new Error(`'${test.name}' fails after mutant ${id}`);
    }
    return null;
  }

  async #runs(test) {
    const line = lineOf(test.parent);
    const counted = async () => {
      const [missing] = this.global.expect.extractExpectedAssertionsErrors();
      if (missing) throw missing.error;
    };
    const before = hooksOf(line, 'beforeEach').map(called);
    const after = hooksOf(line.toReversed(), 'afterEach').map(called);
    const well = (await passes(before)) && (await passes([called(test)])) && (await passes([counted]));
    return (await passes(after)) && well;
  }
}
