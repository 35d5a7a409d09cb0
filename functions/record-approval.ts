// Takes a second person's decision on the evidence: approver ≠ filer, bound to the digest they saw, once. Called by
// people; who approves signs the certificate as it will be issued. Order: check → sign → commit → tell the workflow.
// Trap: the commit is the decision; when the telling was lost, the same call by the same person tells it again, and any
// other call is a replay.
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { signDecision } from '#core/certificate.ts';
import { keyIdOf } from '#core/dsse.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { putJson } from '#core/stored-json.ts';
import { Code, TicketId, type Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { Asserted, Principal } from '#core/ticket-request.ts';
import { advance } from '#core/transitions.ts';
import { certificateDraft, type DraftPorts } from './certificate-draft.ts';
import { loggedTicket } from './logged-ticket.ts';
import { commitEvent, notReady } from './step-support.ts';
import { answerWait, openToken } from './task-tokens.ts';
import { wakeWaiting } from './turns.ts';
import { said } from './two-people.ts';

const Decision = z.strictObject({
  ticketId: TicketId,
  approver: Principal,
  asserted: Asserted,
  decision: z.enum(['approved', 'refused']),
  /** Digest of the evidence manifest that the approver was shown. */
  evidence: Digest,
  /** Of a refusal. */
  reason: Code.optional(),
  /** Of the approver's own key, where one unlocks it; used here and kept nowhere. */
  passphrase: z.string().min(1).max(1000).optional(),
});
type Decision = z.infer<typeof Decision>;

export const recordApproval = defineStep({
  name: 'record-approval',
  input: Decision,
  output: z.strictObject({ decision: z.enum(['approved', 'refused']) }),
  uses: [
    ...([
      'tickets',
      'models',
      'results',
      'vault',
      'artifacts',
      'workflows',
      'people',
      'ledger',
      'installation',
    ] as const),
    'clock',
  ],
  async run(decision, ports) {
    const { tickets, vault, artifacts, workflows, clock } = ports;
    const { ticketId } = decision;
    const found = await loggedTicket(ticketId, ports);
    const untold = isSame(found.ticket, decision) && (await openToken(vault, ticketId, 'approval')) !== undefined;
    if (!untold) {
      // it is all still there, unchanged
      if (found.ticket.status === 'AWAITING_APPROVAL') await artifacts.get(found.ticket.evidence);
      await commitEvent({ tickets, clock }, found, await eventOf(decision, found.ticket, ports));
    }
    await answerWait({ vault, workflows }, ticketId, 'approval', { decision: decision.decision });
    if (decision.decision === 'refused') await wakeWaiting(ports, found.ticket.model);
    return { decision: decision.decision };
  },
});

/** Whether this very decision was committed before. */
const isSame = (ticket: Ticket, { approver, decision, evidence }: Decision): boolean => {
  if (decision === 'refused') return ticket.status === 'REMEDIATION' && ticket.step === 'record-approval';
  return (
    ticket.status === 'DEPLOYING' && ticket.approval.approver === approver && ticket.approval.evidence === evidence
  );
};

const eventOf = async (asked: Decision, ticket: Ticket, ports: SigningPorts): Promise<TicketEvent> => {
  const { approver, decision, evidence, reason } = asked;
  if (decision === 'approved')
    return { type: 'approved', approver, evidence, decision: await signed(asked, ticket, ports), ...said(asked) };
  if (reason === undefined)
    throw new QuittanceError('INVALID_INPUT', { message: 'a refusal needs a reason', expected: 'a reason code' });
  return { type: 'approval-refused', approver, evidence, reason, ...said(asked) };
};

type SigningPorts = DraftPorts & Pick<Ports, 'people' | 'clock'>;

/** The approver's signature under what will be certified, as an artefact. Nobody signs what the transition refuses. */
const signed = async (asked: Decision, ticket: Ticket, ports: SigningPorts) => {
  const { approver, evidence, passphrase } = asked;
  const { people, artifacts, clock } = ports;
  const at = clock.now();
  advance(ticket, { type: 'approved', approver, evidence, decision: evidence }, at); // the refusal, before a signature
  if (ticket.status !== 'AWAITING_APPROVAL') throw notReady('record-approval', ticket);
  const key = keyIdOf(await people.prepare(approver, passphrase));
  const certificate = await certificateDraft(ticket, { approver, key, at }, ports);
  return putJson(artifacts, await signDecision(people, approver, certificate, passphrase));
};
