// What is to be decided is found along an index of its own: among a hundred thousand open cases there may be two.
import { expect, it } from '@jest/globals';
import { TICKET_SCHEMA } from '#adapters/local/sqlite-ticket-store.ts';
import { workPage } from '#adapters/local/sqlite-worklist.ts';
import { Decision } from '#core/worklist.ts';
import { openDatabase, type Database } from '#state-machine/sqlite.ts';

/** How SQLite would look for the page that is asked for. */
const planOf = (db: Database, query: Parameters<typeof workPage>[1]): string => {
  const asked: string[] = [];
  const watched = new Proxy(db, {
    get: (target, name) =>
      name === 'prepare' ? (sql: string) => (asked.push(sql), db.prepare(sql)) : target[name as 'open'],
  });
  workPage(watched, query);
  const [sql = ''] = asked;
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from(sql.matchAll(/\?/g), () => ''));
  return steps.map(({ detail }) => String(detail)).join('; ');
};

it('is read along its own index, in the order of the list', () => {
  const db = openDatabase(':memory:', TICKET_SCHEMA);
  const query = { limit: 50, after: undefined, scope: 'open' } as const;
  const plan = planOf(db, { ...query, decisions: Decision.options });
  expect(plan).toBe('SEARCH work_rows USING INDEX rows_to_decide (open=?)');
  expect(planOf(db, query)).toContain('rows_by_due (open=?)');
  db.close();
});
