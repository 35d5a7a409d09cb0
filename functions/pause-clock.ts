// The requester is asked for something, or has sent it: what the legal clock makes of it is the law's (core/counting).
// Both days may lie back, because people write them down later. Called by people. Trap: proof of identity is recorded
// by record-identity, which says who checked it; and work on the ticket goes on meanwhile.
import { z } from 'zod';
import { PauseReason } from '#core/counting.ts';
import { Deadlines, Instant, openPause } from '#core/deadlines.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { commitEvent } from './step-support.ts';
import { BY, said } from './two-people.ts';

export const pauseClock = defineStep({
  name: 'pause-clock',
  input: z.strictObject({ ticketId: TicketId, reason: PauseReason, since: Instant.optional(), ...BY }),
  output: z.strictObject({ due: Deadlines }),
  uses: ['tickets', 'clock'],
  async run({ ticketId, reason, since, by, ...person }, { tickets, clock }) {
    const found = await tickets.get(ticketId);
    const asked = since ?? clock.now().toISOString();
    const isKnown = openPause(found.ticket.clock, reason) !== undefined && since === undefined;
    const { ticket } = isKnown
      ? found
      : await commitEvent({ tickets, clock }, found, {
          type: 'clock-paused',
          reason,
          since: asked,
          by,
          ...said(person),
        });
    return { due: ticket.due };
  },
});

export const resumeClock = defineStep({
  name: 'resume-clock',
  input: z.strictObject({ ticketId: TicketId, reason: PauseReason, until: Instant.optional(), ...BY }),
  output: z.strictObject({ due: Deadlines }),
  uses: ['tickets', 'clock'],
  async run({ ticketId, reason, until, by, ...person }, { tickets, clock }) {
    const found = await tickets.get(ticketId);
    const came = until ?? clock.now().toISOString();
    const event = { type: 'clock-resumed', reason, until: came, by, ...said(person) } as const;
    const { ticket } = await commitEvent({ tickets, clock }, found, event);
    return { due: ticket.due };
  },
});
