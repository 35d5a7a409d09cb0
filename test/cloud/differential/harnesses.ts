// The same harness twice: the deployed definitions over the same steps and jobs, on the embedded interpreter and on
// LocalStack's Step Functions engine. What each execution did is returned as a trace. Trap: deadlines of days and
// pauses between retries are shortened in both; nothing else may differ from the deployment.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type HistoryEvent,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { lateEngine } from '#state-machine/late-engine.ts';
import { createAslEngine } from '#state-machine/engine.ts';
import { sfnWorkflowEngine } from '#adapters/aws/sfn-workflow-engine.ts';
import type { Json } from '#core/canonical.ts';
import { z } from 'zod';
import { must } from '#core/errors.ts';
import type { WorkflowEngine } from '#core/ports.ts';
import { findStep } from '#functions/steps.ts';
import { ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { smallJobs, type SmallJobs } from '#bench/house/small-jobs.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#bench/house/workflow-harness.ts';
import { nameIn, type TaskEndpoint, type Tasks } from './task-endpoint.ts';

/** What an execution did, in a form that both engines can report. */
export interface Trace {
  readonly execution: string;
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly entered: readonly string[];
  /** Types, with the error's name where there is one: `TaskFailed States.TaskFailed`. */
  readonly events: readonly string[];
}

/**
 * The n-th call of a step (`purge-case#1`) or job (`job unlearn#1`) fails with this error name, and so do the following
 * ones up to `times`.
 */
export interface Fault {
  readonly call: string;
  readonly error: string;
  readonly times?: number;
}

export interface DrivenSetup {
  readonly fault?: readonly Fault[];
  readonly jobs?: SmallJobs;
  /** Whether the served model still knows. */
  readonly knows?: boolean;
  /** Seconds after which a state gives up. */
  readonly timeouts?: Readonly<Record<string, number>>;
  readonly answer: (prompts: readonly string[]) => string[];
  readonly policy: Json;
}

export interface DrivenHarness extends TicketHarness {
  /** Every call so far, as `name#n`. */
  readonly calls: readonly string[];
  /** Whether no step is running. */
  idle(): boolean;
  /** Of every execution, by name. */
  traces(): Promise<Trace[]>;
  running(): Promise<boolean>;
  close(): Promise<void>;
}

interface Engine {
  readonly port: WorkflowEngine;
  executions(): Promise<{ id: string; execution: string; status: string }[]>;
  history(id: string): Promise<{ type: string; name: string | undefined; error: string | undefined }[]>;
  close(): Promise<void>;
}

type OpenEngine = (plan: DrivenSetup, tasks: Tasks) => Promise<Engine>;

const drivenBy = async (open: OpenEngine, plan: DrivenSetup): Promise<DrivenHarness> => {
  const late: { harness?: TicketHarness; engine?: Engine } = {};
  const engine: WorkflowEngine = lateEngine(() => late.engine!.port);
  const faults = new Calls(plan.fault ?? []);
  const handlers = smallJobs(plan.jobs);
  const harness = await ticketHarness({
    workflows: engine,
    policy: plan.policy,
    answer: (_model, prompts) => plan.answer(prompts),
    jobs: (ports) =>
      Object.fromEntries(
        Object.entries(handlers(ports)).map(([name, run]) => [
          name,
          (parameters) => faults.around(`job ${name}`, () => run(parameters)),
        ]),
      ),
  });
  const call = (name: string, payload: unknown) =>
    faults.around(name, () => findStep(name).handle(payload, harness.ports));
  late.engine = await open(plan, { call, jobs: harness.ports.jobs });
  return { ...harness, ...faults.seen(), ...following(late.engine) };
};

const told = ({ type, error }: { type: string; error: string | undefined }) =>
  error === undefined ? type : `${type} ${error}`;

const Caught = z.looseObject({ error: z.looseObject({ Cause: z.string() }) });

/** Of a child that was stopped, what it was called and when differ by engine; that it was stopped does not. */
const withoutCause = (output: unknown): unknown => {
  const { data } = Caught.safeParse(output);
  if (data === undefined || !/"Status": ?"ABORTED"/.test(data.error.Cause)) return output;
  return { ...data, error: { ...data.error, Cause: 'ABORTED' } };
};

/** LocalStack keeps no reason of an execution that was stopped, and lets the job under way end before it says so. */
const untilStopped = (events: readonly string[]): readonly string[] => {
  if (!events.at(-1)?.startsWith('ExecutionAborted')) return events;
  return [...events.slice(0, events.lastIndexOf('TaskStarted') + 1), 'ExecutionAborted'];
};

const following = (engine: Engine): Pick<DrivenHarness, 'traces' | 'running' | 'close'> => ({
  traces: async () => {
    const found = await engine.executions();
    const traces = found.map(async ({ id, execution }): Promise<Trace> => {
      const { status, output, error } = await engine.port.describe(id);
      const events = await engine.history(id);
      const entered = events.flatMap(({ type, name }) => (type.endsWith('StateEntered') ? [name ?? ''] : []));
      const end = {
        ...(output === undefined ? {} : { output: withoutCause(output) }),
        ...(error === undefined || status === 'ABORTED' ? {} : { error }),
      };
      return { execution, status, ...end, entered, events: untilStopped(events.map(told)) };
    });
    return (await Promise.all(traces)).sort((a, b) => a.execution.localeCompare(b.execution));
  },
  running: async () => (await engine.executions()).some(({ status }) => status === 'RUNNING'),
  close: () => engine.close(),
});

/** Counts calls, and makes those fail that the plan names. */
class Calls {
  readonly #faults: readonly Fault[];
  readonly #calls: string[] = [];
  readonly #counts = new Map<string, number>();
  #open = 0;

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  seen(): Pick<DrivenHarness, 'calls' | 'idle'> {
    return { calls: this.#calls, idle: () => this.#open === 0 };
  }

  async around<T>(name: string, run: () => Promise<T>): Promise<T> {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.#calls.push(`${name}#${count}`);
    const failing = this.#faults.find(({ call, times = 1 }) => {
      const [named, first] = [call.slice(0, call.lastIndexOf('#')), Number(call.slice(call.lastIndexOf('#') + 1))];
      return named === name && count >= first && count < first + times;
    });
    if (failing) throw Object.assign(new Error(`injected at ${name}#${count}`), { name: failing.error });
    this.#open += 1;
    try {
      return await run();
    } finally {
      this.#open -= 1;
    }
  }
}

