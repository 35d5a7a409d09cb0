// Fixes the next attempt before anything is computed: base, method, settings, seed, the digest of the policy that will
// judge it, and how many people and records its evaluation asks. The plan is an artefact and its digest an event, which
// the workflow logs before the job starts. An attempt that another ticket's run has carried out already is taken over
// with its plan.
import { z } from 'zod';
import { askedBy } from '#core/asked.ts';
import { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { GatePolicy } from '#core/policy.ts';
import {
  attemptOf,
  gather,
  lastInLine,
  noRunUnderWay,
  preparedFor,
  sideOfResult,
  type Queue,
} from '#core/gathering.ts';
import type { Ports } from '#core/ports.ts';
import { jobName, JobResult, RunManifest, UnlearnPlan, type GatheredResult } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { TicketId, type Run, type TicketIn } from '#core/ticket.ts';
import { keepExecution } from './running.ts';
import { commitEvent, forgetSetOf, notReady, openTicket, sideArtefact } from './step-support.ts';
import { queueOf, resultOf } from './turns.ts';

export const planRun = defineStep({
  name: 'plan-run',
  /** `execution`: the one that carries the run out; executions from before that was asked for do not say it. */
  input: z.strictObject({ ticketId: TicketId, execution: z.string().min(1).max(2048).optional() }),
  output: z.union([
    /** `made`: an unlearning job of this plan has reported already. */
    z.strictObject({
      next: z.enum(['run', 'made']),
      planDigest: Digest,
      unlearnJob: z.string(),
      evaluateJob: z.string(),
    }),
    /** Another ticket's run is under way. */
    z.strictObject({ next: z.literal('wait') }),
  ]),
  uses: ['tickets', 'models', 'artifacts', 'results', 'vault', 'clock'],
  async run({ ticketId, execution }, ports) {
    if (execution !== undefined) await keepExecution(ports.vault, ticketId, execution);
    const found = await openTicket(ports.tickets, ticketId);
    const { ticket } = found;
    if (ticket.status === 'UNLEARNING' || ticket.status === 'EVALUATING')
      return answerFor(ticketId, ticket.run.plan, ticket.run.number, ports);
    if (ticket.status !== 'SCHEDULED') throw notReady('plan-run', ticket);
    const queue = await queueOf(ports, ticket.model);
    const prepared = preparedFor(ticket, queue);
    if (!prepared && !noRunUnderWay(ticket, queue)) return { next: 'wait' as const };
    const planDigest = prepared
      ? await takeOver(ticket, prepared, ports)
      : await putJson(ports.artifacts, await planOf(ticket, queue, ports));
    const { run: number, rung, base, method } = await getJson(ports.artifacts, planDigest, UnlearnPlan);
    const run: Run = { number, rung, plan: planDigest, base, method };
    await commitEvent(ports, found, { type: 'run-planned', run, policy: ticket.policy });
    return answerFor(ticketId, planDigest, number, ports);
  },
});

type Scheduled = TicketIn<'SCHEDULED'>;
type PlanPorts = Pick<Ports, 'models' | 'artifacts' | 'results' | 'vault'>;

const planOf = async (ticket: Scheduled, queue: Queue, ports: PlanPorts): Promise<UnlearnPlan> => {
  const policy = await getJson(ports.artifacts, ticket.policy, GatePolicy);
  const attempt = attemptOf(ticket, policy);
  if (!attempt)
    throw new QuittanceError('GATE_NOT_MET', { message: `the ladder of ticket ${ticket.id} has no rung left` });
  const { model, policy: digest, quantisation } = ticket;
  const gathers = gather(ticket, queue, policy);
  const from = await baseOf(queue, ports);
  const suite = from.side?.suite ?? sideArtefact((await ports.models.get(model)).model, 'suite');
  const { records } = await forgetSetOf(ports.vault, ticket.id);
  return {
    kind: 'quittance-plan/v1',
    model,
    policy: digest,
    quantisation,
    ...attempt,
    ...from,
    asked: await askedBy(ports, suite, records),
    ...(gathers.length > 0 ? { gathers } : {}),
  };
};

/** What is served, or the last candidate that is going to be, with what stands beside it. */
const baseOf = async (
  queue: Queue,
  { results }: Pick<PlanPorts, 'results'>,
): Promise<Pick<UnlearnPlan, 'base' | 'side'>> => {
  const last = lastInLine(queue);
  if (!last) return { base: queue.served };
  const result =
    queue.prepared.get(last.ticketId)?.unlearn ?? (await results.get(jobName('unlearn', last.ticketId, last.run)));
  const side = sideOfResult(JobResult.parse(result));
  return { base: last.candidate, ...(side ? { side } : {}) };
};

/** Copies the results that another ticket's run prepared to this ticket's own job name. */
const takeOver = async (
  { id, runs }: Scheduled,
  prepared: GatheredResult,
  { results }: Pick<PlanPorts, 'results'>,
): Promise<Digest> => {
  await results.put(jobName('unlearn', id, runs.length + 1), prepared.unlearn);
  await results.put(jobName('evaluate', id, runs.length + 1), prepared.evaluate);
  return prepared.plan;
};

type MadePorts = Pick<Ports, 'results' | 'artifacts'>;

const answerFor = async (ticketId: string, planDigest: Digest, number: number, ports: MadePorts) => {
  const unlearnJob = jobName('unlearn', ticketId, number);
  const made = await isMade(unlearnJob, planDigest, ports);
  const next = made ? ('made' as const) : ('run' as const);
  return { next, planDigest, unlearnJob, evaluateJob: jobName('evaluate', ticketId, number) };
};

const isMade = async (job: string, planDigest: Digest, { results, artifacts }: MadePorts): Promise<boolean> => {
  const found = await resultOf(results, job);
  if (found === undefined) return false;
  return (await getJson(artifacts, JobResult.parse(found).result, RunManifest)).plan === planDigest;
};
