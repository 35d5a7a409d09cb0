// Tickets and their events in one database, each commit a whole part of one transaction: a crash can never leave a new
// status without its event. The events table is the outbox of the log. Trap: the duplicate rule is a unique index, not
// a query before the insert, so that two filings at once cannot both pass.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { StoredEvent, TicketStore } from '#core/ports.ts';
import { duplicateKey, Ticket } from '#core/ticket.ts';
import { storedEvent } from '#core/ticket-events.ts';
import type { Transition } from '#core/transitions.ts';
import { workRowOf } from '#core/worklist.ts';
import { grouped, transaction, type Database } from '#state-machine/sqlite.ts';
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

const TicketRow = z.object({ version: z.int(), body: z.string() });
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
  fillWorklist(db, (body) => workRowOf(parseTicket(body)));
  return storeOn(db);
};

const storeOn = (db: Database): TicketStore => ({
  create: (transition) => grouped(db, () => insert(db, transition)),
  get: async (id) => {
    const row = db.prepare('SELECT version, body FROM tickets WHERE id = ?').get(id);
    if (!row) throw new QuittanceError('TICKET_NOT_FOUND', { message: `no ticket has the id ${id}` });
    const { version, body } = TicketRow.parse(row);
    return { ticket: parseTicket(body), version };
  },
  commit: (transition, version) => grouped(db, () => update(db, transition, version)),
  list: async () =>
    db
      .prepare('SELECT version, body FROM tickets ORDER BY position DESC')
      .all()
      .map((row) => parseTicket(TicketRow.parse(row).body)),
  page: async (query) => workPage(db, query),
  counts: async (filter) => workCounts(db, filter),
  openOf: async (model) =>
    db
      .prepare('SELECT version, body FROM tickets WHERE model = ? AND duplicate_key IS NOT NULL ORDER BY position DESC')
      .all(model)
      .map((row) => parseTicket(TicketRow.parse(row).body)),
  events: async (id) =>
    db.prepare('SELECT * FROM events WHERE ticket_id = ? ORDER BY sequence').all(id).map(parseEvent),
  unsequenced: async (limit) =>
    db.prepare('SELECT * FROM events WHERE leaf_index IS NULL ORDER BY position LIMIT ?').all(limit).map(parseEvent),
  markSequenced: async (marks) => {
    const mark = db.prepare('UPDATE events SET leaf_index = ? WHERE event_id = ? AND leaf_index IS NULL');
    transaction(db, () => marks.forEach(({ eventId, leafIndex }) => mark.run(leafIndex, eventId)));
  },
});

const insert = (db: Database, transition: Transition) => {
  const { ticket } = transition;
  const key = duplicateKey(ticket) ?? null;
  if (db.prepare('SELECT 1 FROM tickets WHERE id = ?').get(ticket.id)) throw conflict(ticket.id);
  const holder = db.prepare('SELECT id FROM tickets WHERE model = ? AND duplicate_key = ?').get(ticket.model, key);
  if (holder) throw duplicate(String(holder['id']));
  db.prepare('INSERT INTO tickets (id, version, model, duplicate_key, body) VALUES (?, 1, ?, ?, ?)').run(
    ticket.id,
    ticket.model,
    key,
    JSON.stringify(ticket),
  );
  writeWorkRow(db, workRowOf(ticket));
  insertEvents(db, transition);
};

const update = (db: Database, transition: Transition, version: number) => {
  const { ticket } = transition;
  const { changes } = db
    .prepare('UPDATE tickets SET version = version + 1, duplicate_key = ?, body = ? WHERE id = ? AND version = ?')
    .run(duplicateKey(ticket) ?? null, JSON.stringify(ticket), ticket.id, version);
  if (changes !== 1) throw conflict(ticket.id);
  writeWorkRow(db, workRowOf(ticket));
  insertEvents(db, transition);
};

const insertEvents = (db: Database, { events }: Transition) => {
  const add = db.prepare(
    'INSERT INTO events (event_id, ticket_id, sequence, type, at, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  for (const { eventId, ticketId, sequence, type, at, body } of events.map(storedEvent))
    add.run(eventId, ticketId, sequence, type, at, body);
};

const parseTicket = (body: string): Ticket => {
  const parsed = Ticket.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', { message: 'a stored ticket does not have the form of its status' });
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
