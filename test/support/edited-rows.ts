// A store in which somebody has edited tickets' rows, or their events, past the product: what the steps read of it.
import { isQuittanceError } from '#core/errors.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import type { Step } from '#core/step.ts';
import type { Ticket } from '#core/ticket.ts';
import { corruptRow, OtherColumn, readable, type Unreadable } from '#core/ticket-columns.ts';
import { findStep } from '#functions/steps.ts';

/** The ports of whoever reads that store; `row` gives the fields that are other than they were: undefined is gone. */
export const edited = (
  { ports }: { readonly ports: Ports },
  row: (ticket: Ticket) => object,
  events: (all: StoredEvent[]) => StoredEvent[] = (all) => all,
): Ports => {
  const read = (ticket: Ticket): Ticket =>
    Object.fromEntries(
      Object.entries({ ...ticket, ...row(ticket) }).filter(([, value]) => value !== undefined),
    ) as Ticket;
  return {
    ...ports,
    tickets: {
      ...ports.tickets,
      get: async (id) => {
        const found = await ports.tickets.get(id);
        return { ...found, ticket: read(found.ticket) };
      },
      list: async () => (await ports.tickets.list()).map(read),
      openOf: async (model) => (await ports.tickets.openOf(model)).map(read),
      events: async (id) => events(await ports.tickets.events(id)),
    },
  };
};

/**
 * The ports of whoever reads a store in which that ticket's row is damaged, or, `ofColumn`, the column by which it is
 * found.
 */
export const damaged = ({ ports }: { readonly ports: Ports }, id: string, ofColumn = false): Ports => {
  const others = (tickets: readonly Ticket[], unreadable?: Unreadable) =>
    readable(
      tickets,
      (ticket) => {
        if (ticket.id === id) throw ofColumn ? new OtherColumn(ticket, id, 'duplicate') : corruptRow(id);
        return ticket;
      },
      unreadable,
    );
  return {
    ...ports,
    tickets: {
      ...ports.tickets,
      get: async (asked) => {
        if (asked === id) throw corruptRow(id);
        return ports.tickets.get(asked);
      },
      list: async (unreadable) => others(await ports.tickets.list(), unreadable),
      openOf: async (model, unreadable) => others(await ports.tickets.openOf(model), unreadable),
    },
  };
};

/** 'done', or the code of the error with the field that it names. */
export const refusal = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
    return 'done';
  } catch (error) {
    return isQuittanceError(error) ? `${error.code} ${/'(.+?)'/.exec(error.message)?.[1] ?? ''}` : String(error);
  }
};

export const run = (step: string | Step, input: object, ports: Ports): Promise<string> =>
  refusal((typeof step === 'string' ? findStep(step) : step).handle(input, ports));

/** Every leaf of a value, by its path. */
export const leavesOf = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => leavesOf(one, [...path, key]))
    : [path];

/** The value with another leaf there; a keyed digest becomes another, as no store reads anything else in its place. */
export const otherwise = (value: unknown, [key, ...rest]: readonly string[]): unknown => {
  if (key === undefined) return otherLeaf(value);
  if (Array.isArray(value)) return value.map((one: unknown, i) => (String(i) === key ? otherwise(one, rest) : one));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: otherwise(fields[key], rest) };
};

const otherLeaf = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  const text = String(value);
  return /^[0-9a-f]{64}$/.test(text) ? text.replace(/.$/, (last) => (last === '0' ? '1' : '0')) : `${text}0`;
};
