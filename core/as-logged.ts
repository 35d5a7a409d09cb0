// Whether a ticket's row says what its logged events say. A row is believed by every step, and who edits it (a filer
// in a database) would have a step act that cannot be taken back; the log is signed and append-only, so the events are
// walked again and every field of the outcome is compared.
// Traps: two fields are in no event and are taken from the row: the subject's pseudonym, as it must go with the case,
// and the calendar. The log has a digest of each (older ones have none); the pseudonym's is keyed by a secret in the
// vault, which goes with the case too. What was filed is in the log once a run is planned, but the latest events may
// not be yet, and count as the store has them.
import { z } from 'zod';
import { digestJson } from './canonical.ts';
import { Instant } from './deadlines.ts';
import { isQuittanceError, QuittanceError } from './errors.ts';
import { readLog } from './ledger/log.ts';
import { leafHash, verifyInclusion } from './ledger/merkle.ts';
import { tileTree } from './ledger/tile-tree.ts';
import type { Ports, StoredEvent } from './ports.ts';
import { parseJson } from './stored-json.ts';
import { subjectDigest } from './subject-digest.ts';
import { TicketId, type Ticket } from './ticket.ts';
import { Received, TicketEvent } from './ticket-events.ts';
import { advance, receive } from './transitions.ts';

export type LoggedPorts = Pick<Ports, 'tickets' | 'ledger' | 'clock'>;

/**
 * TICKET_NOT_AS_LOGGED, which names the field. Asked before a step that cannot be taken back changes anything.
 * TICKET_CONFLICT where the ticket moved meanwhile.
 */
export const requireAsLogged = async (ticket: Ticket, ports: LoggedPorts): Promise<void> => {
  const events = await ports.tickets.events(ticket.id);
  if (events.length > ticket.sequence) await refuseMoved(ticket, ports);
  await requireLogged(ticket, events, ports);
  const found = difference(plain(ticket), plain(withItsDates(walked(ticket, events), ticket)));
  if (found) throw differs(ticket, found.path, found);
};

/** TICKET_CONFLICT where somebody wrote between the reading of the row and of its events: it is read again. */
const refuseMoved = async ({ id, sequence }: Ticket, { tickets }: LoggedPorts): Promise<void> => {
  if ((await tickets.get(id)).ticket.sequence <= sequence) return;
  throw new QuittanceError('TICKET_CONFLICT', {
    message: `ticket ${id} changed since it was read`,
    hint: 'repeat the command: it then reads the newer version',
  });
};

/**
 * The same, and whose ticket it is, for steps that may read the case: by this field alone a second ticket of the same
 * person is known.
 */
export const requireCaseAsLogged = async (ticket: Ticket, ports: LoggedPorts & Pick<Ports, 'vault'>): Promise<void> => {
  await requireAsLogged(ticket, ports);
  const [first] = await ports.tickets.events(ticket.id);
  if (!first || !('subjectKey' in ticket)) return;
  const { event } = parseJson(Buffer.from(first.body), FirstBody, 'the first event');
  if (event.subjectDigest === undefined) return;
  const got = await subjectDigest(ports.vault, ticket.id, ticket.subjectKey).catch(unlessDestroyed);
  if (got !== undefined && got !== event.subjectDigest)
    throw differs(ticket, 'subjectKey', { expected: `a pseudonym whose digest is ${event.subjectDigest}`, got });
};

/** A purge that was interrupted has destroyed the secret before the row says so, and a restored vault may lack it. */
const unlessDestroyed = (error: unknown): undefined => {
  if (!isQuittanceError(error, 'VAULT_KEY_DESTROYED') && !isQuittanceError(error, 'NOT_FOUND')) throw error;
};

