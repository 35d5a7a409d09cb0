// Guards of what people do around a ticket: receipt confirmed and recipients told once, records refused that there are,
// an appeal that its law knows and that another person decides. Trap: a time that somebody writes down may lie back,
// but not before what it answers, and never ahead.
import { openPause } from './deadlines.ts';
import { PAUSE_REASONS } from './counting.ts';
import { unless, type Guard } from './guard.ts';
import { refusalLabel, regimeOf } from './regimes.ts';
import { daysAfter, RETENTION_DAYS } from './retention.ts';
import { countingOf } from './ticket-clock.ts';
import type { Ticket, TicketIn } from './ticket.ts';
import type { TicketEvent } from './ticket-events.ts';
import { couldBeOne } from './words/names.ts';

/** Since when `on` may be: the request, or the refusal that is appealed. */
const onItsTime: Guard = (ticket, event, at) => {
  if (!('on' in event)) return undefined;
  const from = (event.type === 'appealed' ? refusedAt(ticket) : undefined) ?? ticket.receivedAt;
  return unless(event.on >= from && event.on <= at, 'INVALID_INPUT', () => ({
    message: `ticket ${ticket.id}: that time cannot be`,
    expected: `a time from ${from} to ${at}`,
    got: event.on,
    fields: [{ field: 'on', rule: `a time from ${from} to ${at}` }],
  }));
};

const refusedAt = (ticket: Ticket): string | undefined =>
  'closedAt' in ticket ? ticket.closedAt : ticket.partlyRefused?.at;

const notAcknowledged: Guard = (ticket) =>
  unless(ticket.acknowledgedOn === undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `receipt of ticket ${ticket.id} was confirmed before, on ${ticket.acknowledgedOn ?? ''}`,
  }));

const recipientIsOpen: Guard = (ticket, event) => {
  if (event.type !== 'recipient-told') return undefined;
  const open = openRecipients(ticket);
  return unless(open.includes(event.recipient), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id}: nobody of this name is still to be told`,
    expected: open.join(', ') || 'a recipient whom the request names',
    got: event.recipient,
  }));
};

/** To whom the data was passed, of whom nothing says that they know of its end. */
export const openRecipients = ({ recipients = [], told = [] }: Ticket): readonly string[] =>
  recipients.filter((one) => !told.some(({ recipient }) => recipient === one));

const linkIsNew: Guard = (ticket, event) =>
  unless(
    event.type === 'linked' && event.ticket !== ticket.id && !(ticket.linked ?? []).includes(event.ticket),
    'TICKET_ILLEGAL_TRANSITION',
    () => ({ message: `ticket ${ticket.id} is linked to it already, or is the same`, expected: 'another ticket' }),
  );

const recordsOf = (event: TicketEvent): readonly number[] =>
  event.type === 'partly-refused' || event.type === 'act-proposed' ? (event.records ?? []) : [];

/** Some of the records, and once: who refuses all of them refuses the request. */
const refusesAPart: Guard = (ticket, event) => {
  const isPart = event.type === 'partly-refused' || (event.type === 'act-proposed' && event.act === 'partly-refused');
  if (!isPart) return undefined;
  const numbers = recordsOf(event);
  const { records } = ticket.counts;
  const fits = numbers.length > 0 && numbers.length < records && numbers.every((n) => n <= records);
  return unless(
    fits && ticket.partlyRefused === undefined,
    fits ? 'TICKET_ILLEGAL_TRANSITION' : 'INVALID_INPUT',
    () => ({
      message: `ticket ${ticket.id}: ${fits ? 'a part of it was refused before' : 'not a part of its records'}`,
      expected: `some of the records 1 to ${records}, not all of them`,
      got: numbers.join(', '),
      ...(!fits && { fields: [{ field: 'records', rule: `some of the numbers 1 to ${records}, not all` }] }),
    }),
  );
};

const partIsTyped: Guard = (ticket, event) =>
  unless(
    event.type === 'partly-refused' && refusalLabel(ticket.regime, event.reason) !== event.reason,
    'INVALID_INPUT',
    () => ({
      message: `a refusal under ${ticket.regime} needs a reason that its law knows`,
      expected: Object.keys(regimeOf(ticket.regime).refusals).join(', '),
      fields: [{ field: 'reason', rule: `one of ${Object.keys(regimeOf(ticket.regime).refusals).join(', ')}` }],
    }),
  );

const appealIsKnown: Guard = (ticket) =>
  unless(countingOf(ticket).appeal !== undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `${regimeOf(ticket.regime).label} knows no appeal to the controller that this product knows of`,
    hint: 'docs/regimes.md says what is known of it; whoever is refused may turn to the authority that the letter names',
  }));

/** Once, and before the case data is destroyed; of a part that was refused, as long as there is a case. */
const appealIsOpen: Guard = (ticket, _event, at) => {
  if (ticket.status !== 'REFUSED') return partMayBeAppealed(ticket);
  const until = daysAfter(new Date(ticket.closedAt), RETENTION_DAYS.appeal);
  return unless(ticket.appeal === undefined && at < until, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `the refusal of ticket ${ticket.id} can no longer be appealed`,
    expected: ticket.appeal ? 'no appeal before this one' : `an appeal before ${until}`,
  }));
};

const partMayBeAppealed = ({ id, status, partlyRefused }: Ticket): ReturnType<Guard> =>
  unless(partlyRefused !== undefined && partlyRefused.appeal === undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `nothing of ticket ${id} was refused that could be appealed now`,
    expected: 'a refusal, of the request or of a part of it, that was not appealed before',
    got: status,
  }));

/** Whether an appeal against the refusal of a part is open. */
export const partIsAppealed = ({ partlyRefused }: Ticket): boolean =>
  partlyRefused?.appeal !== undefined && partlyRefused.appeal.outcome === undefined;

const appealIsUndecided: Guard = (ticket) =>
  unless(ticket.status === 'APPEALED' || partIsAppealed(ticket), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} has no appeal that waits for a decision`,
    got: ticket.status,
  }));

