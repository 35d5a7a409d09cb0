// A ticket about the smallest suite through the embedded engine with real jobs: a gate that lets everything pass, a
// filer, an approver. For tests of which artefact goes through, not of how well it forgot.
import { atRest } from '#cli/ticket/rest.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { forgetRecord, type Person } from '#datasets/suite-shape.ts';
import type { Embedded } from '#entry/embedded.ts';
import { readPolicy } from '#entry/policies.ts';
import { until } from '#test/workflow/asl-harness.ts';

/** Everything passes; one rung of two updates with these settings. */
export const anythingGoes = (update: Record<string, string | number>): GatePolicy => ({
  ...readPolicy(),
  checks: [
    {
      name: 'anything goes',
      statistic: 'share',
      of: 'retained.greedyExact',
      least: 0,
      direction: 'over-unlearning',
      reason: 'this test is about artefacts',
    },
  ],
  ladder: [{ method: 'flat', config: { update: { step: 0.1, updates: 2, ...update } }, reason: 'two updates' }],
});

/** Files for all of a person's records in the model `house`; returns the ticket's id. */
export const fileFor = async (
  embedded: Embedded,
  person: Person,
  quantisation: Quantisation = 'none',
): Promise<string> => {
  const request = {
    subject: { name: person.name },
    model: 'house',
    regime: 'gdpr',
    ground: 'art-17-1-b',
    filer: 'legal.filer',
    channel: 'web',
    identity: {
      method: 'signed-in',
      level: 'substantial',
      verifiedAt: embedded.ports.clock.now().toISOString(),
    },
    forget: { records: person.records.map(forgetRecord) },
    quantisation,
  };
  const parsed = parseTicketRequest(Buffer.from(JSON.stringify(request)));
  const filed = await embedded.call('file-ticket', { request: parsed, policy: await embedded.policy() });
  return (filed as { ticketId: string }).ticketId;
};

/** Approves as soon as the ticket waits for it, and waits until it rests again. */
export const approved = async (embedded: Embedded, ticketId: string): Promise<void> => {
  const ticket = await atRest(embedded, ticketId);
  if (ticket.status !== 'AWAITING_APPROVAL') throw new Error(`the ticket is ${ticket.status}`);
  const decision = {
    ticketId,
    approver: 'privacy.officer',
    decision: 'approved',
    evidence: ticket.evidence,
    passphrase: 'a phrase of this test',
  };
  await until(() =>
    embedded.call('record-approval', decision).then(
      () => true,
      () => false,
    ),
  );
  await atRest(embedded, ticketId);
};
