// What a store finds a ticket by, written beside the ticket itself. Trap: a column that somebody edited hides a ticket
// from lists and from the rule against duplicates, or shows it where it does not belong, though the ticket is whole; so
// a row is held against its ticket wherever it is read.
import { isQuittanceError, QuittanceError } from './errors.ts';
import { duplicateKey, type Ticket } from './ticket.ts';

/** Of a ticket that is closed or purged there is no key that a duplicate would have. */
export interface TicketColumns {
  readonly id: string;
  readonly model: string;
  readonly duplicate: string | undefined;
}

export const columnsOf = (ticket: Ticket): TicketColumns => ({
  id: ticket.id,
  model: ticket.model,
  duplicate: duplicateKey(ticket),
});

/** STORE_CORRUPT, by ticket and column, where a column says something else than the ticket. */
export const refuseOtherColumns = (ticket: Ticket, row: TicketColumns): Ticket => {
  const own = columnsOf(ticket);
  for (const name of ['id', 'model', 'duplicate'] as const)
    if (own[name] !== row[name]) throw new OtherColumn(ticket, row.id, name);
  return ticket;
};

/** STORE_CORRUPT of a column that is not what the ticket would be found by; the ticket itself is whole. */
export class OtherColumn extends QuittanceError {
  readonly #ticket: Ticket; // in no print of the error

  constructor(ticket: Ticket, id: string, name: string) {
    super('STORE_CORRUPT', corrupt(id, `the column '${name}' of ticket ${id} is not what the ticket itself says`));
    this.#ticket = ticket;
  }

  get ticket(): Ticket {
    return this.#ticket;
  }
}

/** STORE_CORRUPT of a ticket whose row does not have its form. */
export const corruptRow = (id: string): QuittanceError =>
  new QuittanceError('STORE_CORRUPT', corrupt(id, `the row of ticket ${id} does not have the form of its status`));

const corrupt = (id: string, message: string) => ({
  ...{ message, got: id },
  hint: 'find out who edited the store, and restore the ticket from a backup',
});

/** Told of each row that does not have its form, or whose columns say something else than its ticket. */
export type Unreadable = (error: QuittanceError) => void;

/** What is read of each row; where `unreadable` is given, damaged rows are told to it and left out. */
export const readable = <R, T>(rows: readonly R[], read: (row: R) => T, unreadable: Unreadable | undefined): T[] =>
  rows.flatMap((row) => {
    try {
      return [read(row)];
    } catch (error) {
      if (unreadable === undefined || !isQuittanceError(error, 'STORE_CORRUPT')) throw error;
      unreadable(error);
      return [];
    }
  });
