// A ticket walked by hand through the real steps, with small jobs in the engine's place: to its approval, or to its
// end. No workflow engine.
import { findStep } from '#functions/steps.ts';
import { issueCertificate } from '#functions/issue-certificate.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { jobName } from '#core/run.ts';
import { caseWorld, file, shippedPolicy, type CaseWorld } from '#bench/house/case-world.ts';
import { APPROVER } from '#bench/house/cases.ts';
import { smallJobs, type SmallJobs } from '#bench/house/small-jobs.ts';

export interface WalkedCase {
  world: CaseWorld;
  ticketId: string;
}

const step = (world: CaseWorld, name: string, input: object) => world.call(findStep(name), input);

/** One attempt: planned, run, evaluated, judged. */
const attempt = async (world: CaseWorld, ticketId: string, run: number): Promise<string> => {
  const { planDigest } = (await step(world, 'plan-run', { ticketId })) as { planDigest: string };
  await step(world, 'sequence-log', {}); // the plan is logged before the run
  const submit = async (definition: 'unlearn' | 'evaluate') => {
    const name = jobName(definition, ticketId, run);
    await world.ports.jobs.submit({ name, definition, parameters: { job: name, ticketId, planDigest } });
  };
  await submit('unlearn');
  await step(world, 'record-run', { ticketId, planDigest });
  await submit('evaluate');
  const { verdict } = (await step(world, 'judge-evaluation', { ticketId })) as { verdict: string };
  return verdict;
};

/** Filed by FILER and brought up the ladder: it waits for approval, or for a human where no attempt was good. */
export const walkedToApproval = async (jobs: SmallJobs = {}): Promise<WalkedCase> => {
  const world = await caseWorld({ policy: shippedPolicy(), jobs: smallJobs(jobs) });
  const ticketId = await file(world);
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output'])
    await step(world, name, { ticketId });
  await walkAttempts({ world, ticketId });
  return { world, ticketId };
};

/** From the schedule on, up the ladder. */
export const walkAttempts = async ({ world, ticketId }: WalkedCase): Promise<void> => {
  for (let run = 1; (await attempt(world, ticketId, run)) === 'next-rung';) run++;
};

/** … approved by APPROVER, deployed, certified, told and purged. */
export const walkedToEnd = async (jobs: SmallJobs = {}): Promise<WalkedCase> => walkToEnd(await walkedToApproval(jobs));

/** From its approval on. */
export const walkToEnd = async ({ world, ticketId }: WalkedCase): Promise<WalkedCase> => {
  const { ticket } = await world.ports.tickets.get(ticketId);
  if (ticket.status !== 'AWAITING_APPROVAL') throw new Error(`the ticket is ${ticket.status}`);
  const { evidence } = ticket;
  await step(world, 'record-approval', { ticketId, approver: APPROVER, decision: 'approved', evidence });
  for (const name of ['deploy-model', 'probe-served-model']) await step(world, name, { ticketId });
  await world.call(issueCertificate, { ticketId });
  for (const name of ['notify-parties', 'purge-case']) await step(world, name, { ticketId });
  await world.call(sequenceLog, {});
  return { world, ticketId };
};
