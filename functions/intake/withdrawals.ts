// A sender wants its request no more, whether it waits still, is being filed, or is a case.
// Trap: who withdraws a case is the person, by an agent whom nobody here has seen, so that a case takes a second one.
import { QuittanceError } from '#core/errors.ts';
import { proposed } from '#core/guards.ts';
import type { Ports } from '#core/ports.ts';
import { publicStateOf } from '#core/statuses.ts';
import { settleAsk, standingOf } from '../asks.ts';
import { againOnConflict, commitEvent, type TicketVersion } from '../step-support.ts';
import type { IntakeRecord } from './records.ts';

export type Withdrawal = 'ended' | 'proposed';

/**
 * Ends it where nobody has taken it up; proposes its end to the people of the case otherwise. TICKET_ILLEGAL_TRANSITION
 * while they decide something else.
 */
export const withdrawIntake = async (
  { ask, by }: Pick<IntakeRecord, 'ask' | 'by'>,
  ports: Ports,
): Promise<Withdrawal> => {
  const at = ports.clock.now().toISOString();
  await settleAsk(ports, ask, { is: 'none', reason: 'withdrawn', by, at });
  // looked at after the word was left: whoever files it meanwhile finds the word, or is found here
  const now = (await standingOf(ports, ask))?.now;
  return now?.is === 'case' ? withdrawCase(now.ticketId, by, ports) : 'ended';
};

/** Proposes its end in the sender's name; TICKET_ILLEGAL_TRANSITION while something else is proposed. */
export const withdrawCase = (ticketId: string, by: string, ports: Ports): Promise<Withdrawal> =>
  againOnConflict(async () => proposeEnd(await ports.tickets.get(ticketId), by, ports));

/**
 * A case has one proposal at a time, so that a sender's would take the place of one that waits for its second word.
 * What is proposed since the look is in the way of the commit.
 */
const proposeEnd = async (found: TicketVersion, by: string, ports: Ports): Promise<Withdrawal> => {
  const { ticket } = found;
  if (publicStateOf(ticket).endedAt !== undefined) return 'ended';
  const proposal = 'proposal' in ticket ? ticket.proposal : undefined;
  if (proposal?.act === 'withdrawn') return 'proposed';
  if (proposal !== undefined)
    throw new QuittanceError('TICKET_ILLEGAL_TRANSITION', {
      message: `ticket ${ticket.id} is being decided`,
      expected: 'a later time, when what was proposed for the case is decided',
    });
  await commitEvent(ports, found, proposed({ type: 'closed', outcome: 'withdrawn', reason: 'by-agent', by }));
  return 'proposed';
};
