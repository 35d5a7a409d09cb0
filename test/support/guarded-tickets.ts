// Tickets brought to a status by the events that lead there, and one guard of the life cycle asked about one event.
import type { Guard } from '#core/guard.ts';
import type { Status, Ticket, TicketIn } from '#core/ticket.ts';
import { TicketEvent } from '#core/ticket-events.ts';
import { advance, receive } from '#core/transitions.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { eventFor, receivedEvent, type Choice } from './histories.ts';

export const NOW = new Date('2026-03-02T10:00:00.000Z');
const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
export const GOOD: Choice = { who: APPROVER, digest: 1, verdict: 'pass', level: 'substantial', objects: 3 };

export type Type = TicketEvent['type'];
export const filed = (change: object = {}): Ticket =>
  receive({ ...receivedEvent(), ...change }, { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, NOW).ticket;
export const after = (ticket: Ticket, ...types: readonly Type[]): Ticket =>
  types.reduce((one, type) => advance(one, eventFor(type, one, GOOD), NOW).ticket, ticket);

export const proposedBy = (ticket: Ticket, who: string): Ticket =>
  advance(ticket, eventFor('act-proposed', ticket, { ...GOOD, who }), NOW).ticket;

/** Closed by two people, as `closing` of histories.ts reads the verdict. */
export const endedBy = (ticket: Ticket, verdict: Choice['verdict']): Ticket => {
  const choice = { ...GOOD, verdict };
  const proposed = advance(ticket, eventFor('act-proposed', ticket, { ...choice, who: 'legal.lou' }), NOW).ticket;
  return advance(proposed, eventFor('closed', proposed, choice), NOW).ticket;
};

const TO_APPROVAL: readonly Type[] = [
  ...(['identity-verified', 'triaged', 'forget-set-admitted', 'output-suppressed'] as const),
  ...(['run-planned', 'unlearned', 'evaluated'] as const),
];
const TO_PURGE: readonly Type[] = ['approved', 'deployed', 'served-verified', 'certified', 'purged'];
export const along = (last: Type): Ticket => {
  const all = [...TO_APPROVAL, ...TO_PURGE];
  return after(filed(), ...all.slice(0, all.indexOf(last) + 1));
};
export const inStatus = <S extends Status>(ticket: Ticket, status: S): TicketIn<S> => {
  if (ticket.status !== status) throw new Error(`${ticket.status} is not ${status}`);
  return ticket as TicketIn<S>;
};

/** The code of a guard's objection; `passes` without one. */
export const asked = (guard: Guard, ticket: Ticket, event: TicketEvent, at = NOW.toISOString()) =>
  guard(ticket, event, at)?.code ?? 'passes';
export const ask = (guard: Guard, ticket: Ticket, type: Type, change: Partial<Choice> = {}) =>
  asked(guard, ticket, eventFor(type, ticket, { ...GOOD, ...change }));

export const ILLEGAL = 'TICKET_ILLEGAL_TRANSITION';
/** Every event that a ticket can be asked to take. */
export const ALL_TYPES: readonly Type[] = TicketEvent.options.map(({ shape }) => shape.type.value);
/** The events that the guard lets pass. */
export const passing = (guard: Guard, ticket: Ticket): Type[] =>
  ALL_TYPES.filter((type) => ask(guard, ticket, type) === 'passes');