/** Whoever decides an appeal had no part in the refusal, nor in the filing. */
export const mayNotDecideAppeal = (ticket: Ticket): readonly string[] => [
  ...new Set([...refusedBy(ticket), ticket.filer]),
];

const deciderIsAnother: Guard = (ticket, event) => {
  if (event.type !== 'appeal-decided') return undefined;
  const before = mayNotDecideAppeal(ticket);
  return unless(!before.some((one) => couldBeOne(one, event.by)), 'SECOND_PERSON_REQUIRED', () => ({
    message: `the appeal of ticket ${ticket.id} is for somebody who had no part in its refusal`,
    expected: `another person than ${before.join(', ')}`,
    got: event.by,
  }));
};

const refusedBy = (ticket: Ticket): readonly string[] => {
  const { by, first } = ticket.status === 'APPEALED' ? closers(ticket) : (ticket.partlyRefused ?? {});
  return [by, first].filter((one) => one !== undefined);
};
const closers = ({ closedBy, proposedBy }: TicketIn<'APPEALED'>) => ({ by: closedBy, first: proposedBy });

/** A ticket expires where the requester was asked for something and it never came. */
const expiresForWant: Guard = (ticket, event) => {
  const expires =
    (event.type === 'closed' && event.outcome === 'expired') ||
    (event.type === 'act-proposed' && event.act === 'expired');
  const waits = PAUSE_REASONS.some((reason) => openPause(ticket.clock, reason) !== undefined);
  return unless(!expires || waits, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} waits for nothing from the requester, and so cannot expire`,
    expected: 'a question that the requester left open',
  }));
};

export const CASEWORK_GUARDS = {
  onItsTime,
  notAcknowledged,
  recipientIsOpen,
  linkIsNew,
  refusesAPart,
  partIsTyped,
  appealIsKnown,
  appealIsOpen,
  appealIsUndecided,
  deciderIsAnother,
  expiresForWant,
} as const satisfies Readonly<Record<string, Guard>>;
