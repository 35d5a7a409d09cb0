// The work list: one short row a ticket, which stores keep beside it and write in the same transaction, so that a list,
// a search and its counts never read whole tickets. Zone C, as the ticket itself.
// Trap: a page of a list may be read while tickets move; a ticket that moves from open to closed meanwhile can be met
// on either side or on both, never half.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';
import { meaningOf } from './statuses.ts';
import { Status, type Ticket } from './ticket.ts';

export const WorkRow = z.strictObject({
  id: z.string(),
  model: z.string(),
  regime: z.string(),
  status: Status,
  filer: z.string(),
  receivedAt: z.string(),
  /** As it was when the ticket last changed. */
  safeDue: z.string(),
  /** Since which day the clock stands still: the date then moves with the days, and is asked of the ticket. */
  stopped: z.string().nullable(),
  timeZone: z.string(),
  /** Code of what it stopped for: a hold, a failure, an end. */
  reason: z.string().nullable(),
});
export type WorkRow = z.infer<typeof WorkRow>;

export const workRowOf = (ticket: Ticket): WorkRow => {
  const { id, model, regime, status, filer, receivedAt, due, calendar } = ticket;
  return {
    ...{ id, model, regime, status, filer, receivedAt },
    safeDue: due.safeDue,
    stopped: due.stopped?.since ?? null,
    timeZone: calendar.timeZone,
    reason: ticket.status === 'ON_HOLD' ? ticket.hold.code : 'reason' in ticket ? (ticket.reason ?? null) : null,
  };
};

/** The requester waits for an outcome. */
export const isOpenRow = ({ status }: Pick<WorkRow, 'status'>): boolean => meaningOf({ status }).open;

/** What a list is narrowed to; what is left out narrows nothing. */
export interface WorkFilter {
  readonly scope: 'open' | 'closed' | 'all';
  readonly statuses?: readonly Status[] | undefined;
  readonly regime?: string | undefined;
  readonly model?: string | undefined;
  readonly filer?: string | undefined;
  /** Safe dates up to this day, `2026-03-02`. */
  readonly dueUpTo?: string | undefined;
  /** Beginning of the id. */
  readonly id?: string | undefined;
}

export interface WorkQuery extends WorkFilter {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** Open tickets come first, the one that is due first at the head; then closed ones, by the latest due date. */
export interface WorkPage {
  readonly rows: readonly WorkRow[];
  readonly next: string | null;
}

/** How many of the filter's scope have each value, each counted as if the filter did not name that column. */
export interface WorkCounts {
  readonly total: number;
  readonly status: Readonly<Record<string, number>>;
  readonly regime: Readonly<Record<string, number>>;
  readonly model: Readonly<Record<string, number>>;
  readonly filer: Readonly<Record<string, number>>;
}

export const FACETS = ['status', 'regime', 'model', 'filer'] as const;
export type Facet = (typeof FACETS)[number];

export const matches = (row: WorkRow, filter: WorkFilter, except?: Facet): boolean => {
  const { scope, statuses, regime, model, filer, dueUpTo, id } = filter;
  return (
    (scope === 'all' || isOpenRow(row) === (scope === 'open')) &&
    (except === 'status' || statuses === undefined || statuses.includes(row.status)) &&
    (except === 'regime' || regime === undefined || row.regime === regime) &&
    (except === 'model' || model === undefined || row.model === model) &&
    (except === 'filer' || filer === undefined || row.filer === filer) &&
    (dueUpTo === undefined || row.safeDue <= dueUpTo) &&
    (id === undefined || row.id.startsWith(id))
  );
};

/** Counts of rows, of which each may stand for several. */
export const countsOf = (
  groups: Iterable<{ readonly row: WorkRow; readonly n: number }>,
  filter: WorkFilter,
): WorkCounts => {
  const found = { total: 0, status: new Map(), regime: new Map(), model: new Map(), filer: new Map() } as {
    total: number;
  } & Record<Facet, Map<string, number>>;
  for (const { row, n } of groups) {
    if (matches(row, filter)) found.total += n;
    for (const facet of FACETS)
      if (matches(row, filter, facet)) found[facet].set(row[facet], (found[facet].get(row[facet]) ?? 0) + n);
  }
  const named = (facet: Facet) => Object.fromEntries([...found[facet]].sort());
  return {
    total: found.total,
    ...{ status: named('status'), regime: named('regime'), model: named('model'), filer: named('filer') },
  };
};

const Place = z.tuple([z.enum(['open', 'closed']), z.string(), z.string()]);
/** Where a page ended: partition, due date, id. */
export type Place = z.infer<typeof Place>;

export const placeOf = (row: WorkRow): Place => [isOpenRow(row) ? 'open' : 'closed', row.safeDue, row.id];

export const writePlace = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** INVALID_INPUT for what no page gave out. */
export const readPlace = (text: string): Place => {
  try {
    return Place.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw new QuittanceError('INVALID_INPUT', { message: 'no page ended there', expected: 'after: `next` of a page' });
  }
};

/** Of two places of one list, which comes first. */
const inPlaceOrder = ([partA, dueA, idA]: Place, [partB, dueB, idB]: Place): number => {
  if (partA !== partB) return partA === 'open' ? -1 : 1;
  const [first, second] = [`${dueA} ${idA}`, `${dueB} ${idB}`];
  const ascending = first < second ? -1 : first > second ? 1 : 0;
  return partA === 'open' ? ascending : -ascending;
};

export const inOrder = (a: WorkRow, b: WorkRow): number => inPlaceOrder(placeOf(a), placeOf(b));
export const isAfter = (row: WorkRow, place: Place): boolean => inPlaceOrder(placeOf(row), place) > 0;
