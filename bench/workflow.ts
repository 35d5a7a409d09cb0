// Durable state transitions a second of the embedded interpreter with fifty executions at once: a loop of a function
// call, an increment and a choice, and a loop of calls only, where every transition waits for its commit. A transition
// is a state entered, as AWS counts them; transitions are counted from the stored history after the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';

export interface WorkflowBench {
  executions: number;
  transitions: number;
  seconds: number;
  /** Loop of Task, Pass and Choice. */
  transitionsPerSecond: number;
  /** Loop of Tasks only: one call and its commit each. */
  taskTransitionsPerSecond: number;
}

const count = { 'n.$': 'States.MathAdd($.n, 1)', 'of.$': '$.of' };
const again = (next: string) => [{ Variable: '$.n', NumericLessThanPath: '$.of', Next: next }];

const WORKFLOWS = {
  mixed: {
    StartAt: 'Work',
    States: {
      Work: { Type: 'Task', Resource: 'work', ResultPath: '$.result', TimeoutSeconds: 60, Next: 'Count' },
      Count: { Type: 'Pass', Parameters: count, Next: 'More' },
      More: { Type: 'Choice', Choices: again('Work'), Default: 'Done' },
      Done: { Type: 'Succeed' },
    },
  },
  calls: {
    StartAt: 'One',
    States: {
      One: { Type: 'Task', Resource: 'work', ResultPath: '$.result', TimeoutSeconds: 60, Next: 'Two' },
      Two: { Type: 'Task', Resource: 'work', ResultPath: '$.result', TimeoutSeconds: 60, Next: 'Three' },
      Three: { Type: 'Task', Resource: 'count', Next: 'More' },
      More: { Type: 'Choice', Choices: again('One'), Default: 'Done' },
      Done: { Type: 'Succeed' },
    },
  },
};

const functions = async (name: string, payload: unknown) => {
  const { n, of } = payload as { n: number; of: number };
  return name === 'count' ? { n: n + 1, of } : { digest: 'sha256:0000', n };
};

const noJobs = {
  submit: async () => Promise.reject(new Error('no jobs')),
  describe: async () => Promise.reject(new Error('no jobs')),
};

/** `rounds` of the loop in each of `executions` executions at once. */
export const benchWorkflow = async ({ executions = 50, rounds = 40 } = {}): Promise<WorkflowBench> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-workflow-'));
  const engine = createAslEngine({
    database: join(folder, 'workflows.sqlite'),
    workflows: WORKFLOWS,
    functions,
    jobs: noJobs,
    clock: { now: () => new Date() },
  });
  try {
    await measure(engine, 'mixed', 'warm', executions, 2);
    const mixed = await measure(engine, 'mixed', 'timed', executions, rounds);
    const calls = await measure(engine, 'calls', 'timed', executions, rounds);
    return { executions, ...mixed, transitionsPerSecond: rate(mixed), taskTransitionsPerSecond: rate(calls) };
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Measured {
  transitions: number;
  seconds: number;
}

const rate = ({ transitions, seconds }: Measured) => Math.round(transitions / seconds);

const measure = async (
  engine: AslEngine,
  workflow: string,
  label: string,
  executions: number,
  rounds: number,
): Promise<Measured> => {
  const names = Array.from({ length: executions }, (_, i) => `${label}-${i}`);
  const began = performance.now();
  const started = await Promise.all(names.map((name) => engine.start({ workflow, name, input: { n: 0, of: rounds } })));
  await Promise.all(started.map(({ executionId }) => engine.settled(executionId)));
  const seconds = (performance.now() - began) / 1000;
  const histories = await Promise.all(started.map(({ executionId }) => engine.history(executionId)));
  const entered = histories.flat().filter(({ type }) => type.endsWith('StateEntered'));
  return { transitions: entered.length, seconds };
};
