// Everything in one process over one data folder: the stores, the durable interpreter on the deployed state machines,
// jobs as child processes, serving in this process. Needs no account and no network. Trap: opening the folder continues
// everything that was running when the process last ended.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpCourier } from '#adapters/http/courier.ts';
import { localPorts, type LocalPorts } from '#adapters/local/index.ts';
import { storeError } from '#adapters/local/durable-file.ts';
import { lateEngine } from '#state-machine/late-engine.ts';
import { createAslEngine, type AslEngine, type Halts } from '#state-machine/engine.ts';
import { createProcessJobQueue, type JobProgress } from '#adapters/local/process-job-queue.ts';
import { openModelFolder } from '#engine/formats/made-folder.ts';
import { inference } from '#engine/inference.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { promptsOf } from '#datasets/rendering.ts';
import { type Digest, canonicalize } from '#core/canonical.ts';
import { isQuittanceError, must } from '#core/errors.ts';
import { checkRungs } from '#containers/rungs.ts';
import { parsePolicy, type GatePolicy } from '#core/policy.ts';
import type { Message } from '#core/training-record.ts';
import {
  RECERTIFICATIONS,
  RECERTIFICATION_TRIGGERS,
  SCHEDULED_STEPS,
  STEP_SCHEDULES,
  type Recurrence,
  type ScheduledStep,
} from '#core/schedules.ts';
import { TicketInput } from '#functions/step-support.ts';
import { issueCertificate } from '#functions/issue-certificate.ts';
import { findStep, steps } from '#functions/steps.ts';
import { wakeAnswered } from '#functions/wake-answered.ts';
import { bare } from './bare-error.ts';
import { readPolicy } from './policies.ts';

export interface Embedded {
  readonly ports: LocalPorts;
  readonly engine: AslEngine;
  /** Names of the executions that were under way when the folder was opened, and go on since. */
  readonly unfinished: readonly string[];
  /** Calls a step as a person does; error codes are those of its ports. */
  call(step: string, input: unknown): Promise<unknown>;
  /** The gate policy that it was opened with, or another one, in the store. */
  policy(other?: GatePolicy): Promise<Digest>;
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  onJob?: (progress: JobProgress) => void;
  /** The gate policy for new tickets; default the shipped one. */
  policy?: GatePolicy;
  /** Longest answer of served models, in tokens. */
  maxTokens?: number;
}

