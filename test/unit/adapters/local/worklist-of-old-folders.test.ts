// The work list of a data folder from before it had one, or from before its rows said what is to be decided: made when
// the folder is opened, and right from then on.
import { afterAll, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { sqliteTicketStore, TICKET_SCHEMA } from '#adapters/local/sqlite-ticket-store.ts';
import { openDatabase } from '#state-machine/sqlite.ts';
import { file, shippedPolicy, ticketHarness } from '#bench/house/ticket-harness.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const TABLES = ['work_rows', 'work_kinds', 'work_kinds_by_day'];

it.each([
  [
    'decisions',
    [...TABLES.map((name) => `DROP TABLE ${name}`), 'CREATE TABLE work (id TEXT PRIMARY KEY, open INTEGER)'],
  ],
  ['the list', TABLES.map((name) => `DELETE FROM ${name}`)],
])('a folder from before %s', async (what, without) => {
  const harness = await ticketHarness({ policy: shippedPolicy() });
  const id = await file(harness, {}, 'r-1');
  const { ticket } = await harness.ports.tickets.get(id);
  const path = join(dir, `${what.replace(' ', '-')}.sqlite`);
  const old = openDatabase(path, TICKET_SCHEMA);
  sqliteTicketStore(old);
  const add = old.prepare('INSERT INTO tickets (id, version, model, duplicate_key, body) VALUES (?, 1, ?, NULL, ?)');
  for (const name of ['T-00000001', 'T-00000002']) add.run(name, ticket.model, JSON.stringify({ ...ticket, id: name }));
  sqliteTicketStore(old); // makes the rows of both
  for (const statement of without) old.exec(statement);
  old.close();
  const db = openDatabase(path, TICKET_SCHEMA);
  const store = sqliteTicketStore(db);
  const due = { scope: 'open', dueUpTo: '2099-01-01' } as const;
  expect(await store.counts(due)).toMatchObject({ total: 2, model: { [ticket.model]: 2 } });
  expect((await store.counts({ scope: 'all' })).total).toBe(2);
  expect((await store.counts({ ...due, dueUpTo: '2000-01-01' })).total).toBe(0);
  expect((await store.counts({ scope: 'all', id: 'T-00000002' })).total).toBe(1);
  const page = await store.page({ scope: 'all', id: 'T-0000000', limit: 10, after: undefined });
  expect(page.rows.map((row) => row.id)).toEqual(['T-00000001', 'T-00000002']);
  db.close();
});
