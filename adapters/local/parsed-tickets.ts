// Tickets as they were read or written last: every turn of a model looks at all that are open, and parsing one takes a
// tenth of a millisecond. Traps: what is kept is shared by all who read it, so it is frozen; it is kept only once it is
// on disk; where another process has written to the database, what is kept is read anew; and a row that somebody edited
// under its old version is another row, so its text is compared by digest, its columns with the ticket.
import { z } from 'zod';
import { digestOf, type Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { duplicateKey, Ticket } from '#core/ticket.ts';
import { corruptRow, readable, refuseOtherColumns, type TicketColumns, type Unreadable } from '#core/ticket-columns.ts';
import { prepared, type Database } from '#state-machine/sqlite.ts';

const MOST = 10_000;

export interface TicketVersion {
  readonly ticket: Ticket;
  readonly version: number;
}

export interface ParsedTickets {
  /** TICKET_NOT_FOUND, STORE_CORRUPT. */
  get(id: string): TicketVersion;
  /** Open ones of a model, newest first. */
  openOf(model: string, unreadable?: Unreadable): Ticket[];
  /** A commit of this process is on disk, with that body. */
  stored(ticket: Ticket, version: number, body: string): void;
}

interface Kept {
  readonly read: TicketVersion;
  readonly body: Digest;
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
  const known = new Map<string, Kept>();
  const open = openTickets(db);

  const keep = (ticket: Ticket, version: number, body: Digest): TicketVersion => {
    const read = { ticket: frozen(ticket), version };
    if (known.size >= MOST) known.clear();
    known.set(ticket.id, { read, body });
    return read;
  };
  const get = (id: string): TicketVersion => {
    const found = prepared(db, `SELECT ${COLUMNS} FROM tickets WHERE id = ?`).get(id);
    if (!found) throw new QuittanceError('TICKET_NOT_FOUND', { message: `no ticket has the id ${id}` });
    const row = rowOf(found);
    const [last, body] = [known.get(id), digestOf(row.body)];
    if (last?.read.version !== row.version || last.body !== body) return keep(ticketOf(row), row.version, body);
    refuseOtherColumns(last.read.ticket, columnsIn(row));
    return last.read;
  };
  return {
    get,
    openOf: (model, unreadable) => open.of(model, (id) => get(id).ticket, unreadable).reverse(),
    stored: (ticket, version, body) => {
      open.moved(keep(ticket, version, digestOf(body)).ticket);
    },
  };
};

interface Open {
  /** Oldest first. */
  readonly tickets: Map<string, Ticket>;
  readonly damaged: readonly QuittanceError[];
}

/** By the column that says so, and by the work list: a column that somebody emptied hides no ticket. */
const OPEN_IDS = `SELECT id FROM tickets WHERE model = :model AND (duplicate_key IS NOT NULL
  OR id IN (SELECT id FROM work_rows WHERE open = 1 AND model = :model)) ORDER BY position`;

/** Open tickets of each model that was asked for. */
const openTickets = (db: Database) => {
  const models = new Map<string, Open>();
  let asOf: unknown;
  const readAnew = (model: string, read: (id: string) => Ticket): Open => {
    const damaged: QuittanceError[] = [];
    const found = readable(idsIn(prepared(db, OPEN_IDS).all({ model })), read, (error) => void damaged.push(error));
    const open = found.filter((ticket) => duplicateKey(ticket) !== undefined);
    return { tickets: new Map(open.map((ticket) => [ticket.id, ticket])), damaged };
  };
  return {
    of: (model: string, read: (id: string) => Ticket, unreadable: Unreadable | undefined): Ticket[] => {
      const now = prepared(db, 'PRAGMA data_version').get()?.['data_version']; // other than before: another has written
      if (now !== asOf) models.clear();
      asOf = now;
      const known = models.get(model) ?? readAnew(model, read);
      models.set(model, known);
      for (const error of known.damaged) {
        if (unreadable === undefined) throw error;
        unreadable(error);
      }
      return [...known.tickets.values()];
    },
    moved: (ticket: Ticket): void => {
      if (duplicateKey(ticket) === undefined) models.get(ticket.model)?.tickets.delete(ticket.id);
      else models.get(ticket.model)?.tickets.set(ticket.id, ticket);
    },
  };
};

const idsIn = (rows: readonly unknown[]): string[] => rows.map((row) => Id.parse(row).id);

/** All tickets, newest first. */
export const allTickets = (db: Database, unreadable?: Unreadable): Ticket[] =>
  readable(
    prepared(db, `SELECT ${COLUMNS} FROM tickets ORDER BY position DESC`).all(),
    (row) => ticketOf(rowOf(row)),
    unreadable,
  );

const rowOf = (found: unknown): z.infer<typeof Row> => {
  const row = Row.safeParse(found);
  if (row.success) return row.data;
  throw corruptRow(Id.safeParse(found).data?.id ?? 'whose id is none');
};

const ticketOf = (row: z.infer<typeof Row>): Ticket =>
  refuseOtherColumns(parseTicket(row.body, row.id), columnsIn(row));

const columnsIn = ({ id, model, duplicate_key }: z.infer<typeof Row>): TicketColumns => ({
  ...{ id, model },
  duplicate: duplicate_key ?? undefined,
});

/** STORE_CORRUPT where a stored body is no ticket. */
export const parseTicket = (body: string, id: string): Ticket => {
  const parsed = Ticket.safeParse(jsonOr(body));
  if (parsed.success) return parsed.data;
  throw corruptRow(id);
};

const jsonOr = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // no JSON at all is no ticket
  }
};

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
};
