// Tickets and their events in one database, each commit a whole part of one transaction: a crash can never leave a new
// status without its event. The events table is the outbox of the log. Trap: the duplicate rule is a unique index, not
// a query before the insert, so that two filings at once cannot both pass.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { StoredEvent, TicketStore } from '#core/ports.ts';
import { duplicateKey } from '#core/ticket.ts';
import { storedEvent } from '#core/ticket-events.ts';
import type { Transition } from '#core/transitions.ts';
import { workRowOf } from '#core/worklist.ts';
import { grouped, prepared, transaction, type Database } from '#state-machine/sqlite.ts';
import { allTickets, parsedTickets, parseTicket, type ParsedTickets } from './parsed-tickets.ts';
import { fillWorklist, workCounts, workPage, WORKLIST_SCHEMA, writeWorkRow } from './sqlite-worklist.ts';

export const TICKET_SCHEMA = `
  CREATE TABLE IF NOT EXISTS tickets (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    model TEXT NOT NULL,
    duplicate_key TEXT,
    body TEXT NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS one_open_ticket_a_person ON tickets (model, duplicate_key) WHERE duplicate_key IS NOT NULL;
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    leaf_index INTEGER
  );
  CREATE INDEX IF NOT EXISTS events_of_a_ticket ON events (ticket_id, sequence);
  CREATE INDEX IF NOT EXISTS outbox ON events (position) WHERE leaf_index IS NULL;
${WORKLIST_SCHEMA}`;

const EventRow = z.object({
  event_id: z.string(),
  ticket_id: z.string(),
  sequence: z.int(),
  type: z.string(),
  at: z.string(),
  body: z.string(),
  leaf_index: z.int().nullable(),
});

export const sqliteTicketStore = (db: Database): TicketStore => {
  fillWorklist(db, (body, id) => workRowOf(parseTicket(body, id)));
  return storeOn(db, parsedTickets(db));
};

const storeOn = (db: Database, parsed: ParsedTickets): TicketStore => ({
  create: async (transition) => {
    const body = JSON.stringify(transition.ticket);
    await grouped(db, () => insert(db, transition, body));
    parsed.stored(transition.ticket, 1, body);
  },
  get: async (id) => parsed.get(id),
  commit: async (transition, version) => {
    const body = JSON.stringify(transition.ticket);
    await grouped(db, () => update(db, transition, version, body));
    parsed.stored(transition.ticket, version + 1, body);
  },
  list: async (unreadable) => allTickets(db, unreadable),
  page: async (query) => workPage(db, query),
  counts: async (filter) => workCounts(db, filter),
  openOf: async (model, unreadable) => parsed.openOf(model, unreadable),
  events: async (id) =>
    prepared(db, 'SELECT * FROM events WHERE ticket_id = ? ORDER BY sequence').all(id).map(parseEvent),
  unsequenced: async (limit) =>
    prepared(db, 'SELECT * FROM events WHERE leaf_index IS NULL ORDER BY position LIMIT ?').all(limit).map(parseEvent),
  markSequenced: async (marks) => {
    const mark = prepared(db, 'UPDATE events SET leaf_index = ? WHERE event_id = ? AND leaf_index IS NULL');
    transaction(db, () => marks.forEach(({ eventId, leafIndex }) => mark.run(leafIndex, eventId)));
  },
});

const insert = (db: Database, transition: Transition, body: string) => {
  const { ticket } = transition;
  const key = duplicateKey(ticket) ?? null;
  if (prepared(db, 'SELECT 1 FROM tickets WHERE id = ?').get(ticket.id)) throw conflict(ticket.id);
  const holder = prepared(db, 'SELECT id FROM tickets WHERE model = ? AND duplicate_key = ?').get(ticket.model, key);
  if (holder) throw duplicate(String(holder['id']));
  prepared(db, 'INSERT INTO tickets (id, version, model, duplicate_key, body) VALUES (?, 1, ?, ?, ?)').run(
    ticket.id,
    ticket.model,
    key,
    body,
  );
  writeWorkRow(db, workRowOf(ticket));
  insertEvents(db, transition);
};

const update = (db: Database, transition: Transition, version: number, body: string) => {
  const { ticket } = transition;
  const { changes } = prepared(
    db,
    'UPDATE tickets SET version = version + 1, duplicate_key = ?, body = ? WHERE id = ? AND version = ?',
  ).run(duplicateKey(ticket) ?? null, body, ticket.id, version);
  if (changes !== 1) throw conflict(ticket.id);
  writeWorkRow(db, workRowOf(ticket));
  insertEvents(db, transition);
};

const insertEvents = (db: Database, { events }: Transition) => {
  const add = prepared(
    db,
    'INSERT INTO events (event_id, ticket_id, sequence, type, at, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  for (const { eventId, ticketId, sequence, type, at, body } of events.map(storedEvent))
    add.run(eventId, ticketId, sequence, type, at, body);
};

const parseEvent = (row: unknown): StoredEvent => {
  const { event_id, ticket_id, sequence, type, at, body, leaf_index } = EventRow.parse(row);
  const leaf = leaf_index === null ? {} : { leafIndex: leaf_index };
  return { eventId: event_id, ticketId: ticket_id, sequence, type, at, body, ...leaf };
};

const conflict = (id: string) =>
  new QuittanceError('TICKET_CONFLICT', {
    message: `ticket ${id} changed since it was read`,
    hint: 'repeat the command: it then reads the newer version',
  });

const duplicate = (id: string) =>
  new QuittanceError('TICKET_DUPLICATE', {
    message: `ticket ${id} covers the same person and model`,
    hint: `see 'quittance ticket show ${id}'`,
  });
