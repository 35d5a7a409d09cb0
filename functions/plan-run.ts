// Fixes the next attempt before anything is computed: base, method, settings, seed, and the digest of the policy that will judge it. The plan is an artefact and
// its digest an event, which the workflow logs before the job starts.
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { GatePolicy } from '#core/gate.ts';
import { ladderOf, nextRung, seedOf } from '#core/ladder.ts';
import { jobName, type UnlearnPlan } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import type { Run, TicketIn } from '#core/ticket.ts';
import { moveOn, notReady, openCase, TicketInput } from './case-file.ts';

export const planRun = defineStep({
  name: 'plan-run',
  input: TicketInput,
  output: z.strictObject({ planDigest: Digest, unlearnJob: z.string(), evaluateJob: z.string() }),
  uses: ['tickets', 'models', 'artifacts', 'clock'],
  async run({ ticketId }, { tickets, models, artifacts, clock }) {
    const found = await openCase(tickets, ticketId);
    const { ticket } = found;
    if (ticket.status === 'UNLEARNING' || ticket.status === 'EVALUATING') return answerFor(ticketId, ticket.run);
    if (ticket.status !== 'SCHEDULED') throw notReady('plan-run', ticket);
    const policy = await getJson(artifacts, ticket.policy, GatePolicy);
    const { model } = await models.get(ticket.model);
    const plan = planOf(ticket, policy, model.digest);
    const planDigest = await putJson(artifacts, plan);
    const run: Run = { number: plan.run, rung: plan.rung, plan: planDigest, base: plan.base, method: plan.method };
    await moveOn({ tickets, clock }, found, { type: 'run-planned', run, policy: ticket.policy });
    return answerFor(ticketId, run);
  },
});

const planOf = (ticket: TicketIn<'SCHEDULED'>, policy: GatePolicy, base: Digest): UnlearnPlan => {
  const [rung, run] = [nextRung(ticket), ticket.runs.length + 1];
  const attempt = ladderOf(ticket, policy)[rung];
  if (!attempt)
    throw new QuittanceError('GATE_NOT_MET', { message: `the ladder of ticket ${ticket.id} has no rung left` });
  return {
    kind: 'quittance-plan/v1',
    ticketId: ticket.id,
    model: ticket.model,
    base,
    method: attempt.method,
    config: attempt.config,
    seed: seedOf(ticket.id, run),
    run,
    rung,
    policy: ticket.policy,
    quantisation: ticket.quantisation,
  };
};

const answerFor = (ticketId: string, { plan, number }: Run) => ({
  planDigest: plan,
  unlearnJob: jobName('unlearn', ticketId, number),
  evaluateJob: jobName('evaluate', ticketId, number),
});
