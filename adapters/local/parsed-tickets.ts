// Tickets as they were read or written last: every turn of a model looks at all that are open, and parsing one takes a
// tenth of a millisecond. Traps: what is kept is shared by all who read it, so it is frozen; it is kept only once it is
// on disk; and where another process has written to the database, what is kept is read anew.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { duplicateKey, Ticket } from '#core/ticket.ts';
import { prepared, type Database } from '#state-machine/sqlite.ts';

const MOST = 10_000;

export interface TicketVersion {
  readonly ticket: Ticket;
  readonly version: number;
}

export interface ParsedTickets {
  /** TICKET_NOT_FOUND. */
  get(id: string): TicketVersion;
  /** Open ones of a model, newest first. */
  openOf(model: string): Ticket[];
  /** A commit of this process is on disk. */
  stored(ticket: Ticket, version: number): void;
}

const COLUMNS = 'id, version, model, duplicate_key, body';
const Row = z.object({
  id: z.string(),
  version: z.int(),
  model: z.string(),
  duplicate_key: z.string().nullable(),
  body: z.string(),
});
const Id = z.object({ id: z.string() });

export const parsedTickets = (db: Database): ParsedTickets => {
  const known = new Map<string, TicketVersion>();
  const open = openTickets(db);

  const keep = (ticket: Ticket, version: number): TicketVersion => {
    const read = { ticket: frozen(ticket), version };
    if (known.size >= MOST) known.clear();
    known.set(ticket.id, read);
    return read;
  };
  const get = (id: string): TicketVersion => {
    const found = prepared(db, `SELECT ${COLUMNS} FROM tickets WHERE id = ?`).get(id);
    if (!found) throw new QuittanceError('TICKET_NOT_FOUND', { message: `no ticket has the id ${id}` });
    const row = Row.parse(found);
    const last = known.get(id);
    return last?.version === row.version ? last : keep(ticketOf(row), row.version);
  };
  return {
    get,
    openOf: (model) => [...open.of(model, (id) => get(id).ticket).values()].reverse(),
    stored: (ticket, version) => {
      open.moved(keep(ticket, version).ticket);
    },
  };
};

/** Open tickets of each model that was asked for, oldest first. */
const openTickets = (db: Database) => {
  const models = new Map<string, Map<string, Ticket>>();
  let asOf: unknown;
  const ids = 'SELECT id FROM tickets WHERE model = ? AND duplicate_key IS NOT NULL ORDER BY position';
  return {
    of: (model: string, read: (id: string) => Ticket): ReadonlyMap<string, Ticket> => {
      const now = prepared(db, 'PRAGMA data_version').get()?.['data_version']; // other than before: another has written
      if (now !== asOf) models.clear();
      asOf = now;
      const found = models.get(model) ?? new Map(idsIn(prepared(db, ids).all(model)).map((id) => [id, read(id)]));
      models.set(model, found);
      return found;
    },
    moved: (ticket: Ticket): void => {
      if (duplicateKey(ticket) === undefined) models.get(ticket.model)?.delete(ticket.id);
      else models.get(ticket.model)?.set(ticket.id, ticket);
    },
  };
};

const idsIn = (rows: readonly unknown[]): string[] => rows.map((row) => Id.parse(row).id);

/** All tickets, newest first. */
export const allTickets = (db: Database): Ticket[] =>
  prepared(db, `SELECT ${COLUMNS} FROM tickets ORDER BY position DESC`)
    .all()
    .map((row) => ticketOf(Row.parse(row)));

/** STORE_CORRUPT where a column by which tickets are found says something else than the ticket itself. */
const ticketOf = ({ id, model, duplicate_key: key, body }: z.infer<typeof Row>): Ticket => {
  const ticket = parseTicket(body);
  const own = { id: ticket.id, model: ticket.model, duplicate_key: duplicateKey(ticket) ?? null };
  const columns = { id, model, duplicate_key: key };
  for (const name of ['id', 'model', 'duplicate_key'] as const)
    if (own[name] !== columns[name])
      throw new QuittanceError('STORE_CORRUPT', {
        message: `the column '${name}' of ticket ${id} is not what the ticket itself says`,
        hint: 'find out who edited the store, and restore the ticket from a backup',
      });
  return ticket;
};

/** STORE_CORRUPT where a stored body is no ticket. */
export const parseTicket = (body: string): Ticket => {
  const parsed = Ticket.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', { message: 'a stored ticket does not have the form of its status' });
};

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
};