const workflow = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../workflows/${name}.asl.json`, import.meta.url), 'utf8'));

const WORKFLOWS = ['erasure', 'unlearn', 'recertify'] as const;

/** What a schedule on AWS calls directly. The interpreter's timer can only start workflows, so each step is one. */
const ALONE: Readonly<Record<ScheduledStep, { readonly workflow: string; readonly schedule: string }>> = {
  'send-reminders': { workflow: 'remind', schedule: 'reminders' },
  'write-portfolio': { workflow: 'report', schedule: 'portfolio' },
  'destroy-drafts': { workflow: 'sweep-drafts', schedule: 'drafts' },
  'retry-letters': { workflow: 'try-letters-again', schedule: 'letters' },
  'wake-answered': { workflow: 'tell-answers', schedule: 'answers' },
};

const alone = (step: ScheduledStep) => ({
  StartAt: step,
  States: { [step]: { Type: 'Task', Resource: `\${${step}}`, TimeoutSeconds: 300, End: true } },
});

/** What `${name}` stands for when embedded: steps and jobs have their own names. */
const substitutions = (policy: Digest): Record<string, string> => ({
  ...Object.fromEntries(steps.map(({ name }) => [name, name])),
  ...Object.fromEntries(WORKFLOWS.map((name) => [`workflow-${name}`, name])),
  'job-unlearn': 'unlearn',
  'job-evaluate': 'evaluate',
  'job-recertify': 'recertify',
  'job-queue': 'local',
  'gate-policy': policy,
});

/** What is known only after the engine was made: itself, and that its folder was closed. */
interface Late {
  engine?: AslEngine;
  closed?: true;
}

/** Runs a step by name. What it meets once its stores are closed is no fault: it runs again at the next opening. */
const stepRunner = (ports: LocalPorts, late: Late) => async (name: string, payload: unknown) => {
  try {
    const result = await findStep(name).handle(payload, ports);
    if (name === issueCertificate.name)
      await watchModel(ports, mustBeOpen(late.engine), TicketInput.parse(payload).ticketId);
    return result;
  } catch (error) {
    throw late.closed ? error : (halts(error) ?? bare(error, { where: `step ${name}`, event: payload }));
  }
};

/** STORE_LOCKED while another process has the folder. */
export const openEmbedded = async (dir: string, options: EmbeddedOptions = {}): Promise<Embedded> => {
  const late: Late = {};
  let queue: ReturnType<typeof createProcessJobQueue> | undefined;
  const bytes = policyBytes(options.policy ?? readPolicy());
  mkdirSync(dir, { recursive: true });
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
    workflows: () => lazyEngine(() => late.engine),
    courier: httpCourier(),
  });
  const policy = await ports.artifacts.put(bytes);
  const engine = createAslEngine({
    database: join(dir, 'workflows.sqlite'),
    workflows: allWorkflows(),
    substitutions: substitutions(policy),
    functions: stepRunner(ports, late),
    jobs: queue ?? ports.jobs,
    halts,
    clock: ports.clock,
  });
  late.engine = engine;
  const unfinished = (await engine.listExecutions()).flatMap(({ name, status }) =>
    status === 'RUNNING' ? [name] : [],
  );
  await engine.resume();
  await tellAnswers(ports);
  await scheduleAll(ports, engine);
  return assemble(ports, engine, unfinished, policy, async () => {
    late.closed = true;
    await queue?.close();
  });
};

/** What fails here is met again by its schedule, and keeps no folder from being opened. */
const tellAnswers = async (ports: LocalPorts): Promise<void> => {
  await wakeAnswered
    .handle({}, ports)
    .catch((error: unknown) => bare(error, { where: 'step wake-answered', event: {} }));
};

const allWorkflows = () => ({
  ...Object.fromEntries(WORKFLOWS.map((name) => [name, workflow(name)])),
  ...Object.fromEntries(SCHEDULED_STEPS.map((step) => [ALONE[step].workflow, alone(step)])),
});

/** What starts by the clock: steps of their own, and the re-certifications of every certified model. */
const scheduleAll = async (ports: LocalPorts, engine: AslEngine): Promise<void> => {
  for (const step of SCHEDULED_STEPS) {
    const { workflow: named, schedule: name } = ALONE[step];
    await engine.schedule({ name, workflow: named, expression: here(STEP_SCHEDULES[step], ports), input: {} });
  }
  for (const { name, certificates } of await ports.models.list())
    if (certificates.length > 0) await scheduleRecertification(ports, engine, name);
};

/** A schedule's expression in this place's time zone. */
const here = ({ expression }: Recurrence, { place }: LocalPorts): string => `${expression} in ${place.timeZone}`;

/** Setting a schedule again keeps its next time, unless its expression has changed. */
const scheduleRecertification = async (ports: LocalPorts, engine: AslEngine, model: string): Promise<void> => {
  for (const trigger of RECERTIFICATION_TRIGGERS) {
    const expression = here(RECERTIFICATIONS[trigger], ports);
    const input = { model, trigger };
    await engine.schedule({ name: `recertify-${model}-${trigger}`, workflow: 'recertify', expression, input });
  }
};

/**
 * From its first certificate on, a model is re-certified by the interpreter's timer. Where it had certificates already,
 * this deployment changes the model under them, so it is re-certified at once too. Both have fixed names, so that a
 * crash cannot start them twice.
 */
const watchModel = async (ports: LocalPorts, engine: AslEngine, ticketId: string): Promise<void> => {
  const { ticket } = await ports.tickets.get(ticketId);
  const { model } = await ports.models.get(ticket.model);
  await scheduleRecertification(ports, engine, model.name);
  if (model.certificates.length < 2) return;
  const name = `${model.name}-change-${model.digest.slice('sha256:'.length, 'sha256:'.length + 16)}`;
  await engine.start({ workflow: 'recertify', name, input: { model: model.name, trigger: 'change' } });
};

/** POLICY_INVALID. */
const policyBytes = (policy: GatePolicy): Uint8Array => Buffer.from(canonicalize(checkRungs(parsePolicy(policy))));

/** What a step meets that is no fault of the step; the same work goes on once it is settled. */
const OF_THE_MACHINE = ['STORE_FULL', 'STORE_READ_ONLY', 'CLOCK_WENT_BACK'] as const;

const halts: Halts = (error) => {
  const known = storeError(error);
  return OF_THE_MACHINE.some((code) => isQuittanceError(known, code)) ? (known as Error) : undefined;
};

const assemble = (
  ports: LocalPorts,
  engine: AslEngine,
  unfinished: readonly string[],
  policy: Digest,
  closeQueue: () => Promise<void>,
): Embedded => ({
  ports,
  engine,
  unfinished,
  call: (step, input) => findStep(step).handle(input, ports),
  policy: async (other) => (other ? ports.artifacts.put(policyBytes(other)) : policy),
  async close() {
    await engine.close();
    await closeQueue();
    ports.close();
  },
});

/** Engine and ports need each other, so the port looks the engine up when it is first used. */
const lazyEngine = (engine: () => AslEngine | undefined): LocalPorts['workflows'] =>
  lateEngine(() => mustBeOpen(engine()));

const mustBeOpen = (engine: AslEngine | undefined): AslEngine => must(engine, 'open workflow engine');

/** Greedy answers of the model in a folder to conversations, asked through its chat template where it has one. */
const answer = async (
  folder: string,
  conversations: readonly (readonly Message[])[],
  maxTokens: number,
): Promise<string[]> => {
  const prompts = await promptsOf({ template: readChatTemplate(folder) }, conversations);
  const { model } = openModelFolder(folder);
  try {
    return inference(model)
      .generate(prompts, { maxTokens })
      .map(({ text }) => text.trim());
  } finally {
    model.dispose();
  }
};
