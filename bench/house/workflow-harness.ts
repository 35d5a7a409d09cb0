// The deployed state machines on the durable interpreter, over in-memory ports whose writes can fail, with small jobs
// that write real artefacts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lateEngine } from '#state-machine/late-engine.ts';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';
import type { Json } from '#core/canonical.ts';
import type { WorkflowEngine } from '#core/ports.ts';
import { findStep, steps } from '#functions/steps.ts';
import { openToken, type Wait } from '#functions/task-tokens.ts';
import { ticketHarness, type TicketHarness } from './ticket-harness.ts';
import type { HarnessOptions } from '#adapters/memory/ports.ts';

export const WORKFLOWS = ['erasure', 'unlearn', 'recertify'] as const;

export const definitionOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../workflows/${name}.asl.json`, import.meta.url), 'utf8'));
// Every name that the definitions may use, each substituted by itself.

/** Every name that the definitions may use, standing for itself. */
export const substitutions = (): Record<string, string> => ({
  ...Object.fromEntries(steps.map(({ name }) => [name, name])),
  ...Object.fromEntries(WORKFLOWS.map((name) => [`workflow-${name}`, name])),
  ...Object.fromEntries(['unlearn', 'evaluate', 'recertify'].map((name) => [`job-${name}`, name])),
  'job-queue': 'queue',
});

export interface WorkflowHarness extends TicketHarness {
  asl: AslEngine;
  /** Runs until the execution has ended; its status and error. */
  ended(name: string, workflow?: string): Promise<{ status: string; error?: string; output?: unknown }>;
  /** Runs until the ticket has the status. */
  until(ticketId: string, status: string): Promise<void>;
  /** Runs until a workflow task waits for people. */
  waits(ticketId: string, wait: Wait): Promise<void>;
  /** Runs until a notice by this template is out. */
  told(template: string): Promise<void>;
  close(): Promise<void>;
}

/** A step that a workflow calls: from which state, `unlearn/Plan run`, and which retry this is. */
export interface StepCall {
  readonly state: string;
  /** Id of the execution. */
  readonly execution: string;
  readonly step: string;
  readonly retry: number;
  /** Aborts when the workflow no longer waits for the answer. */
  readonly signal: AbortSignal;
}

interface WorkflowHarnessOptions extends HarnessOptions {
  // Called in place of each step, with a function that runs it; may fail before or after running it, or never answer.
  policy?: Json;
  /** Stands around each call of a step, where it can let it fail before or after it ran, or never answer. */
  around?: (call: StepCall, run: () => Promise<unknown>) => Promise<unknown>;
}
// Read from the interpreter's key for the call: execution, state, visit and retry.

/** From the interpreter's key for the call: execution, state, visit and retry. */
const callOf = (step: string, key: string, signal: AbortSignal): StepCall => {
  const [execution = '', state = '', counts = ''] = key.split('/');
  return {
    step,
    execution,
    state: `${execution.split(':')[0]!}/${state}`,
    retry: Number(counts.split('.')[1]),
    signal,
  };
};

export const workflowHarness = async ({
  around = (_call, run) => run(),
  ...options
}: WorkflowHarnessOptions): Promise<WorkflowHarness> => {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-workflow-'));
  const late: { harness?: TicketHarness; asl?: AslEngine } = {};
  const engine: WorkflowEngine = lateEngine(() => late.asl!);
  const harness = await ticketHarness({ ...options, workflows: engine });
  const asl = createAslEngine({
    database: join(folder, 'workflows.sqlite'),
    workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, definitionOf(name)])),
    substitutions: substitutions(),
    functions: async (name, payload, { idempotencyKey, signal }) =>
      around(callOf(name, idempotencyKey, signal), () => findStep(name).handle(payload, harness.ports)),
    jobs: harness.ports.jobs,
    // a retry waits a random part of its interval; here none
    clock: harness.ports.clock,
    random: () => 0, // a retry waits between nothing and its interval; here nothing
    clockPollMs: 5,
  });
  late.asl = asl;
  return {
    ...harness,
    asl,
    ...waiting(harness, asl),
    close: async () => (await asl.close(), rmSync(folder, { recursive: true, force: true })),
  };
};

const moment = () => new Promise((resolve) => setTimeout(resolve, 2));

/** What failed in any execution, for the message of a test that fails. */
const failures = async (asl: AslEngine): Promise<string> => {
  const histories = await Promise.all((await asl.listExecutions()).map(({ executionId }) => asl.history(executionId)));
  return JSON.stringify(
    histories
      .flat()
      .filter(({ type }) => type.endsWith('Failed'))
      .map(({ details }) => details),
  );
};

// Polls; where the execution has ended without what is waited for, it fails with the reason.
const waiting = (
  harness: TicketHarness,
  asl: AslEngine,
): Pick<WorkflowHarness, 'ended' | 'until' | 'waits' | 'told'> => {
  /** Polls; a test that waits for what can no longer come fails with the reason. */
  const poll = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    // asked before looking, so that the execution's last write is seen
    for (;;) {
      // asked first: what it wrote last is seen
      const running = (await asl.listExecutions()).some((one) => one.status === 'RUNNING');
      const seen = await look();
      if (seen !== undefined) return seen;
      if (!running) throw new Error(`every execution ended before ${what}: ${await failures(asl)}`);
      await moment();
    }
  };
  return {
    ended: async (name, workflow = 'erasure') => {
      const found = await poll(`${name} began`, async () =>
        (await asl.listExecutions()).find((execution) => execution.name === name && execution.workflow === workflow),
      );
      return asl.settled(found.executionId);
    },
    until: async (ticketId, status) => {
      await poll(status, async () =>
        (await harness.ports.tickets.get(ticketId)).ticket.status === status ? true : undefined,
      );
    },
    waits: async (ticketId, wait) => {
      await poll(`a wait for ${wait}`, () => openToken(harness.ports.vault, ticketId, wait));
    },
    told: async (template) => {
      await poll(template, async () => harness.notices.find((notice) => notice.template === template));
    },
  };
};
