// Takes the result of a later identity check and lets the waiting workflow continue. Called by people: the caller is
// recorded as the one who checked.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { IdentityClaim } from '#core/ticket-request.ts';
import { commitEvent, Nothing, openTicket } from './step-support.ts';
import { answerWait } from './task-tokens.ts';
import { BY, said } from './two-people.ts';

export const recordIdentity = defineStep({
  name: 'record-identity',
  input: z.strictObject({ ticketId: TicketId, identity: IdentityClaim, ...BY }),
  output: Nothing,
  uses: ['tickets', 'vault', 'workflows', 'clock'],
  async run({ ticketId, identity, by, ...person }, { tickets, vault, workflows, clock }) {
    if (Date.parse(identity.verifiedAt) > clock.now().getTime()) throw yetToCome(clock.now());
    const found = await openTicket(tickets, ticketId);
    if (!('identity' in found.ticket))
      await commitEvent({ tickets, clock }, found, {
        type: 'identity-verified',
        identity: { ...identity, verifiedBy: by },
        ...said(person),
      });
    await answerWait({ vault, workflows }, ticketId, 'identity', {});
    return {};
  },
});

const yetToCome = (now: Date) =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the check is dated after now',
    expected: `verifiedAt: at most ${now.toISOString()}`,
    fields: [{ field: 'identity.verifiedAt', rule: `a time up to ${now.toISOString()}` }],
  });
