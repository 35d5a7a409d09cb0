// Log head, models and job results: small rows under compare-and-swap, in the same database as the tickets.
import { z } from 'zod';
import type { Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { ModelRecord } from '#core/model.ts';
import type { JobResults, LogHead, ModelRegistry } from '#core/ports.ts';
import { prepared, transaction, type Database } from '#state-machine/sqlite.ts';

export const REGISTRY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS log_head (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS models (name TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS job_results (name TEXT PRIMARY KEY, body TEXT NOT NULL);
`;

const Row = z.object({ version: z.int(), body: z.string() });

/** Inserts at version 0, else replaces the row of exactly that version; returns whether it did. */
const swap = (
  db: Database,
  table: 'log_head' | 'models',
  key: string | number,
  body: string,
  version: number,
): boolean =>
  transaction(db, () => {
    const column = table === 'models' ? 'name' : 'one';
    const insert = `INSERT INTO ${table} (${column}, version, body) VALUES (?, 1, ?) ON CONFLICT DO NOTHING`;
    const update = `UPDATE ${table} SET version = version + 1, body = ? WHERE ${column} = ? AND version = ?`;
    const { changes } =
      version === 0 ? prepared(db, insert).run(key, body) : prepared(db, update).run(body, key, version);
    return changes === 1;
  });

export const sqliteLogHead = (db: Database): LogHead => ({
  read: async () => {
    const row = prepared(db, 'SELECT version, body FROM log_head').get();
    if (!row) return undefined;
    const { version, body } = Row.parse(row);
    return { checkpoint: body, version };
  },
  replace: async (checkpoint, version) => {
    if (!swap(db, 'log_head', 1, checkpoint, version))
      throw new QuittanceError('LEDGER_CONFLICT', {
        message: 'the log head moved since it was read',
        hint: 'repeat the command: it then reads the newer version',
      });
  },
});

export const sqliteModelRegistry = (db: Database): ModelRegistry => ({
  get: async (name) => {
    const row = prepared(db, 'SELECT version, body FROM models WHERE name = ?').get(name);
    if (!row)
      throw new QuittanceError('MODEL_NOT_FOUND', {
        message: `no model is registered as ${name}`,
        hint: "see 'quittance model list'",
      });
    const { version, body } = Row.parse(row);
    return { model: parseModel(body), version };
  },
  list: async () =>
    prepared(db, 'SELECT version, body FROM models ORDER BY name')
      .all()
      .map((row) => parseModel(Row.parse(row).body)),
  put: async (model, version) => {
    if (!swap(db, 'models', model.name, JSON.stringify(model), version))
      throw new QuittanceError('TICKET_CONFLICT', {
        message: `model ${model.name} changed since it was read`,
        hint: 'repeat the command: it then reads the newer version',
      });
  },
});

const parseModel = (body: string): ModelRecord => {
  const parsed = ModelRecord.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', { message: 'a stored model record is malformed' });
};

export const sqliteJobResults = (db: Database): JobResults => ({
  put: async (name, result) => {
    const put = prepared(
      db,
      'INSERT INTO job_results (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body',
    );
    transaction(db, () => put.run(name, JSON.stringify(result)));
  },
  get: async (name) => {
    const row = prepared(db, 'SELECT body FROM job_results WHERE name = ?').get(name);
    if (!row) throw new QuittanceError('NOT_FOUND', { message: `job ${name} has not reported a result` });
    return JSON.parse(String(row['body'])) as Json;
  },
});
