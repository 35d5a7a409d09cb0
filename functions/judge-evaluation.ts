// Applies the policy to the evaluation's tables. A pass is put together as evidence for an approver; otherwise the next
// rung is tried, and after the last a human decides.
// Trap: the tables must be those of the run's own candidate, in the form that would be served; others are refused, not
// judged.
import { z } from 'zod';
import { notAsAsked } from '#core/asked.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { QuittanceError } from '#core/errors.ts';
import type { EvidenceManifest } from '#core/evidence.ts';
import { judge, worthAnotherAttempt } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import { ladderOf } from '#core/ladder.ts';
import type { Ports } from '#core/ports.ts';
import { jobName, JobResult, UnlearnPlan } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import type { Ticket, TicketIn } from '#core/ticket.ts';
import { commitEvent, notReady, openTicket, TicketInput } from './step-support.ts';
import { wakeWaiting } from './turns.ts';

const Next = z.enum(['pass', 'next-rung', 'remediation']);

export const judgeEvaluation = defineStep({
  name: 'judge-evaluation',
  input: TicketInput,
  output: z.strictObject({ verdict: Next }),
  uses: ['tickets', 'models', 'results', 'artifacts', 'vault', 'workflows', 'clock'],
  async run({ ticketId }, ports) {
    const before = judged((await ports.tickets.get(ticketId)).ticket);
    if (before) return { verdict: before };
    const found = await openTicket(ports.tickets, ticketId);
    if (found.ticket.status !== 'EVALUATING') throw notReady('judge-evaluation', found.ticket);
    const policy = await getJson(ports.artifacts, found.ticket.policy, GatePolicy);
    const { tables, tablesBefore } = await evaluationOf(found.ticket, ports);
    const measured = await getJson(ports.artifacts, tables, EvaluationTables);
    refuseOtherQuestions(await getJson(ports.artifacts, found.ticket.run.plan, UnlearnPlan), measured);
    const judgement = judge(measured, policy);
    const rungLeft = found.ticket.run.rung + 1 < ladderOf(found.ticket, policy).length;
    const climb = rungLeft && worthAnotherAttempt(judgement);
    const evidence = evidenceOf(found.ticket, {
      tables,
      tablesBefore,
      judgement: await putJson(ports.artifacts, judgement),
    });
    const digest = await putJson(ports.artifacts, evidence);
    const event = {
      type: 'evaluated',
      tables,
      judgement: evidence.judgement,
      evidence: digest,
      verdict: judgement.verdict,
      climb,
    } as const;
    const after = (await commitEvent(ports, found, event)).ticket;
    await wakeWaiting(ports, after.model);
    return { verdict: judged(after) ?? 'remediation' };
  },
});

/** What the latest run was found to be; undefined while it is not judged. */
const judged = (ticket: Ticket): z.infer<typeof Next> | undefined => {
  if (ticket.status === 'REMEDIATION') return ticket.step === 'judge-evaluation' ? 'remediation' : undefined;
  if ('evidence' in ticket) return 'pass';
  return ticket.status === 'SCHEDULED' && ticket.runs.length > 0 ? 'next-rung' : undefined;
};

/** The evaluation job's tables, of this very candidate in the form that would be served. */
const evaluationOf = async (
  ticket: TicketIn<'EVALUATING'>,
  { results, artifacts }: Pick<Ports, 'results' | 'artifacts'>,
) => {
  const { result, also } = JobResult.parse(await results.get(jobName('evaluate', ticket.id, ticket.run.number)));
  const { model, quantisation } = await getJson(artifacts, result, EvaluationTables);
  if (model !== ticket.run.candidate || quantisation !== ticket.quantisation)
    throw new QuittanceError('MODEL_CHANGED', {
      message: 'the evaluation is of another model than the run made',
      expected: `${ticket.run.candidate} (${ticket.quantisation})`,
      got: `${model} (${quantisation})`,
    });
  return { tables: result, tablesBefore: also.before };
};

/** Whom it is measured on was fixed before the run, as the thresholds were. */
const refuseOtherQuestions = ({ asked }: UnlearnPlan, tables: EvaluationTables): void => {
  const fault = asked && notAsAsked(asked, tables);
  if (fault === undefined) return;
  throw new QuittanceError('JOB_FAILED', {
    message: `the evaluation asked something else than was planned: ${fault}`,
    expected: 'the people and records that the plan names',
    hint: "resume the ticket: 'quittance ticket resume' plans the attempt anew, by the suite that is there now",
  });
};

const evidenceOf = (
  { id, model, policy, run }: TicketIn<'EVALUATING'>,
  found: Pick<EvidenceManifest, 'tables' | 'tablesBefore' | 'judgement'>,
): EvidenceManifest => ({
  kind: 'quittance-evidence/v1',
  ticketId: id,
  model,
  base: run.base,
  candidate: run.candidate,
  policy,
  plan: run.plan,
  run: run.manifest,
  ...found,
});
