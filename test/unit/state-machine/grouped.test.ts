// Writes that wait for one fsync together: each whole or not at all, whatever becomes of the others, and all of them
// there when the file is opened again.
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { grouped, openDatabase, transaction } from '#state-machine/sqlite.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const opened = (name: string) =>
  openDatabase(join(dir, `${name}.sqlite`), 'CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT)');
const insert = (db: ReturnType<typeof opened>, a: number, b: string) =>
  db.prepare('INSERT INTO t VALUES (?, ?)').run(a, b);
const rows = (db: ReturnType<typeof opened>) =>
  db
    .prepare('SELECT a FROM t ORDER BY a')
    .all()
    .map(({ a }) => Number(a));

it('one that fails takes nothing of the others with it, and leaves nothing of its own', async () => {
  const db = opened('parts');
  const asked = [1, 2, 3].map((a) =>
    grouped(db, () => {
      insert(db, a, 'first');
      insert(db, a === 2 ? 1 : a + 10, 'second'); // 1 is taken
      return a;
    }),
  );
  const settled = await Promise.allSettled(asked);
  expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual([1, 'refused', 3]);
  expect(rows(db)).toEqual([1, 3, 11, 13]);
  db.close();
  const again = opened('parts');
  expect(rows(again)).toEqual([1, 3, 11, 13]);
  again.close();
});

it('many are one commit, and what comes between is one of its own', async () => {
  const db = opened('one');
  const commits = () => Number(db.prepare('SELECT count FROM commits').get()?.['count']);
  const writes = Promise.all(Array.from({ length: 40 }, (_, a) => grouped(db, () => insert(db, a, 'x'))));
  transaction(db, () => insert(db, 100, 'between'));
  await writes;
  expect([commits(), rows(db).length]).toEqual([2, 41]);
  db.close();
});

it('while many ask, a pause lets those of later turns into one commit', async () => {
  const db = opened('pause');
  const commits = () => Number(db.prepare('SELECT count FROM commits').get()?.['count']);
  const slow = (a: number) => () => {
    const until = performance.now() + 10;
    while (performance.now() < until);
    insert(db, a, 'slow');
  };
  await Promise.all([1, 2].map((a) => grouped(db, slow(a))));
  const [writes, turns] = [[] as Promise<unknown>[], 12];
  for (let a = 0; a < turns; a++) {
    writes.push(grouped(db, () => insert(db, 100 + a, 'x')));
    await new Promise(setImmediate);
  }
  await Promise.all(writes);
  expect(commits()).toBeLessThan(turns);
  expect(rows(db).length).toBe(turns + 2);
  db.close();
});

it('what ends the transaction refuses all that was in it, each by that cause, and what comes after is stored', async () => {
  const db = opened('ended');
  db.exec('PRAGMA max_page_count = 8');
  const wide = 'x'.repeat(100_000);
  const asked = [1, 2, 3].map((a) => grouped(db, () => insert(db, a, a === 2 ? wide : 'small')));
  const settled = await Promise.allSettled(asked);
  const codes = settled.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'stored'));
  // whether a full disk ends the whole transaction or the one act alone is SQLite's choice
  expect([
    ['STORE_FULL', 'STORE_FULL', 'STORE_FULL'],
    ['stored', 'STORE_FULL', 'stored'],
  ]).toContainEqual(codes);
  db.exec('PRAGMA max_page_count = 1000');
  await grouped(db, () => insert(db, 4, 'small'));
  expect(rows(db)).toEqual(codes[0] === 'stored' ? [1, 3, 4] : [4]);
  db.close();
});

it('after the database was closed nothing is promised', async () => {
  const db = opened('closed');
  const late = grouped(db, () => insert(db, 1, 'late'));
  db.close();
  await expect(late).rejects.toThrow();
  const again = opened('closed');
  expect(rows(again)).toEqual([]);
  again.close();
});
