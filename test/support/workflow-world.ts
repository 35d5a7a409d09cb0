// The deployed state machines on the durable interpreter, over in-memory ports whose writes can fail, with small jobs that write real artefacts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAslEngine, type AslEngine } from '#adapters/local/asl/engine.ts';
import type { WorkflowEngine } from '#core/ports.ts';
import { findStep, steps } from '#functions/steps.ts';
import { caseWorld, type CaseWorld } from './case-world.ts';
import type { WorldOptions } from './memory-ports.ts';

export const WORKFLOWS = ['erasure', 'unlearn', 'recertify'] as const;

export const definitionOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../workflows/${name}.asl.json`, import.meta.url), 'utf8'));

/** Every name that the definitions may use, standing for itself. */
export const substitutions = (): Record<string, string> => ({
  ...Object.fromEntries(steps.map(({ name }) => [name, name])),
  ...Object.fromEntries(WORKFLOWS.map((name) => [`workflow-${name}`, name])),
  ...Object.fromEntries(['unlearn', 'evaluate', 'recertify'].map((name) => [`job-${name}`, name])),
  'job-queue': 'queue',
});

export interface WorkflowWorld extends CaseWorld {
  asl: AslEngine;
  /** Runs until the execution has ended; its status and error. */
  ended(name: string, workflow?: string): Promise<{ status: string; error?: string; output?: unknown }>;
  /** Runs until the ticket has the status. */
  until(ticketId: string, status: string): Promise<void>;
  close(): Promise<void>;
}

export const workflowWorld = async (options: WorldOptions & { policy?: unknown }): Promise<WorkflowWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-workflow-'));
  const late: { world?: CaseWorld; asl?: AslEngine } = {};
  const engine: WorkflowEngine = {
    start: (execution) => late.asl!.start(execution),
    sendTaskSuccess: (token, output) => late.asl!.sendTaskSuccess(token, output),
    sendTaskFailure: (token, error, cause) => late.asl!.sendTaskFailure(token, error, cause),
    describe: (executionId) => late.asl!.describe(executionId),
  };
  const world = await caseWorld({ ...options, workflows: engine });
  const asl = createAslEngine({
    database: join(folder, 'workflows.sqlite'),
    workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, definitionOf(name)])),
    substitutions: substitutions(),
    functions: async (name, payload) => findStep(name).handle(payload, world.ports),
    jobs: world.ports.jobs,
    clock: world.ports.clock,
    random: () => 0, // a retry waits between nothing and its interval; here nothing
  });
  late.asl = asl;
  return {
    ...world,
    asl,
    ...waiting(world, asl),
    close: async () => (await asl.close(), rmSync(folder, { recursive: true, force: true })),
  };
};

const waiting = (world: CaseWorld, asl: AslEngine): Pick<WorkflowWorld, 'ended' | 'until'> => ({
  ended: async (name, workflow = 'erasure') => {
    const executions = await asl.listExecutions();
    const found = executions.find((execution) => execution.name === name && execution.workflow === workflow);
    return asl.settled(found!.executionId);
  },
  until: async (ticketId, status) => {
    for (;;) {
      const { ticket } = await world.ports.tickets.get(ticketId);
      if (ticket.status === status) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  },
});
