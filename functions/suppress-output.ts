// Interim protection the same day: what is served stops saying the person's values while the model still knows them.
import { shinglesOf } from '#core/suppression.ts';
import { defineStep } from '#core/step.ts';
import { forgetSetOf, moveOn, Nothing, notReady, openCase, TicketInput } from './case-file.ts';

export const suppressOutput = defineStep({
  name: 'suppress-output',
  input: TicketInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'serving', 'clock'],
  async run({ ticketId }, { tickets, vault, serving, clock }) {
    const found = await openCase(tickets, ticketId);
    if ('suppression' in found.ticket) return {};
    if (found.ticket.status !== 'ADMITTED') throw notReady('suppress-output', found.ticket);
    const { records } = await forgetSetOf(vault, ticketId);
    const secret = await vault.commit(ticketId, new TextEncoder().encode('suppression rule'));
    const shingles = shinglesOf(
      records.map(({ answer, value }) => value ?? answer),
      secret,
    );
    await serving.suppress(found.ticket.model, { id: ticketId, secret, shingles });
    await moveOn({ tickets, clock }, found, { type: 'output-suppressed', ruleId: ticketId });
    return {};
  },
});
