// A ticket walked by hand through the real steps, with small jobs in the engine's place: to its approval, or to its
// end. No workflow engine.
import type { HarnessOptions } from '#adapters/memory/ports.ts';
import type { Courier } from '#core/ports.ts';
import { findStep } from '#functions/steps.ts';
import { issueCertificate } from '#functions/issue-certificate.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { jobName } from '#core/run.ts';
import { ticketHarness, file, shippedPolicy, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { smallJobs, type SmallJobs } from '#bench/house/small-jobs.ts';

export interface WalkedTicket {
  harness: TicketHarness;
  ticketId: string;
}

const step = (harness: TicketHarness, name: string, input: object) => harness.call(findStep(name), input);

/** One attempt: planned, run, evaluated, judged. */
const attempt = async (harness: TicketHarness, ticketId: string, run: number): Promise<string> => {
  const { planDigest } = (await step(harness, 'plan-run', { ticketId })) as { planDigest: string };
  await step(harness, 'sequence-log', {}); // the plan is logged before the run
  const submit = async (definition: 'unlearn' | 'evaluate') => {
    const name = jobName(definition, ticketId, run);
    await harness.ports.jobs.submit({ name, definition, parameters: { job: name, ticketId, planDigest } });
  };
  await submit('unlearn');
  await step(harness, 'record-run', { ticketId, planDigest });
  await submit('evaluate');
  const { verdict } = (await step(harness, 'judge-evaluation', { ticketId })) as { verdict: string };
  return verdict;
};

/**
 * Who is asked outside, and another signer. Those outside have the machine's clock, so the walk has it too: from its
 * start, after each answer.
 */
type Outside = Pick<HarnessOptions, 'attestors' | 'courier' | 'signer'>;

const keepingUp = (courier: Courier, keepUp: () => void): Courier => ({
  post: (...asked) => courier.post(...asked).finally(keepUp),
});

/** Filed by FILER and brought up the ladder: it waits for approval, or for a human where no attempt was good. */
export const walkedToApproval = async (
  jobs: SmallJobs = {},
  change: Parameters<typeof file>[1] = {},
  { courier, ...outside }: Outside = {},
): Promise<WalkedTicket> => {
  const late: { keepUp?: () => void } = {};
  const asked = courier && { courier: keepingUp(courier, () => late.keepUp?.()) };
  const harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs(jobs), ...outside, ...asked });
  late.keepUp = () => harness.clock.advance((Date.now() - harness.ports.clock.now().getTime()) / 1000);
  if (courier) late.keepUp();
  const ticketId = await file(harness, change);
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output'])
    await step(harness, name, { ticketId });
  await walkAttempts({ harness, ticketId });
  return { harness, ticketId };
};

/** From the schedule on, up the ladder. */
export const walkAttempts = async ({ harness, ticketId }: WalkedTicket): Promise<void> => {
  for (let run = 1; (await attempt(harness, ticketId, run)) === 'next-rung';) run++;
};

/** … approved by APPROVER, deployed, certified, told and purged. */
export const walkedToEnd = async (jobs: SmallJobs = {}, outside: Outside = {}): Promise<WalkedTicket> =>
  walkToEnd(await walkedToApproval(jobs, {}, outside));

/** From its approval on. */
export const walkToEnd = async ({ harness, ticketId }: WalkedTicket): Promise<WalkedTicket> => {
  const { ticket } = await harness.ports.tickets.get(ticketId);
  if (ticket.status !== 'AWAITING_APPROVAL') throw new Error(`the ticket is ${ticket.status}`);
  const { evidence } = ticket;
  await step(harness, 'record-approval', { ticketId, approver: APPROVER, decision: 'approved', evidence });
  for (const name of ['deploy-model', 'probe-served-model']) await step(harness, name, { ticketId });
  await harness.call(issueCertificate, { ticketId });
  for (const name of ['notify-parties', 'purge-case']) await step(harness, name, { ticketId });
  await harness.call(sequenceLog, {});
  return { harness, ticketId };
};
