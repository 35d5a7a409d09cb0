// Rows of the transition table (transitions.ts) for what people do around a ticket. Most of them leave it where it is;
// a partial refusal takes records away, and an appeal opens what was refused.
import type { z } from 'zod';
import { CASEWORK_GUARDS } from './casework-guards.ts';
import type { ClockEvent } from './deadlines.ts';
import { GUARDS, PARTLY_REFUSABLE } from './guards.ts';
import { rule, type Rule } from './rule.ts';
import { BaseTicket, CLOSED, WorkingTicket, workingOf, type Status, type Ticket, type TicketIn } from './ticket.ts';
import type { EventOf, TicketEvent } from './ticket-events.ts';
import { withoutExemption, withoutProposal } from './ticket-moves.ts';

const OPEN = [
  ...WorkingTicket.options.map(({ shape }) => shape.status.value),
  ...(['ON_HOLD', 'CLARIFICATION_PENDING', 'REMEDIATION'] as const),
] as const;
type OpenStatus = (typeof OPEN)[number];
/** As long as there is a case. */
const EXISTING = [...OPEN, ...CLOSED, 'APPEALED'] as const satisfies readonly Status[];

/** Records that are left are counted anew from 1, and so are those that a second person confirmed. */
const withoutRecords = (
  ticket: TicketIn<(typeof PARTLY_REFUSABLE)[number]>,
  { records, reason, first, by }: EventOf<'partly-refused'>,
  at: string,
): Ticket => {
  const { counts, subjectConfirmed } = ticket;
  const numbers = (subjectConfirmed?.records ?? [])
    .filter((number) => !records.includes(number))
    .map((number) => number - records.filter((refused) => refused < number).length);
  return {
    ...withoutProposal(ticket),
    counts: { ...counts, records: counts.records - records.length },
    partlyRefused: { records, reason, by, ...(first !== undefined && { first }), at },
    ...(subjectConfirmed && { subjectConfirmed: { ...subjectConfirmed, records: numbers } }),
  };
};

type Counted = Pick<z.infer<typeof BaseTicket>, 'counts' | 'subjectConfirmed' | 'partlyRefused'>;

/** As they were before a part was refused: what is counted anew gets back the numbers of the request. */
const allRecordsOf = <T extends Counted>(ticket: T, refused: readonly number[]): T => {
  const { counts, subjectConfirmed } = ticket;
  const records = counts.records + refused.length;
  const left = Array.from({ length: records }, (_, i) => i + 1).filter((number) => !refused.includes(number));
  const next = {
    ...ticket,
    counts: { ...counts, records },
    ...(subjectConfirmed && {
      subjectConfirmed: { ...subjectConfirmed, records: subjectConfirmed.records.map((n) => left[n - 1] ?? n) },
    }),
  };
  delete next.partlyRefused;
  return next;
};

/** The case that waits gets them back as well as what it goes on as. */
const withAllRecords = (ticket: TicketIn<OpenStatus>, refused: readonly number[]): Ticket => {
  const next = allRecordsOf<Ticket>(ticket, refused);
  return 'from' in next ? { ...next, from: allRecordsOf(next.from, refused) } : next;
};

/** Records can come back to the others as long as these are not admitted. They are then a request of their own. */
const takesPartBack = (ticket: TicketIn<OpenStatus>): boolean =>
  (PARTLY_REFUSABLE as readonly Status[]).includes(workingOf(ticket).status);

const partDecided = (ticket: TicketIn<OpenStatus>, { outcome, by }: EventOf<'appeal-decided'>, at: string): Ticket => {
  const part = ticket.partlyRefused;
  if (part === undefined) return ticket; // which the guards refuse
  if (outcome === 'granted' && takesPartBack(ticket)) return withAllRecords(ticket, part.records);
  return {
    ...ticket,
    partlyRefused: { ...part, appeal: { on: part.appeal?.on ?? at, at, decidedBy: by, outcome } },
  };
};

/** The ticket as it was before it was refused, without the finding that it must be. */
const reopened = (ticket: TicketIn<'APPEALED'>): Ticket => {
  const back: Ticket = { ...ticket.from, ...BaseTicket.parse(ticket) };
  if (back.status === 'EXEMPTION_PENDING') return withoutExemption(back);
  delete back.exemption;
  return back;
};

const decided = (ticket: TicketIn<'APPEALED' | OpenStatus>, event: EventOf<'appeal-decided'>, at: string): Ticket => {
  if (ticket.status !== 'APPEALED') return partDecided(ticket, event, at);
  if (event.outcome === 'granted') return reopened(ticket);
  return { ...ticket, status: 'REFUSED', appeal: { on: ticket.appeal?.on ?? at, decidedBy: event.by, at } };
};

/** Of the whole request the case waits for the decision; of a part of it the rest goes on meanwhile. */
const appealed = (ticket: TicketIn<'REFUSED' | OpenStatus>, { on }: EventOf<'appealed'>, at: string): Ticket => {
  if (ticket.status !== 'REFUSED')
    return ticket.partlyRefused === undefined
      ? ticket // which the guards refuse
      : { ...ticket, partlyRefused: { ...ticket.partlyRefused, appeal: { on, at } } };
  const clock = [...ticket.clock, { type: 'appeal', at: on } satisfies ClockEvent];
  return { ...ticket, status: 'APPEALED', appeal: { on, at }, clock };
};

type CaseworkEvent =
  | 'acknowledged'
  | 'recipient-told'
  | 'linked'
  | 'assigned'
  | 'commented'
  | 'attached'
  | 'partly-refused'
  | 'appealed'
  | 'appeal-decided';

const G = CASEWORK_GUARDS;

export const CASEWORK_RULES: { readonly [Type in Extract<TicketEvent['type'], CaseworkEvent>]: Rule } = {
  acknowledged: rule('acknowledged', EXISTING, [G.notAcknowledged, G.onItsTime], (ticket, { on }) => ({
    ...ticket,
    acknowledgedOn: on,
  })),
  'recipient-told': rule(
    'recipient-told',
    EXISTING,
    [G.recipientIsOpen, G.onItsTime],
    (ticket, { recipient, how, on, by }) => ({
      ...ticket,
      told: [...(ticket.told ?? []), { recipient, how, on, by }],
    }),
  ),
  linked: rule('linked', EXISTING, [G.linkIsNew], (ticket, { ticket: other }) => ({
    ...ticket,
    linked: [...(ticket.linked ?? []), other],
  })),
  assigned: rule('assigned', EXISTING, [], (ticket, { to }) => {
    const next: Ticket = 'from' in ticket ? { ...ticket, from: { ...ticket.from } } : { ...ticket };
    delete next.assignee;
    if ('from' in next) delete next.from.assignee; // which a release would bring back
    return to === undefined ? next : { ...next, assignee: to };
  }),
  // words and files lie in the vault; the ticket stays where it is
  commented: rule('commented', EXISTING, [], (ticket) => ticket),
  attached: rule('attached', EXISTING, [], (ticket) => ticket),
  'partly-refused': rule(
    'partly-refused',
    PARTLY_REFUSABLE,
    [G.refusesAPart, G.partIsTyped, GUARDS.secondPerson],
    withoutRecords,
  ),
  appealed: rule('appealed', ['REFUSED', ...OPEN], [G.appealIsKnown, G.appealIsOpen, G.onItsTime], appealed),
  'appeal-decided': rule('appeal-decided', ['APPEALED', ...OPEN], [G.appealIsUndecided, G.deciderIsAnother], decided),
};
