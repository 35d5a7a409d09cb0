// The rows of the work list in SQLite: a table of their own, as a ticket's body would make each row of a list as long
// as the ticket. Each way to narrow a list has its index in the list's order; numbers of each kind, and of each
// kind by due date, are kept by triggers, so that counting reads a few thousand rows however many tickets there are.
// Traps: the triggers are part of the same transaction as the ticket; a row that is written around them is not counted.
// And a new column needs new names for the tables: those from before are dropped and filled again from the tickets.
import { z } from 'zod';
import { must } from '#core/errors.ts';
import { Status } from '#core/ticket.ts';
import { readable } from '#core/ticket-columns.ts';
import {
  countsOf,
  Decision,
  decisionOf,
  isOpenRow,
  placeOf,
  readPlace,
  writePlace,
  WorkRow,
  type Place,
  type WorkCounts,
  type WorkFilter,
  type WorkPage,
  type WorkQuery,
} from '#core/worklist.ts';
import { parseJson } from '#core/stored-json.ts';
import { prepared, transaction, type Database } from '#state-machine/sqlite.ts';

const NARROWED_BY = ['status', 'regime', 'model', 'filer', 'decision'] as const;
const KIND = ['open', ...NARROWED_BY] as const;
const KIND_BY_DAY = ['open', 'due', ...NARROWED_BY] as const;

/** A table of how many rows agree in some columns, kept by triggers whose names begin as said. */
const countTable = (table: string, columns: readonly string[], trigger: string): string => {
  const key = columns.join(', ');
  const counted = `INSERT INTO ${table} (${key}, n) VALUES (${columns.map((one) => `NEW.${one}`).join(', ')}, 1)
    ON CONFLICT (${key}) DO UPDATE SET n = n + 1;`;
  const same = columns.map((one) => `${one} = OLD.${one}`).join(' AND ');
  const uncounted = `UPDATE ${table} SET n = n - 1 WHERE ${same};`;
  return `
  CREATE TABLE IF NOT EXISTS ${table} (
    ${columns.map((one) => `${one} NOT NULL`).join(', ')}, n INTEGER NOT NULL, PRIMARY KEY (${key})
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS ${trigger}_added AFTER INSERT ON work_rows BEGIN ${counted} END;
  CREATE TRIGGER IF NOT EXISTS ${trigger}_moved AFTER UPDATE ON work_rows BEGIN ${uncounted} ${counted} END;
  CREATE TRIGGER IF NOT EXISTS ${trigger}_gone AFTER DELETE ON work_rows BEGIN ${uncounted} END;`;
};

export const WORKLIST_SCHEMA = `
  DROP TABLE IF EXISTS work; DROP TABLE IF EXISTS work_counts; DROP TABLE IF EXISTS work_days;
  CREATE TABLE IF NOT EXISTS work_rows (
    id TEXT PRIMARY KEY,
    open INTEGER NOT NULL,
    status TEXT NOT NULL,
    regime TEXT NOT NULL,
    model TEXT NOT NULL,
    filer TEXT NOT NULL,
    received_at TEXT NOT NULL,
    due TEXT NOT NULL,
    stopped TEXT,
    time_zone TEXT NOT NULL,
    reason TEXT,
    decision TEXT NOT NULL,
    not_for TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS rows_by_due ON work_rows (open, due, id);
  ${NARROWED_BY.map((column) => `CREATE INDEX IF NOT EXISTS rows_by_${column} ON work_rows (open, ${column}, due, id);`).join('\n  ')}
  CREATE INDEX IF NOT EXISTS rows_to_decide ON work_rows (open, due, id) WHERE decision <> '';
  ${countTable('work_kinds', KIND, 'work_kinds')}
  ${countTable('work_kinds_by_day', KIND_BY_DAY, 'work_kinds_by_day')}
`;

/** Nothing to decide; a column that is counted is never null. */
const NONE = '';

/** Part of the transaction that writes the ticket. */
export const writeWorkRow = (db: Database, row: WorkRow): void => rowWriter(db)(row);

const rowWriter = (db: Database): ((row: WorkRow) => void) => {
  const write = prepared(
    db,
    `INSERT INTO work_rows (id, open, status, regime, model, filer, received_at, due, stopped, time_zone, reason, decision, not_for)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET open = excluded.open, status = excluded.status, due = excluded.due, stopped = excluded.stopped, reason = excluded.reason,
       decision = excluded.decision, not_for = excluded.not_for`,
  );
  return (row) => {
    const { id, status, regime, model, filer, receivedAt, safeDue, stopped, timeZone, reason } = row;
    const kind = [isOpenRow(row) ? 1 : 0, status, regime, model, filer] as const;
    const [decision, notFor] = [decisionOf(row) ?? NONE, row.notFor ? JSON.stringify(row.notFor) : null];
    write.run(id, ...kind, receivedAt, safeDue, stopped, timeZone, reason, decision, notFor);
  };
};

/**
 * Writes the rows of tickets from before there was a work list. `rowOf`: from a stored body. One whose body is damaged
 * has none and is looked at again at the next opening; whoever lists the tickets is told of it.
 */
export const fillWorklist = (db: Database, rowOf: (body: string, id: string) => WorkRow): void => {
  const count = (table: string) => Number(db.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.['n'] ?? 0);
  if (count('tickets') === count('work_rows')) return;
  const missing = 'SELECT id, body FROM tickets WHERE id NOT IN (SELECT id FROM work_rows)';
  transaction(db, () => {
    const write = rowWriter(db);
    // one at a time: all of them would not fit into memory
    for (const { id, body } of db.prepare(missing).iterate())
      readable([id], () => rowOf(z.string().parse(body), z.string().parse(id)), leftOut).forEach(write);
  });
};

