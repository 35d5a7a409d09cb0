// Acts that take two people: the first call proposes, the same call by another person does it. A call that is repeated
// by the same person changes nothing. Which acts these are, and who may be second, are guards (core/guards.ts).
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { needsTwo, proposalOf, proposed, type Joint } from '#core/guards.ts';
import type { Clock, TicketStore } from '#core/ports.ts';
import type { Ticket } from '#core/ticket.ts';
import { Asserted, Principal } from '#core/ticket-request.ts';
import { couldBeOne } from '#core/words/names.ts';
import { commitEvent, type TicketVersion } from './step-support.ts';

/** Whose act it is. */
export const BY = { by: Principal, asserted: Asserted } as const;
export type By = { readonly by: string; readonly asserted?: true | undefined };
/** … and whether that person has the role to be the second. */
export const EITHER = { ...BY, mayConfirm: z.boolean().default(true) } as const;

export const Agreement = z.strictObject({ outcome: z.enum(['proposed', 'done']) });
type Agreement = z.infer<typeof Agreement>['outcome'];

type Stores = { tickets: TicketStore; clock: Clock };

/** Commits the act, or the proposal of it where this is the first person. */
export const agree = async (
  stores: Stores,
  found: TicketVersion,
  event: Joint,
  mayConfirm: boolean,
): Promise<Agreement> => {
  const first = proposalOf(found.ticket, event);
  const alone = !takesTwo(found.ticket, event);
  if (!alone && first === undefined) {
    await commitEvent(stores, found, proposed(event));
    return 'proposed';
  }
  if (!alone && couldBeOne(first?.by ?? '', event.by)) return 'proposed';
  if (!alone && !mayConfirm)
    throw new QuittanceError('ACCESS_DENIED', {
      message: 'what another person proposed is for an approver to confirm',
      expected: 'the role approver',
    });
  const names = event.type === 'closed' || event.type === 'partly-refused';
  await commitEvent(stores, found, names && first ? { ...event, first: first.by } : event);
  return 'done';
};

/**
 * Whoever files may ask the requester for something and say at once that no answer came, which ends a request against
 * its requester; so that takes two as a refusal does. Not a guard: logs from before have such an end by the filer
 * alone.
 */
const takesTwo = (ticket: Ticket, event: Joint): boolean =>
  needsTwo(ticket, event) || (event.type === 'closed' && event.outcome === 'expired');

/** `asserted` as a field of an event, where it is so. */
export const said = ({ asserted }: { asserted?: true | undefined }) => (asserted ? { asserted } : {});
