// A process for wake-crash.test.ts, on the real local stores and the real interpreter. `answer`: files a case that
// waits for proof of identity, records it, and is killed with SIGKILL before the workflow hears of it. `wake`: a new
// process on the same folder, as the one that opens it next; writes what wake-answered told and where the case went.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPorts } from '#adapters/local/index.ts';
import { modelRecord, putModel, textModel } from '#bench/house/models.ts';
import { FILER, requestOf } from '#bench/house/requests.ts';
import { houseSuite } from '#bench/house/suite.ts';
import { trainingRows } from '#bench/house/ticket-harness.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#bench/house/workflow-harness.ts';
import { trainingManifest } from '#core/forget-set.ts';
import type { JobQueue, WorkflowEngine } from '#core/ports.ts';
import { putJson } from '#core/stored-json.ts';
import { findStep } from '#functions/steps.ts';
import { openToken } from '#functions/task-tokens.ts';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';

const [folder = '', mode = ''] = process.argv.slice(2);
const LOW = { method: 'e-mail-link', level: 'low', verifiedAt: '2026-03-01T09:00:00.000Z' } as const;

/** Taken and never ended: what follows the check of identity is enough to see that the case went on. */
const jobs: JobQueue = { submit: async ({ name }) => ({ jobId: name }), describe: async () => ({ status: 'RUNNING' }) };
const late: { engine?: AslEngine } = {};
const engine = (): AslEngine => late.engine!;
const workflows: WorkflowEngine = {
  start: (execution) => engine().start(execution),
  sendTaskSuccess: (token, output) => engine().sendTaskSuccess(token, output),
  sendTaskFailure: (token, error, cause) => engine().sendTaskFailure(token, error, cause),
  stop: (executionId, reason) => engine().stop(executionId, reason),
  describe: (executionId) => engine().describe(executionId),
};
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

const seed = async () => {
  const manifest = await trainingManifest(trainingRows(), (purpose, text) => ports.pseudonyms.of(purpose, text));
  const digest = await putModel(ports.artifacts, textModel('house base'));
  const side = {
    trainingManifest: await putJson(ports.artifacts, manifest),
    suite: await putJson(ports.artifacts, houseSuite('house')),
  };
  await ports.models.put(modelRecord({ digest, ...side }), 0);
  await ports.serving.promote('house', digest, undefined);
};

const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};

const statusOf = async (id: string) => (await ports.tickets.get(id)).ticket.status;

const answer = async () => {
  await seed();
  const policyText = readFileSync(new URL('../../policies/gate-v1.json', import.meta.url), 'utf8');
  const policy = await putJson(ports.artifacts, JSON.parse(policyText));
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
