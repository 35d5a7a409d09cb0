// What a register or a monthly report says of one case: codes, dates and names of roles, from the ticket and its
// history. Days are those of the place where the case's controller sits. Trap: a purged ticket keeps no letters and no
// request, so that nothing here may ask for them.
import { z } from 'zod';
import { addDays, localDate } from '#core/days.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import { isClosed, OUTCOME_OF, type Status, type Ticket, type TicketEnd } from '#core/ticket.ts';
import { dueAsOf } from '#core/ticket-clock.ts';
import { EventType } from '#core/ticket-events.ts';
import { instantIn } from '#core/zoned-time.ts';

/** One event as far as a portfolio counts it; `code` is its reason, its failure or its state. */
export interface Happened {
  readonly day: string;
  readonly type: EventType;
  readonly code: string | null;
  readonly by: string | null;
}

export interface CaseFacts {
  readonly id: string;
  readonly model: string;
  readonly regime: Ticket['regime'];
  readonly ground: string;
  readonly channel: Ticket['channel'];
  readonly filer: string;
  readonly status: Status;
  readonly received: string;
  /** As it stood on the answer; unanswered, at the end of the last day that is counted, or now. */
  readonly statutoryDue: string;
  readonly extended: boolean;
  readonly outcome: TicketEnd | null;
  readonly reason: string | null;
  /** Certified, or closed without a deletion. */
  readonly ended: string | null;
  /** The requester was told how it ended. */
  readonly answered: string | null;
  readonly happened: readonly Happened[];
}

export type CasePorts = Pick<Ports, 'tickets' | 'clock'>;

/**
 * One at a time, because the histories of all would not fit into memory. `last`: the last day that is counted; of cases
 * that came after it, no history is asked for.
 */
export async function* everyCase({ tickets, clock }: CasePorts, last?: string): AsyncGenerator<CaseFacts> {
  const now = clock.now().toISOString();
  // a day more, because a place may be ahead of UTC
  const skips = (row: { readonly receivedAt: string }) =>
    last !== undefined && row.receivedAt.slice(0, 10) > addDays(last, 1);
  let after: string | undefined;
  do {
    const page = await tickets.page({ scope: 'all', limit: 500, after });
    for (const row of page.rows.filter((one) => !skips(one)))
      yield factsOf((await tickets.get(row.id)).ticket, await tickets.events(row.id), { now, last });
    after = page.next ?? undefined;
  } while (after !== undefined);
}

const Said = z.object({
  event: z.object({
    ...{ reason: z.string().optional(), code: z.string().optional(), state: z.string().optional() },
    ...{ verdict: z.string().optional(), by: z.string().optional(), approver: z.string().optional() },
  }),
});

interface AsOf {
  readonly now: string;
  readonly last?: string | undefined;
}

export const factsOf = (ticket: Ticket, events: readonly StoredEvent[], asOf: AsOf): CaseFacts => {
  const { id, model, regime, ground, channel, filer, status } = ticket;
  const day = (at: string) => localDate(at, ticket.calendar.timeZone);
  const happened = events.flatMap(({ type, at, body }): Happened[] => {
    const known = EventType.safeParse(type);
    const { event } = Said.safeParse(JSON.parse(body)).data ?? {};
    if (!known.success || !event) return [];
    const code = event.reason ?? event.code ?? event.state ?? event.verdict ?? null;
    return [{ day: day(at), type: known.data, code, by: event.by ?? event.approver ?? null }];
  });
  const answered = events.find(({ type }) => type === 'notified')?.at;
  const lastOf = (...types: EventType[]) => happened.findLast(({ type }) => types.includes(type))?.day ?? null;
  return {
    ...{ id, model, regime, ground, channel, filer, status },
    received: day(ticket.receivedAt),
    statutoryDue: dueAsOf(ticket, seenAt(ticket, answered, asOf)).statutoryDue,
    extended: ticket.clock.some(({ type }) => type === 'extend'),
    outcome: outcomeOf(ticket),
    reason: 'reason' in ticket && (isClosed(ticket) || status === 'PURGED') ? (ticket.reason ?? null) : null,
    ended: lastOf('certified', 'closed'),
    answered: answered === undefined ? null : day(answered),
    happened,
  };
};

/** When the case is looked at: what came after the last day has not happened yet. */
const seenAt = ({ calendar: { timeZone } }: Ticket, answered: string | undefined, { now, last }: AsOf): string => {
  const end = last === undefined ? now : (instantIn(timeZone, `${last}T23:59:59`) ?? now);
  const until = end < now ? end : now;
  return answered !== undefined && answered <= until ? answered : until;
};

const outcomeOf = (ticket: Ticket): TicketEnd | null => {
  if (ticket.status === 'PURGED') return ticket.outcome;
  if (isClosed(ticket)) return OUTCOME_OF[ticket.status];
  return ticket.status === 'EVIDENCE_SEALED' ? 'completed' : null;
};
