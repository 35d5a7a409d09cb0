// Interim protection on the same day: what is served no longer says the person's values while the model still knows
// them. A ticket so protected can wait, as long as the policy says, for others to share a run with.
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { storedPolicy } from '#core/policy.ts';
import { GATHERING } from '#core/gathering.ts';
import type { ArtifactStore, Ports } from '#core/ports.ts';
import { Protection, protect } from '#core/protection.ts';
import type { Ticket } from '#core/ticket.ts';
import { defineStep } from '#core/step.ts';
import { suiteRows } from './admission.ts';
import { commitEvent, forgetSetOf, notReady, openTicket, requestOf, TicketInput } from './step-support.ts';

export const suppressOutput = defineStep({
  name: 'suppress-output',
  input: TicketInput,
  output: z.strictObject({ gatherUntil: Instant, protection: Protection.optional() }),
  uses: ['tickets', 'vault', 'models', 'artifacts', 'serving', 'clock'],
  async run({ ticketId }, ports) {
    const { tickets, artifacts, serving, clock } = ports;
    const found = await openTicket(tickets, ticketId);
    if ('suppression' in found.ticket) return outcome(found.ticket, artifacts);
    if (found.ticket.status !== 'ADMITTED') throw notReady('suppress-output', found.ticket);
    const { rule, protection } = await protectionOf(found.ticket, ports);
    await serving.suppress(found.ticket.model, { id: ticketId, ...rule });
    const event = { type: 'output-suppressed', ruleId: ticketId, protection } as const;
    const { ticket } = await commitEvent({ tickets, clock }, found, event);
    return outcome(ticket, artifacts);
  },
});

/** The rule for a ticket, tried on the rows of the model's suite where it has one. */
const protectionOf = async (
  { id, model: name }: Ticket,
  { vault, models, artifacts }: Pick<Ports, 'vault' | 'models' | 'artifacts'>,
) => {
  const [{ records }, { subject }] = [await forgetSetOf(vault, id), await requestOf(vault, id)];
  const { suite } = (await models.get(name)).model;
  const rows = suite === undefined ? undefined : await suiteRows(name, suite, artifacts);
  const secret = await vault.commit(id, new TextEncoder().encode('suppression rule'));
  return protect(secret, records, subject, rows);
};

const outcome = async (ticket: Ticket, artifacts: ArtifactStore) => {
  const protection = 'suppression' in ticket ? ticket.suppression.protection : undefined;
  return { gatherUntil: await gatherUntil(ticket, artifacts), ...(protection && { protection }) };
};

const gatherUntil = async (ticket: Ticket, artifacts: ArtifactStore): Promise<string> => {
  const since = 'suppression' in ticket ? ticket.suppression.at : ticket.updatedAt;
  const { gathering } = await storedPolicy(artifacts, ticket.policy);
  return new Date(Date.parse(since) + (gathering ?? GATHERING).windowSeconds * 1000).toISOString();
};
