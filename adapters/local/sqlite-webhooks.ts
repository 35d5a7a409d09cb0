// Webhooks and their outbox, in the database of the tickets. A trigger puts a message there for each receiver, in the
// very transaction that stores an event: no event is stored without its messages, and no message without its event.
// Trap: commands write here beside a server, so that each write is one statement that holds whatever came between.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { Delivery, Webhook, type Webhooks } from '#core/webhooks.ts';
import { transaction, type Database } from '#state-machine/sqlite.ts';

/** After the schema of the tickets, on whose events the trigger is. `events`: types between spaces; empty for all. */
export const WEBHOOK_SCHEMA = `
  CREATE TABLE IF NOT EXISTS webhooks (id TEXT PRIMARY KEY, active INTEGER NOT NULL, events TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    webhook TEXT NOT NULL,
    ticketId TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    nextAt TEXT NOT NULL,
    status INTEGER,
    fault TEXT
  );
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (nextAt) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS deliveries_of_a_webhook ON deliveries (webhook, position);
  CREATE TRIGGER IF NOT EXISTS tell_webhooks AFTER INSERT ON events BEGIN
    INSERT OR IGNORE INTO deliveries (id, webhook, ticketId, sequence, type, at, state, attempts, nextAt)
    SELECT id || '.' || NEW.event_id, id, NEW.ticket_id, NEW.sequence, NEW.type, NEW.at, 'waiting', 0, ''
    FROM webhooks WHERE active = 1 AND (events = '' OR instr(events, ' ' || NEW.type || ' ') > 0);
  END;
`;

const Row = z.object({ body: z.string() });
const COLUMNS = 'id, webhook, ticketId, sequence, type, at, state, attempts, nextAt, status, fault';

export const sqliteWebhooks = (db: Database): Webhooks => ({
  ...receivers(db),
  due: (now, limit) =>
    db
      .prepare(
        `SELECT ${COLUMNS} FROM deliveries WHERE state = 'waiting' AND nextAt <= ? ORDER BY nextAt, position LIMIT ?`,
      )
      .all(now.toISOString(), limit)
      .map((row) => Delivery.parse(row)),
  note: ({ id, state, attempts, nextAt, status, fault }, before) =>
    transaction(
      db,
      () =>
        db
          .prepare(
            `UPDATE deliveries SET state = ?, attempts = ?, nextAt = ?, status = ?, fault = ?
             WHERE id = ? AND state = 'waiting' AND attempts = ?`,
          )
          .run(state, attempts, nextAt, status, fault, id, before).changes === 1,
    ),
  log: (id, limit) =>
    db
      .prepare(`SELECT ${COLUMNS} FROM deliveries WHERE webhook = ? ORDER BY position DESC LIMIT ?`)
      .all(id, limit)
      .map((row) => Delivery.parse(row)),
  prune: (before) => {
    const old = "state <> 'waiting' AND at < ?";
    if (db.prepare(`SELECT 1 FROM deliveries WHERE ${old}`).get(before.toISOString()) === undefined) return;
    transaction(db, () => db.prepare(`DELETE FROM deliveries WHERE ${old}`).run(before.toISOString()));
  },
});

const receivers = (db: Database): Pick<Webhooks, 'list' | 'get' | 'put' | 'remove'> => ({
  list: () =>
    db
      .prepare('SELECT body FROM webhooks ORDER BY id')
      .all()
      .map((row) => webhookOf(row)),
  get: (id) => {
    const row = db.prepare('SELECT body FROM webhooks WHERE id = ?').get(id);
    if (row) return webhookOf(row);
    throw unknown(id);
  },
  put: (webhook) => {
    const { id, events, ended } = webhook;
    const types = events.length === 0 ? '' : ` ${events.join(' ')} `;
    transaction(db, () => {
      db.prepare(
        `INSERT INTO webhooks VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET active = excluded.active, events = excluded.events, body = excluded.body`,
      ).run(id, ended === null ? 1 : 0, types, JSON.stringify(webhook));
      if (ended !== null)
        db.prepare("UPDATE deliveries SET state = 'failed' WHERE webhook = ? AND state = 'waiting'").run(id);
    });
  },
  remove: (id) =>
    transaction(db, () => {
      if (db.prepare('DELETE FROM webhooks WHERE id = ?').run(id).changes !== 1) throw unknown(id);
      db.prepare('DELETE FROM deliveries WHERE webhook = ?').run(id);
    }),
});

const webhookOf = (row: unknown): Webhook => {
  const parsed = Webhook.safeParse(JSON.parse(Row.parse(row).body));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', { message: 'a stored webhook does not have its form' });
};

const unknown = (id: string) =>
  new QuittanceError('NOT_FOUND', { message: `there is no webhook ${id}`, hint: "see 'quittance webhook list'" });
