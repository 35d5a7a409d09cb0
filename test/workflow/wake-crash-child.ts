// A process for wake-crash.test.ts, on the real local stores and the real interpreter. `answer`: files a case that
// waits for proof of identity, records it, and is killed with SIGKILL before the workflow hears of it. `wake`: a new
// process on the same folder, as the one that opens it next; writes what wake-answered told and where the case went.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPorts } from '#adapters/local/index.ts';
import { FILER, requestOf } from '#bench/house/requests.ts';
import { seedHouse, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#bench/house/workflow-harness.ts';
import type { JobQueue, WorkflowEngine } from '#core/ports.ts';
import { putJson } from '#core/stored-json.ts';
import { findStep } from '#functions/steps.ts';
import { openToken } from '#functions/task-tokens.ts';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';
import { lateEngine } from '#state-machine/late-engine.ts';

const [folder = '', mode = ''] = process.argv.slice(2);
const LOW = { method: 'e-mail-link', level: 'low', verifiedAt: '2026-03-01T09:00:00.000Z' } as const;

/** Taken and never ended: what follows the check of identity is enough to see that the case went on. */
const jobs: JobQueue = { submit: async ({ name }) => ({ jobId: name }), describe: async () => ({ status: 'RUNNING' }) };
const late: { engine?: AslEngine } = {};
const engine = (): AslEngine => late.engine!;
const workflows: WorkflowEngine = lateEngine(engine);
const ports = localPorts(folder, {
  answer: async (_folder, prompts) => prompts.map(() => 'I cannot say.'),
  jobs: () => jobs,
  workflows: () => workflows,
});
late.engine = createAslEngine({
  database: join(folder, 'workflows.sqlite'),
  workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, definitionOf(name)])),
  substitutions: substitutions(),
  functions: async (name, payload) => findStep(name).handle(payload, ports),
  jobs,
  clock: ports.clock,
});
await engine().resume();

const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};

const statusOf = async (id: string) => (await ports.tickets.get(id)).ticket.status;

const answer = async () => {
  await seedHouse(ports);
  const policy = await putJson(ports.artifacts, shippedPolicy());
  const input = { request: requestOf({ identity: LOW }), policy, requestId: 'r-1' };
  const { ticketId } = (await findStep('file-ticket').handle(input, ports)) as { ticketId: string };
  writeFileSync(join(folder, 'filed'), ticketId);
  await until(async () => (await openToken(ports.vault, ticketId, 'identity')) !== undefined);
  const killing: WorkflowEngine = {
    ...workflows,
    sendTaskSuccess: async () => void process.kill(process.pid, 'SIGKILL'),
  };
  const told = { ticketId, identity: { ...LOW, level: 'high' }, by: FILER };
  await findStep('record-identity').handle(told, { ...ports, workflows: killing });
};

const wake = async () => {
  const ticketId = readFileSync(join(folder, 'filed'), 'utf8');
  const found = await statusOf(ticketId);
  const first = await findStep('wake-answered').handle({}, ports);
  await until(async () => (await statusOf(ticketId)) === 'UNLEARNING' || (await statusOf(ticketId)) === 'SCHEDULED');
  const second = await findStep('wake-answered').handle({}, ports);
  const events = (await ports.tickets.events(ticketId)).map(({ type }) => type);
  const known = events.filter((type) => type === 'identity-verified').length;
  writeFileSync(join(folder, 'result.json'), JSON.stringify({ found, first, second, known }));
};

await (mode === 'wake' && existsSync(join(folder, 'filed')) ? wake : answer)();
await engine().close();
ports.close();
