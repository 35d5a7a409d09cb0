// A process for ticket-crash.test.ts: one ticket's whole way on the real local stores and the real interpreter, killed
// with SIGKILL at the n-th write, before or after it. Arguments: folder, n (0: never), seconds after it. What people do
// (file, approve) is done again by each process, as a person would who got no answer.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPorts } from '#adapters/local/index.ts';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';
import { lateEngine } from '#state-machine/late-engine.ts';
import { assembleBundle } from '#core/bundle.ts';
import type { JobQueue, Ports, WorkflowEngine } from '#core/ports.ts';
import { putJson } from '#core/stored-json.ts';
import { verifyBundle } from '#core/verify.ts';
import { findStep } from '#functions/steps.ts';
import { openToken } from '#functions/task-tokens.ts';
import { seedHouse, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { APPROVER, requestOf } from '#bench/house/requests.ts';
import { memoryJobs } from '#adapters/memory/jobs.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#bench/house/workflow-harness.ts';

const [folder = '', killAt = '0', after] = process.argv.slice(2);

/** Odd numbers die before a write, even ones after it; but for writes that overlap. */
let points = 0;
const point = () => {
  points += 1;
  if (points !== Number(killAt)) return;
  if (after === undefined) process.kill(process.pid, 'SIGKILL');
  else spawn('sh', ['-c', `sleep ${after}; kill -9 ${process.pid}`]); // wherever it is by then, within a write too
};

const WRITES: Readonly<Record<string, readonly string[]>> = {
  tickets: ['create', 'commit', 'markSequenced'],
  vault: ['createKey', 'put', 'destroy'],
  artifacts: ['put', 'delete'],
  logStorage: ['put'],
  logHead: ['replace'],
  results: ['put'],
  models: ['put'],
  serving: ['promote', 'suppress', 'lift'],
  notifier: ['notify'],
  jobs: ['submit'],
  workflows: ['start', 'sendTaskSuccess', 'sendTaskFailure'],
};

const guarded = <P extends object>(port: P, writes: readonly string[]): P =>
  new Proxy(port, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property);
      if (typeof method !== 'function') return method;
      if (!writes.includes(String(property))) return method.bind(target) as unknown;
      return async (...args: unknown[]) => {
        point();
        const result: unknown = await method.apply(target, args);
        point();
        return result;
      };
    },
  });

const guardedPorts = <P extends object>(ports: P): P => {
  const entries = Object.entries(ports) as [string, object][];
  return Object.fromEntries(
    entries.map(([name, port]) => [name, WRITES[name] ? guarded(port, WRITES[name]) : port]),
  ) as unknown as P;
};

/** A job that ended is known to the next process too. */
const durableJobs = (stores: Pick<Ports, 'artifacts' | 'vault' | 'results' | 'models'>): JobQueue => {
  const dir = join(folder, 'jobs');
  mkdirSync(dir, { recursive: true });
  const queue = memoryJobs(smallJobs()(stores));
  const marker = (name: string) => join(dir, encodeURIComponent(name));
  return {
    submit: async (job) => {
      await queue.submit(job);
      writeFileSync(marker(job.name), JSON.stringify(await queue.describe(job.name)));
      return { jobId: job.name };
    },
    describe: async (jobId) =>
      JSON.parse(readFileSync(marker(jobId), 'utf8')) as Awaited<ReturnType<JobQueue['describe']>>,
  };
};

const late: { engine?: AslEngine } = {};
const engine = (): AslEngine => late.engine!;
const workflows: WorkflowEngine = lateEngine(engine);

const plain = localPorts(folder, {
  answer: async (_folder, prompts) => prompts.map(() => 'I cannot say.'),
  jobs: (stores) => durableJobs(guardedPorts(stores)),
  workflows: () => workflows,
});
if (!existsSync(join(folder, 'seeded'))) writeFileSync(join(folder, 'seeded'), await seedHouse(plain));
const policy = await putJson(plain.artifacts, shippedPolicy());
const ports = guardedPorts(plain);
late.engine = createAslEngine({
  database: join(folder, 'workflows.sqlite'),
  workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, definitionOf(name)])),
  substitutions: substitutions(),
  functions: async (name, payload) => findStep(name).handle(payload, ports),
  jobs: ports.jobs,
  clock: ports.clock,
  random: () => 0,
});
await engine().resume();

const moment = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Files until an answer came, which is kept. */
const file = async (): Promise<string> => {
  const answered = join(folder, 'filed');
  if (existsSync(answered)) return readFileSync(answered, 'utf8');
  const input = { request: requestOf(), policy, requestId: 'r-1' };
  const { ticketId } = (await findStep('file-ticket').handle(input, ports)) as { ticketId: string };
  writeFileSync(answered, ticketId);
  return ticketId;
};
const ticketId = await file();
/** How far the writes had come at the end of filing, and when approval was asked for. */
const phases = { filed: points, asked: 0 };
const ticket = async () => (await plain.tickets.get(ticketId)).ticket;

/** Approves as soon as it is asked for, and again where the first call may have died half-way. */
const approve = async () => {
  for (;;) {
    const one = await ticket();
    const asked = (await openToken(plain.vault, ticketId, 'approval')) !== undefined;
    const decidable = one.status === 'AWAITING_APPROVAL' || one.status === 'DEPLOYING';
    if (asked && phases.asked === 0) phases.asked = points;
    if (decidable && asked && 'evidence' in one)
      return findStep('record-approval').handle(
        {
          ticketId,
          approver: APPROVER,
          decision: 'approved',
          evidence: one.evidence,
          passphrase: 'a phrase of this test',
        },
        ports,
      );
    if (!decidable && ['VERIFYING_SERVED', 'COMPLETED', 'EVIDENCE_SEALED', 'PURGED'].includes(one.status)) return;
    if (one.status === 'DEPLOYING' && !asked) return;
    await moment();
  }
};
await approve();

const execution = (await engine().listExecutions()).find(({ name }) => name === ticketId)!;
const { status } = await engine().settled(execution.executionId);
const bundle = await assembleBundle(plain, ticketId);
const { ok, checks } = verifyBundle(bundle, { now: plain.clock.now() });
const { model } = await plain.models.get('house');
const result = {
  status,
  ticket: (await ticket()).status,
  events: (await plain.tickets.events(ticketId)).map(({ type, leafIndex }) => [type, leafIndex]),
  model: { status: model.status, deletions: model.deletions, certificates: model.certificates.length },
  moved: (await plain.serving.served('house'))?.digest === model.digest,
  // a write that was cut off left a file of its own
  notices: readdirSync(join(folder, 'outbox')).filter((name) => name.endsWith('.json')).length,
  verified: ok,
  checks: checks.length,
  executions: (await engine().listExecutions()).map(({ workflow }) => workflow).sort(),
};
await engine().close();
plain.close();
writeFileSync(join(folder, 'result.tmp'), JSON.stringify({ result, points, phases }));
renameSync(join(folder, 'result.tmp'), join(folder, 'result.json'));
