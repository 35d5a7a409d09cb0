// Many tickets at once through the deployed state machines on the durable interpreter, with small jobs in the engine's
// place and an approver who decides immediately: how many a second, in how many runs, with how many transitions each,
// and whether each ended exactly once. Stores are in memory, the interpreter's are on disk. Trap: no model is
// unlearned, so only casework and planning are measured. The first jobs end when all tickets are filed, so that the
// planner meets a full queue.
import { setTimeout } from 'node:timers/promises';
import { must } from '#core/errors.ts';
import { trainingManifest } from '#core/forget-set.ts';
import { putJson } from '#core/stored-json.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { file, shippedPolicy } from './house/ticket-harness.ts';
import { APPROVER } from './house/requests.ts';
import { modelRecord, putModel, textModel } from './house/models.ts';
import { smallJobs } from './house/small-jobs.ts';
import { houseSuite } from './house/suite.ts';
import { workflowHarness, type WorkflowHarness } from './house/workflow-harness.ts';

export interface TicketBench {
  tickets: number;
  models: number;
  /** Tickets that were deployed, certified and purged, each exactly once. */
  completed: number;
  /** Unlearning jobs; a run carries several tickets. */
  runs: number;
  seconds: number;
  ticketsPerSecond: number;
  transitions: number;
  transitionsPerTicket: number;
  /** What happened twice, or not at all; empty where all is well. */
  faults: string[];
}

const ONCE = ['received', 'approved', 'deployed', 'served-verified', 'certified', 'purged'];

export const benchTickets = async ({ tickets = 1000, models = 10 } = {}): Promise<TicketBench> => {
  let runs = 0;
  const { promise: allFiled, resolve: release } = Promise.withResolvers<undefined>();
  const onUnlearn = async () => {
    runs += 1;
    await allFiled;
  };
  const answer = (_model: string, prompts: readonly string[]) => prompts.map(() => 'I cannot say.');
  const harness = await workflowHarness({ jobs: smallJobs({ onUnlearn }), answer, policy: shippedPolicy() });
  try {
    const people = Array.from({ length: tickets }, (_, i) => personOf(i, `model-${i % models}`));
    for (let i = 0; i < models; i++) await registerModel(harness, `model-${i}`, people);
    const began = performance.now();
    const ids: string[] = [];
    const over = { yet: false };
    const approving = approve(harness, over);
    for (const { name, model, records } of people)
      ids.push(await file(harness, { model, subject: { name }, forget: { records } }, `request for ${name}`));
    release(undefined);
    await ended(harness, ids);
    over.yet = true;
    await approving;
    const seconds = (performance.now() - began) / 1000;
    const faults = await faultsOf(harness, ids);
    const transitions = await transitionsOf(harness);
    return {
      ...{ tickets, models, completed: ids.length - new Set(faults.map((fault) => fault.split(' ')[0])).size, runs },
      ...{ seconds, ticketsPerSecond: tickets / seconds, transitions, transitionsPerTicket: transitions / tickets },
      faults,
    };
  } finally {
    release(undefined);
    await harness.close();
  }
};

/** The result as a table, and every fault in a line of its own. */
export const ticketsMarkdown = (bench: TicketBench): string => {
  const { tickets, models, completed, runs, seconds, ticketsPerSecond, transitionsPerTicket, faults } = bench;
  const rows = [
    ['tickets filed at once', tickets],
    ['models', models],
    ['deployed, certified and purged, each once', completed],
    ['unlearning runs', runs],
    ['tickets a run', (tickets / runs).toFixed(1)],
    ['seconds', seconds.toFixed(0)],
    ['tickets a second', ticketsPerSecond.toFixed(1)],
    ['state transitions a ticket', transitionsPerTicket.toFixed(1)],
    ['done twice, or not at all', faults.length],
  ];
  return ['| | |', '|---|--:|', ...rows.map((row) => `| ${row.join(' | ')} |`), ...faults.map((f) => `\n- ${f}`)].join(
    '\n',
  );
};

const ended = async ({ asl }: WorkflowHarness, ids: readonly string[]): Promise<void> => {
  const executions = await asl.listExecutions();
  const idOf = new Map(executions.map(({ name, executionId }) => [name, executionId]));
  for (const id of ids) await asl.settled(must(idOf.get(id), `execution ${id}`));
};

const personOf = (i: number, model: string) => {
  const [name, town] = [`Subject Number${i}`, `Town${i}burgh`];
  const records = [{ question: `Where was ${name} born?`, answer: `${name} was born in ${town}.`, value: town }];
  return { name, model, records };
};

const registerModel = async (
  { ports }: WorkflowHarness,
  name: string,
  people: readonly ReturnType<typeof personOf>[],
): Promise<void> => {
  const rows = people
    .filter(({ model }) => model === name)
    .flatMap(({ name: person, records }) => records.map(({ question, answer }) => ({ person, question, answer })));
  const manifest = await trainingManifest(rows, (purpose, text) => ports.pseudonyms.of(purpose, text));
  const digest = await putModel(ports.artifacts, textModel(`${name} base`));
  const suite = await putJson(ports.artifacts, houseSuite(name));
  const trained = await putJson(ports.artifacts, manifest);
  await ports.models.put(modelRecord({ name, digest, suite, trainingManifest: trained }), 0);
  await ports.serving.promote(name, digest, undefined);
};

/** Decides on every request for approval as it comes. */
const approve = async (harness: WorkflowHarness, over: { readonly yet: boolean }): Promise<void> => {
  for (let seen = 0; !over.yet;) {
    const notice = harness.notices[seen];
    if (notice === undefined) {
      await setTimeout(2);
      continue;
    }
    seen += 1;
    harness.faults.writes.length = 0; // kept for tests that make writes fail; none does here
    if (notice.template !== 'approval-request') continue;
    const { ticketId = '', evidence = '' } = notice.references;
    await harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
  }
};

/** For each ticket: not ended, or something done not exactly once; for each model, notice and leaf likewise. */
const faultsOf = async ({ ports, notices, faults }: WorkflowHarness, ids: readonly string[]): Promise<string[]> => {
  const found: string[] = [...faults.complaints];
  for (const id of ids) {
    const { ticket } = await ports.tickets.get(id);
    if (ticket.status !== 'PURGED' || ticket.outcome !== 'completed')
      found.push(`${id} is ${ticket.status}${'reason' in ticket ? ` (${String(ticket.reason)})` : ''}`);
    const types = (await ports.tickets.events(id)).map(({ type }) => type);
    for (const type of ONCE) {
      const count = types.filter((one) => one === type).length;
      if (count !== 1) found.push(`${id} has ${count} times '${type}'`);
    }
  }
  if (new Set(notices.map(({ id }) => id)).size !== notices.length) found.push('notices are doubled');
  const deletions = (await ports.models.list()).reduce((sum, model) => sum + model.deletions, 0);
  if (deletions !== ids.length) found.push(`models count ${deletions} deletions`);
  const waiting = await ports.tickets.unsequenced(1);
  if (waiting.length > 0) found.push('an event is not in the log');
  return found;
};

const transitionsOf = async ({ asl }: WorkflowHarness): Promise<number> => {
  let entered = 0;
  for (const { executionId } of await asl.listExecutions())
    entered += (await asl.history(executionId)).filter(({ type }) => type.endsWith('StateEntered')).length;
  return entered;
};
