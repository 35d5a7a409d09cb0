// Interim protection the same day: what is served stops saying the person's values while the model still knows them.
// Protected so, a ticket can wait a while for others to share a run with, as long as the policy says.
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { GatePolicy } from '#core/policy.ts';
import { GATHERING } from '#core/gathering.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { getJson } from '#core/stored-json.ts';
import type { Ticket } from '#core/ticket.ts';
import { shinglesOf } from '#core/suppression.ts';
import { defineStep } from '#core/step.ts';
import { commitEvent, forgetSetOf, notReady, openTicket, TicketInput } from './step-support.ts';

export const suppressOutput = defineStep({
  name: 'suppress-output',
  input: TicketInput,
  output: z.strictObject({ gatherUntil: Instant }),
  uses: ['tickets', 'vault', 'artifacts', 'serving', 'clock'],
  async run({ ticketId }, { tickets, vault, artifacts, serving, clock }) {
    const found = await openTicket(tickets, ticketId);
    if ('suppression' in found.ticket) return { gatherUntil: await gatherUntil(found.ticket, artifacts) };
    if (found.ticket.status !== 'ADMITTED') throw notReady('suppress-output', found.ticket);
    const { records } = await forgetSetOf(vault, ticketId);
    const secret = await vault.commit(ticketId, new TextEncoder().encode('suppression rule'));
    const shingles = shinglesOf(
      records.map(({ answer, value }) => value ?? answer),
      secret,
    );
    await serving.suppress(found.ticket.model, { id: ticketId, secret, shingles });
    const { ticket } = await commitEvent({ tickets, clock }, found, { type: 'output-suppressed', ruleId: ticketId });
    return { gatherUntil: await gatherUntil(ticket, artifacts) };
  },
});

const gatherUntil = async (ticket: Ticket, artifacts: ArtifactStore): Promise<string> => {
  const since = 'suppression' in ticket ? ticket.suppression.at : ticket.updatedAt;
  const { gathering } = await getJson(artifacts, ticket.policy, GatePolicy);
  return new Date(Date.parse(since) + (gathering ?? GATHERING).windowSeconds * 1000).toISOString();
};
