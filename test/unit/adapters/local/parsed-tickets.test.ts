// Tickets are kept as they were read: what this process or another one moved since is seen all the same, and what
// nobody stored is not.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sqliteTicketStore, TICKET_SCHEMA } from '#adapters/local/sqlite-ticket-store.ts';
import type { TicketStore } from '#core/ports.ts';
import { advance, receive, type Transition } from '#core/transitions.ts';
import { openDatabase, type Database } from '#state-machine/sqlite.ts';
import { FILER } from '#bench/house/requests.ts';
import { outcome } from '#test/contract/contract.ts';
import { receivedEvent } from '#test/support/histories.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const NOW = new Date('2026-03-02T10:00:00.000Z');
const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
const filed = (number: number): Transition =>
  receive(
    { ...receivedEvent(), id: `T-0000000${number}`, model: 'house' },
    { subjectKey: `${number}`.repeat(64), calendar: CALENDAR },
    NOW,
  );
const asked = ({ ticket }: Transition) => advance(ticket, { type: 'identity-requested' }, NOW);
const withdrawn = ({ ticket }: Transition) =>
  advance(ticket, { type: 'closed', outcome: 'withdrawn', reason: 'by-subject', by: FILER }, NOW);

let folder: ReturnType<typeof temporaryFolder>;
let databases: Database[];
const opened = (): TicketStore => {
  const db = openDatabase(join(folder.dir, 'state.sqlite'), TICKET_SCHEMA);
  databases.push(db);
  return sqliteTicketStore(db);
};
beforeEach(() => {
  folder = temporaryFolder();
  databases = [];
});
afterEach(() => {
  for (const db of databases) db.close();
  folder.remove();
});

const statuses = async (store: TicketStore) => (await store.openOf('house')).map(({ id, status }) => `${id} ${status}`);

it('open ones of a model are those of now, newest first, whoever moved them', async () => {
  const [ours, theirs] = [opened(), opened()];
  for (const number of [1, 2, 3]) await ours.create(filed(number));
  expect(await statuses(ours)).toEqual(['T-00000003 RECEIVED', 'T-00000002 RECEIVED', 'T-00000001 RECEIVED']);
  await ours.commit(asked(filed(1)), 1);
  await ours.commit(withdrawn(filed(3)), 1);
  expect(await statuses(ours)).toEqual(['T-00000002 RECEIVED', 'T-00000001 IDENTITY_PENDING']);
  await theirs.commit(asked(filed(2)), 1);
  await theirs.create(filed(4));
  const now = ['T-00000004 RECEIVED', 'T-00000002 IDENTITY_PENDING', 'T-00000001 IDENTITY_PENDING'];
  for (const store of [ours, theirs]) expect(await statuses(store)).toEqual(now);
  expect((await ours.get('T-00000002')).version).toBe(2);
});

it('one that was not stored is not kept', async () => {
  const store = opened();
  await store.create(filed(1));
  await store.openOf('house');
  expect(await outcome(store.commit(asked(filed(1)), 7))).toBe('TICKET_CONFLICT');
  expect(await outcome(store.create({ ...filed(2), ticket: { ...filed(2).ticket, id: 'T-00000001' } }))).toBe(
    'TICKET_CONFLICT',
  );
  expect(await statuses(store)).toEqual(['T-00000001 RECEIVED']);
});

it.each([
  ['model', 'model'],
  ['duplicate_key', 'duplicate'],
])('one whose column %s somebody edited is refused by its name', async (column, name) => {
  await opened().create(filed(1));
  const other = opened();
  databases.at(-1)!.exec(`UPDATE tickets SET ${column} = 'edited'`);
  const corrupt = expect.objectContaining({ code: 'STORE_CORRUPT', message: expect.stringContaining(`'${name}'`) });
  await expect(other.get('T-00000001')).rejects.toEqual(corrupt);
  await expect(other.list()).rejects.toEqual(corrupt);
});

const editedBy = (sql: string) => {
  const db = openDatabase(join(folder.dir, 'state.sqlite'), '');
  db.exec(sql);
  db.close();
};
const corrupt = (id: string) =>
  expect.objectContaining({ code: 'STORE_CORRUPT', message: expect.stringContaining(id) as unknown }) as unknown;

it('one whose row was edited under its version is read anew, text and columns', async () => {
  const store = opened();
  await store.create(filed(1));
  await store.create(filed(2));
  expect((await store.get('T-00000001')).ticket.model).toBe('house');
  editedBy(`UPDATE tickets SET model = 'other' WHERE id = 'T-00000001'`);
  await expect(store.get('T-00000001')).rejects.toEqual(corrupt('T-00000001'));
  editedBy(`UPDATE tickets SET body = json_set(body, '$.status', 'ERASED') WHERE id = 'T-00000002'`);
  await expect(store.get('T-00000002')).rejects.toEqual(corrupt('T-00000002'));
  editedBy(
    `UPDATE tickets SET body = json_set(body, '$.status', 'RECEIVED', '$.model', 'house') WHERE id = 'T-00000002'`,
  );
  expect((await store.get('T-00000002')).ticket.status).toBe('RECEIVED');
});

it('one whose column is empty is no less open: it is told of each time, and the others are listed', async () => {
  const store = opened();
  for (const number of [1, 2]) await store.create(filed(number));
  editedBy(`UPDATE tickets SET duplicate_key = NULL WHERE id = 'T-00000001'`);
  await expect(store.openOf('house')).rejects.toEqual(corrupt('T-00000001'));
  for (const again of [1, 2]) {
    const told: unknown[] = [];
    const found = await store.openOf('house', (error) => void told.push(error));
    expect([again, found.map(({ id }) => id), told]).toEqual([again, ['T-00000002'], [corrupt('T-00000001')]]);
  }
  await expect(store.openOf('house')).rejects.toEqual(corrupt('T-00000001'));
});

it('one that is closed and still has something to decide is not among the open ones', async () => {
  const store = opened();
  await store.create(filed(1));
  editedBy(`UPDATE work_rows SET open = 1`);
  await store.commit(withdrawn(filed(1)), 1);
  editedBy(`UPDATE work_rows SET open = 1`);
  expect(await statuses(store)).toEqual([]);
});

it('one whose text is damaged, from before there was a work list, does not keep the store from opening', async () => {
  const store = opened();
  for (const number of [1, 2]) await store.create(filed(number));
  editedBy(`UPDATE tickets SET body = '{}' WHERE id = 'T-00000001'; DELETE FROM work_rows`);
  const again = opened();
  const query = { scope: 'open', limit: 9 } as const;
  expect((await again.page(query)).rows.map(({ id }) => id)).toEqual(['T-00000002']);
  const told: unknown[] = [];
  expect((await again.list((error) => void told.push(error))).map(({ id }) => id)).toEqual(['T-00000002']);
  expect(told).toEqual([corrupt('T-00000001')]);
});