/** Each event that has a place in the log stands there, in order, and those that must have one do. */
const requireLogged = async (ticket: Ticket, events: readonly StoredEvent[], ports: LoggedPorts): Promise<void> => {
  // a run begins with its plan in the log, and everything that was committed before: what was filed is in it by then
  const due = events.some(({ type }) => type === 'run-planned') ? 0 : -1;
  const places = events.map(({ leafIndex }) => leafIndex);
  const logged = places.findLastIndex((place) => place !== undefined);
  const ordered = places.slice(0, logged + 1).every((place, i) => place !== undefined && place >= (places[i - 1] ?? 0));
  if (!ordered || logged < due) throw differs(ticket, 'events', { expected: 'events in the log, in their order' });
  if (logged < 0) return;
  const { ledger, clock } = ports;
  const log = await readLog({ logStorage: ledger, logHead: ledger, signer: ledger, clock });
  if (!log.checkpoint) throw differs(ticket, 'events', { expected: 'a log that holds them' });
  const { size, root } = log.checkpoint;
  const tree = tileTree(ledger, log.checkpoint);
  for (const { body, leafIndex, sequence } of events.slice(0, logged + 1)) {
    const isThere = async (index: number) =>
      index < size && verifyInclusion(leafHash(Buffer.from(body)), index, size, await tree.inclusion(index), root);
    if (!(await isThere(leafIndex ?? size)))
      throw differs(ticket, `events.${sequence}`, { expected: `what entry ${leafIndex ?? 0} of the log says` });
  }
};

const Body = z.strictObject({
  ticketId: TicketId,
  sequence: z.int().positive(),
  at: Instant,
  event: z.union([Received, TicketEvent]),
});
const FirstBody = Body.extend({ event: Received });

/** The ticket that the events lead to. */
const walked = (row: Ticket, events: readonly StoredEvent[]): Ticket => {
  const [first, ...rest] = events.map(({ body }) => parseJson(Buffer.from(body), Body, 'an event of the ticket'));
  if (first?.event.type !== 'received') throw differs(row, 'events', { expected: 'a first event, received' });
  const subjectKey = 'subjectKey' in row ? row.subjectKey : NOBODY;
  const { calendar } = row;
  const { calendarDigest } = first.event;
  if (calendarDigest !== undefined && calendarDigest !== digestJson(calendar))
    throw differs(row, 'calendar', { expected: calendarDigest, got: digestJson(calendar) });
  try {
    return rest.reduce(
      (ticket, { event, at }) => {
        if (event.type === 'received') throw differs(row, 'events', { expected: 'one event, received' });
        return advance(ticket, event, new Date(at)).ticket;
      },
      receive(first.event, { subjectKey, calendar }, new Date(first.at)).ticket,
    );
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_NOT_AS_LOGGED') || !isQuittanceError(error)) throw error;
    throw differs(row, 'events', { expected: 'events that can follow each other', cause: error });
  }
};

/**
 * Dates of a ticket that does not keep how its law counted were derived by what the product knew then, and are taken
 * from the row: nothing that cannot be taken back rests on them.
 */
const withItsDates = (ticket: Ticket, row: Ticket): Ticket => (row.counting ? ticket : { ...ticket, due: row.due });

/** The pseudonym goes with the case. */
const NOBODY = '0'.repeat(64);

const plain = (ticket: Ticket): unknown => JSON.parse(JSON.stringify(ticket));

interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The first field, by its path, in which a row is not what was walked. */
const difference = (row: unknown, logged: unknown, path = ''): Difference | undefined => {
  if (!isObject(row) || !isObject(logged)) {
    const [got, expected] = [shown(row), shown(logged)];
    return got === expected ? undefined : { path, expected, got };
  }
  for (const key of [...new Set([...Object.keys(logged), ...Object.keys(row)])].sort()) {
    const found = difference(row[key], logged[key], path === '' ? key : `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
};

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200));

const differs = (
  { id }: Ticket,
  field: string,
  details: { readonly expected: string; readonly got?: string; readonly cause?: unknown },
): QuittanceError =>
  new QuittanceError('TICKET_NOT_AS_LOGGED', {
    message: `ticket ${id}: '${field}' in the store is not what its logged events say`,
    hint: 'nothing was changed; find out who edited the store, and restore the ticket from a backup',
    ...{ expected: details.expected, ...(details.got !== undefined && { got: details.got }) },
    cause: details.cause,
  });