/** No machine is so busy that it needs these for a state that is not meant to give up. */
const PATIENT_SECONDS = 86_400;

interface Adjustable {
  Comment?: string;
  Retry?: { IntervalSeconds?: number; MaxDelaySeconds?: number }[];
  TimeoutSeconds?: number;
}

const quickly = (workflow: string, { timeouts = {} }: DrivenSetup): unknown => {
  const definition = definitionOf(workflow) as Adjustable & { States: Record<string, Adjustable> };
  for (const [name, state] of [['the whole', definition] as const, ...Object.entries<Adjustable>(definition.States)]) {
    if (state.TimeoutSeconds !== undefined)
      state.TimeoutSeconds = timeouts[name] ?? Math.max(state.TimeoutSeconds, PATIENT_SECONDS);
    for (const retry of state.Retry ?? []) Object.assign(retry, { IntervalSeconds: 1, MaxDelaySeconds: 2 });
  }
  return definition;
};

export const embedded = (plan: DrivenSetup): Promise<DrivenHarness> =>
  drivenBy(async (_, { call, jobs }) => {
    const folder = mkdtempSync(join(tmpdir(), 'quittance-differential-'));
    const asl = createAslEngine({
      database: join(folder, 'workflows.sqlite'),
      workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, quickly(name, plan)])),
      substitutions: substitutions(),
      functions: call,
      jobs,
      clock: { now: () => new Date() },
      random: () => 0,
    });
    return {
      port: asl,
      executions: async () =>
        (await asl.listExecutions()).map(({ executionId, workflow, name, status }) => ({
          id: executionId,
          execution: `${workflow}/${name}`,
          status,
        })),
      history: async (id) =>
        (await asl.history(id)).map(({ type, details }) => {
          const { name, error } = details as { name?: string; error?: string };
          return { type, name, error };
        }),
      close: async () => (await asl.close(), rmSync(folder, { recursive: true, force: true })),
    };
  }, plan);

let opened = 0;
const ACCOUNT = 'us-east-1:000000000000';
const ROLE = 'arn:aws:iam::000000000000:role/workflows';

/** On Step Functions at `client`, whose Lambda and Batch calls come to `endpoint`. */
export const onStepFunctions =
  (client: SFNClient, endpoint: TaskEndpoint) =>
  (plan: DrivenSetup): Promise<DrivenHarness> =>
    drivenBy(async (_, tasks) => {
      const owner = `w${(opened += 1)}`;
      endpoint.add(owner, tasks);
      const machines: Record<string, string> = {};
      for (const workflow of ['unlearn', 'recertify', 'erasure']) {
        const name = nameIn(owner, workflow);
        const definition = substituted(owner, workflow, plan);
        const created = await client.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
        machines[workflow] = must(created.stateMachineArn, 'state machine');
      }
      return stepFunctions(client, machines);
    }, plan);

const substituted = (owner: string, workflow: string, plan: DrivenSetup): string =>
  JSON.stringify(quickly(workflow, plan)).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('workflow-'))
      return `arn:aws:states:${ACCOUNT}:stateMachine:${nameIn(owner, name.slice('workflow-'.length))}`;
    if (name.startsWith('job-')) return nameIn(owner, name.slice('job-'.length));
    return `arn:aws:lambda:${ACCOUNT}:function:${nameIn(owner, name)}`;
  });

const stepFunctions = (client: SFNClient, machines: Readonly<Record<string, string>>): Engine => ({
  port: sfnWorkflowEngine({ client, machines }),
  executions: async () => {
    const listed = Object.entries(machines).map(async ([workflow, stateMachineArn]) => {
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
      return executions.map(({ executionArn, name, status }) => ({
        id: must(executionArn, 'execution'),
        execution: `${workflow}/${must(name, 'name')}`,
        status: must(status, 'status'),
      }));
    });
    return (await Promise.all(listed)).flat();
  },
  history: async (executionArn) => {
    const events: HistoryEvent[] = [];
    for (let nextToken: string | undefined, first = true; first || nextToken !== undefined; first = false) {
      const page = await client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, ...(nextToken ? { nextToken } : {}) }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    }
    return events.map(({ type = '', stateEnteredEventDetails, ...rest }) => ({
      type,
      name: stateEnteredEventDetails?.name,
      error: errorIn(rest),
    }));
  },
  close: async () => undefined,
});

/** Each type of event has its details under a name of its own. */
const errorIn = (event: object): string | undefined =>
  Object.values(event).flatMap((details: unknown) =>
    typeof details === 'object' && details !== null && 'error' in details ? String(details.error) : [],
  )[0];
