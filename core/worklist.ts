// The work list: one short row a ticket, which stores keep beside it and write in the same transaction, so that a list,
// a search and its counts never read whole tickets. Zone C, as the ticket itself.
// Trap: a page of a list may be read while tickets move; a ticket that moves from open to closed meanwhile can be met
// on either side or on both, never half.
import { z } from 'zod';
import { mayNotDecideAppeal, partIsAppealed } from './casework-guards.ts';
import { QuittanceError } from './errors.ts';
import { meaningOf } from './statuses.ts';
import { isClosed, Status, type Ticket } from './ticket.ts';
import { dueAt, partAppealDue } from './ticket-clock.ts';
import { couldBeOne } from './words/names.ts';

/**
 * What waits for the decision of an approver: the candidate, a refusal that the filer proposed, an appeal against a
 * refusal of the whole or of a part, whose the records are.
 */
export const Decision = z.enum(['approval', 'refusal', 'appeal', 'part-appeal', 'subject']);
export type Decision = z.infer<typeof Decision>;

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
  /** What an approver has to decide; absent in rows from before it was kept. */
  decision: Decision.nullable().optional(),
  /** Who may not decide it, beside the filer. */
  notFor: z.array(z.string()).optional(),
});
export type WorkRow = z.infer<typeof WorkRow>;

/** `now`: for the dates of a clock that stands still; without it they are as when the ticket last changed. */
export const workRowOf = (ticket: Ticket, now?: string): WorkRow => {
  const { id, model, regime, status, filer, receivedAt, due, calendar } = ticket;
  const decision = decisionIn(ticket);
  const isAppeal = decision === 'appeal' || decision === 'part-appeal';
  return {
    ...{ id, model, regime, status, filer, receivedAt },
    safeDue: dueOf(ticket, decision, now),
    stopped: due.stopped?.since ?? null,
    timeZone: calendar.timeZone,
    reason: ticket.status === 'ON_HOLD' ? ticket.hold.code : 'reason' in ticket ? (ticket.reason ?? null) : null,
    decision,
    ...(isAppeal && { notFor: mayNotDecideAppeal(ticket).filter((one) => one !== filer) }),
  };
};

const DECISIONS: Readonly<Partial<Record<Status, Decision>>> = {
  AWAITING_APPROVAL: 'approval',
  EXEMPTION_PENDING: 'refusal',
  APPEALED: 'appeal',
};

const decisionIn = (ticket: Ticket): Decision | null => {
  const ofStatus = DECISIONS[ticket.status];
  if (ofStatus === 'appeal') return ofStatus;
  if (partIsAppealed(ticket) && !isClosed(ticket) && ticket.status !== 'PURGED') return 'part-appeal';
  if (ticket.status === 'REMEDIATION' && ticket.reason === 'SUBJECT_MISMATCH') return 'subject';
  return ofStatus ?? null;
};

/** The nearest date: of the request while it has no outcome, and of the appeal against the refusal of a part of it. */
const dueOf = (ticket: Ticket, decision: Decision | null, now: string | undefined): string => {
  const { safeDue } = now === undefined ? ticket.due : dueAt(ticket, now);
  const ofPart = decision === 'part-appeal' ? partAppealDue(ticket)?.safeDue : undefined;
  if (ofPart === undefined) return safeDue;
  return meaningOf(ticket).open && safeDue < ofPart ? safeDue : ofPart;
};

/** Of rows from before it was kept, what their status says. */
export const decisionOf = ({ decision, status }: Pick<WorkRow, 'decision' | 'status'>): Decision | null =>
  decision === undefined ? (DECISIONS[status] ?? null) : decision;

/** Whether this person is none of those who may not decide. */
export const mayDecide = ({ filer, notFor = [] }: Pick<WorkRow, 'filer' | 'notFor'>, who: string): boolean =>
  [filer, ...notFor].every((one) => !couldBeOne(one, who));

/** The requester waits for an outcome: of the request, or of an appeal against the refusal of a part. */
export const isOpenRow = (row: Pick<WorkRow, 'status' | 'decision'>): boolean =>
  meaningOf(row).open || decisionOf(row) === 'part-appeal';

/** What a list is narrowed to; what is left out narrows nothing. */
export interface WorkFilter {
  readonly scope: 'open' | 'closed' | 'all';
  readonly statuses?: readonly Status[] | undefined;
  /** What an approver has to decide, whatever the status is. */
  readonly decisions?: readonly Decision[] | undefined;
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
  const { scope, statuses, decisions, regime, model, filer, dueUpTo, id } = filter;
  const decision = decisionOf(row);
  return (
    (scope === 'all' || isOpenRow(row) === (scope === 'open')) &&
    (except === 'status' || statuses === undefined || statuses.includes(row.status)) &&
    (decisions === undefined || (decision !== null && decisions.includes(decision))) &&
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

const Place = z.tuple([
  z.enum(['open', 'closed']),
  z.iso.date(),
  z.string().regex(/^[\w-]{1,100}$/, 'the id of a case'),
]);
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
