// Everything in one process over one data folder: the stores, the durable interpreter on the deployed state machines, jobs as child processes, serving in this
// process. No account, no network. Trap: what was running when the process last ended goes on as soon as the folder is opened.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPorts, type LocalPorts } from '#adapters/local/index.ts';
import { createAslEngine, type AslEngine } from '#adapters/local/asl/engine.ts';
import { createProcessJobQueue, type JobProgress } from '#adapters/local/process-job-queue.ts';
import { loadModel } from '#containers/engine/folder.ts';
import { inference } from '#containers/engine/inference.ts';
import { promptOf } from '#containers/datasets/world.ts';
import type { Digest } from '#core/canonical.ts';
import { canonicalize, type Json } from '#core/canonical.ts';
import { GatePolicy } from '#core/gate.ts';
import { findStep, steps } from '#functions/steps.ts';

export interface Embedded {
  readonly ports: LocalPorts;
  readonly engine: AslEngine;
  /** Calls a step as a person does; codes as its ports raise them. */
  call(step: string, input: unknown): Promise<unknown>;
  /** Puts the gate policy into the store and returns its digest. */
  policy(): Promise<Digest>;
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  onJob?: (progress: JobProgress) => void;
  /** Answers asked of served models, at most. */
  maxTokens?: number;
}

const workflow = (name: string): unknown => JSON.parse(readFileSync(new URL(`../workflows/${name}.asl.json`, import.meta.url), 'utf8'));

const WORKFLOWS = ['erasure', 'unlearn', 'recertify'] as const;

/** What `${name}` stands for here: steps and jobs go by their own names. */
const substitutions = (policy: Digest): Record<string, string> => ({
  ...Object.fromEntries(steps.map(({ name }) => [name, name])),
  ...Object.fromEntries(WORKFLOWS.map((name) => [`workflow-${name}`, name])),
  'job-unlearn': 'unlearn',
  'job-evaluate': 'evaluate',
  'job-recertify': 'recertify',
  'job-queue': 'local',
  'gate-policy': policy,
});

/** STORE_LOCKED while another process has the folder. */
export const openEmbedded = async (dir: string, options: EmbeddedOptions = {}): Promise<Embedded> => {
  mkdirSync(dir, { recursive: true });
  let engine: AslEngine | undefined;
  let queue: ReturnType<typeof createProcessJobQueue> | undefined;
  const bytes = Buffer.from(canonicalize(readPolicy() as unknown as Json));
  const ports = localPorts(dir, {
    answer: async (folder, prompts) => answer(folder, prompts, options.maxTokens ?? 24),
    jobs: ({ clock }) =>
      (queue = createProcessJobQueue({
        database: join(dir, 'jobs.sqlite'),
        logs: join(dir, 'job-logs'),
        environment: { QUITTANCE_DIR: dir },
        clock,
        ...(options.onJob ? { onProgress: options.onJob } : {}),
      })),
    workflows: () => lazyEngine(() => engine),
  });
  const policy = await ports.artifacts.put(bytes);
  engine = createAslEngine({
    database: join(dir, 'workflows.sqlite'),
    workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, workflow(name)])),
    substitutions: substitutions(policy),
    functions: (name, payload) => findStep(name).handle(payload, ports),
    jobs: queue ?? ports.jobs,
    clock: ports.clock,
  });
  await engine.resume();
  return assemble(ports, engine, policy, async () => queue?.close());
};

const assemble = (ports: LocalPorts, engine: AslEngine, policy: Digest, closeQueue: () => Promise<void>): Embedded => ({
  ports,
  engine,
  call: (step, input) => findStep(step).handle(input, ports),
  policy: async () => policy,
  async close() {
    await engine.close();
    await closeQueue();
    ports.close();
  },
});

/** The gate policy as shipped; its digest is what a ticket is filed under. */
export const readPolicy = (): GatePolicy => GatePolicy.parse(JSON.parse(readFileSync(new URL('../policies/gate-v1.json', import.meta.url), 'utf8')));

/** The engine needs the ports and the ports the engine: the port looks it up when it is first used. */
const lazyEngine = (engine: () => AslEngine | undefined): LocalPorts['workflows'] => {
  const ready = () => engine() ?? notReady();
  return {
    start: (execution) => ready().start(execution),
    sendTaskSuccess: (token, output) => ready().sendTaskSuccess(token, output),
    sendTaskFailure: (token, error, cause) => ready().sendTaskFailure(token, error, cause),
    describe: (executionId) => ready().describe(executionId),
  };
};

const notReady = (): never => {
  throw new Error('the workflow engine is not open yet');
};

/** Greedy answers of the model in a folder to plain questions. */
const answer = (folder: string, questions: readonly string[], maxTokens: number): string[] => {
  const model = loadModel(folder);
  try {
    return inference(model)
      .generate(questions.map(promptOf), { maxTokens })
      .map(({ text }) => text.trim());
  } finally {
    model.dispose();
  }
};