const leftOut = () => undefined;

const Names = z.array(z.string());
const Decided = z.union([Decision, z.literal(NONE)]).transform((decision) => (decision === NONE ? null : decision));

const Found = z
  .object({
    ...{ id: z.string(), status: Status, regime: z.string(), model: z.string(), filer: z.string() },
    ...{
      received_at: z.string(),
      due: z.string(),
      stopped: z.string().nullable(),
      time_zone: z.string(),
      reason: z.string().nullable(),
      decision: Decided,
      not_for: z.string().nullable(),
    },
  })
  .transform(({ received_at: receivedAt, due: safeDue, time_zone: timeZone, not_for: notFor, ...rest }): WorkRow => {
    const named = notFor === null ? {} : { notFor: parseJson(Buffer.from(notFor), Names, 'row of the work list') };
    return { ...rest, receivedAt, safeDue, timeZone, ...named };
  });

export const workPage = (db: Database, { limit, after, ...filter }: WorkQuery): WorkPage => {
  const place = after === undefined ? undefined : readPlace(after);
  const parts = (['open', 'closed'] as const).filter(
    (part) => (filter.scope === 'all' || filter.scope === part) && !(part === 'open' && place?.[0] === 'closed'),
  );
  const rows: WorkRow[] = [];
  for (const part of parts)
    if (rows.length <= limit) rows.push(...partOf(db, part, filter, place, limit + 1 - rows.length));
  const shown = rows.slice(0, limit);
  return { rows: shown, next: rows.length > limit ? writePlace(placeOf(must(shown.at(-1), 'last row'))) : null };
};

/** In the order of the index, from the place on, no more rows than are asked for. */
const partOf = (
  db: Database,
  part: Place[0],
  filter: WorkFilter,
  place: Place | undefined,
  limit: number,
): WorkRow[] => {
  const [order, beyond] = part === 'open' ? (['ASC', '>'] as const) : (['DESC', '<'] as const);
  const where: [sql: string, values: readonly string[]][] = [
    [`${withId(filter)}open = ${part === 'open' ? 1 : 0}`, []],
    ...narrowed(filter),
  ];
  if (place?.[0] === part) where.push([`(due, id) ${beyond} (?, ?)`, place.slice(1)]);
  const plus = withId(filter);
  const sql = `SELECT * FROM work_rows WHERE ${where.map(([text]) => text).join(' AND ')} ORDER BY ${plus}due ${order}, ${plus}id ${order} LIMIT ${limit}`;
  return db
    .prepare(sql)
    .all(...where.flatMap(([, values]) => values))
    .map((row) => Found.parse(row));
};

const narrowed = ({
  statuses,
  decisions,
  regime,
  model,
  filer,
  dueUpTo,
  id,
}: WorkFilter): [string, readonly string[]][] => [
  ...among('status', statuses),
  ...among('decision', decisions),
  // few have one: said so, SQLite reads the index of those, where it would look for them along all that are open
  ...(decisions === undefined ? [] : [[`decision <> '${NONE}'`, []] as [string, string[]]]),
  ...equal('regime', regime),
  ...equal('model', model),
  ...equal('filer', filer),
  ...(dueUpTo === undefined ? [] : [['due <= ?', [dueUpTo]] as [string, string[]]]),
  // a range of the primary key: LIKE would read wild cards in what was typed
  ...(id === undefined ? [] : [['id >= ? AND id < ?', [id, `${id}\u{10ffff}`]] as [string, string[]]]),
];

/**
 * Ids are a range of the primary key, and few. A plus before a column keeps SQLite from taking an index that begins
 * with it, which it would read through to its end.
 */
const withId = ({ id }: Pick<WorkFilter, 'id'>): '' | '+' => (id === undefined ? '' : '+');

const among = (column: string, values: readonly string[] | undefined): [string, readonly string[]][] =>
  values === undefined ? [] : [[`${column} IN (${values.map(() => '?').join(', ')})`, values]];

const equal = (column: string, value: string | undefined): [string, string[]][] =>
  value === undefined ? [] : [[`${column} = ?`, [value]]];

const Counted = z.object({
  ...{ status: Status, regime: z.string(), model: z.string(), filer: z.string(), decision: Decided, n: z.int() },
});

export const workCounts = (db: Database, filter: WorkFilter): WorkCounts => {
  // an id is no kind: with one rows are counted, which it has narrowed to a few
  const { dueUpTo, id } = filter;
  const table = id !== undefined ? 'work_rows' : dueUpTo === undefined ? 'work_kinds' : 'work_kinds_by_day';
  const where = narrowed({ scope: 'all', dueUpTo, id });
  const conditions = [openOf(filter), ...where.map(([text]) => text)].join(' AND ');
  const n = table === 'work_rows' ? 'COUNT(*)' : 'SUM(n)';
  const sql = `SELECT ${NARROWED_BY.join(', ')}, ${n} AS n FROM ${table} WHERE ${conditions} GROUP BY 1, 2, 3, 4, 5 HAVING ${n} > 0`;
  const groups = db.prepare(sql).all(...where.flatMap(([, values]) => values));
  return countsOf(
    groups.map((group) => {
      const { n, ...kind } = Counted.parse(group);
      return {
        row: { ...kind, id: id ?? '', receivedAt: '', safeDue: '', stopped: null, timeZone: '', reason: null },
        n,
      };
    }),
    { ...filter, dueUpTo: undefined },
  );
};

const openOf = ({ scope, id }: WorkFilter): string =>
  `${withId({ id })}open ${scope === 'all' ? 'IN (0, 1)' : `= ${scope === 'open' ? 1 : 0}`}`;
