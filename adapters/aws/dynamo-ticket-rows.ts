// The rows of the tickets' table and the writes of one transaction: TICKET#id/TICKET, TICKET#id/EVENT#n,
// UNIQUE#model#person/UNIQUE, OUTBOX/stamp.
// Trap: the stamp orders events of different tickets by time only; a ticket's own order is its sequence.
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { StoredEvent } from '#core/ports.ts';
import { duplicateKey, Ticket } from '#core/ticket.ts';
import { corruptRow, OtherColumn, refuseOtherColumns } from '#core/ticket-columns.ts';
import { storedEvent } from '#core/ticket-events.ts';
import type { Transition } from '#core/transitions.ts';
import { placeOf, workRowOf } from '#core/worklist.ts';
import { Int, jsonOf, number, parseItem, text, Text, type Item } from './items.ts';

/** The index that lists tickets by filing. */
export const BY_FILING = 'by-filing';

/** The index of a model's open tickets; sparse: a ticket that is closed or purged loses its `openModel`. */
export const OPEN_BY_MODEL = 'open-by-model';

/** The index of the work list: open and closed tickets apart, each by due date. It holds the rows of the list alone. */
export const WORK_BY_DUE = 'work-by-due';

export const OUTBOX = 'OUTBOX';
export const ticketKey = (id: string) => ({ pk: text(`TICKET#${id}`), sk: text('TICKET') });
const eventKey = (id: string, sequence: number) => ({
  pk: text(`TICKET#${id}`),
  sk: text(`EVENT#${String(sequence).padStart(8, '0')}`),
});
const uniqueKey = (model: string, key: string) => ({ pk: text(`UNIQUE#${model}#${key}`), sk: text('UNIQUE') });

export const TicketRow = z.object({ version: Int, body: Text, model: Text, duplicate: Text.optional() });
/** The row with all by which its ticket is found. */
const WholeRow = TicketRow.extend({ pk: Text, openModel: Text.optional() });
const Key = z.object({ pk: Text });
const KEY = 'TICKET#';
const EventRow = z.object({
  eventId: Text,
  ticketId: Text,
  sequence: Int,
  type: Text,
  at: Text,
  body: Text,
  leafIndex: Int.optional(),
});
const OutboxKey = z.object({ outbox: Text });

/** Increasing within a process, and close to the time across processes: microseconds, 17 digits. */
export const commitStamps = (): (() => string) => {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return String(last).padStart(17, '0');
  };
};

export const creation = (table: string, transition: Transition, stamp: string): TransactWriteItem[] => {
  const { ticket } = transition;
  const duplicate = duplicateKey(ticket);
  const row: Item = {
    ...ticketKey(ticket.id),
    version: number(1),
    model: text(ticket.model),
    body: text(JSON.stringify(ticket)),
    listed: text('tickets'),
    ...workAttributes(ticket),
    filed: text(stamp),
    ...(duplicate === undefined ? {} : { duplicate: text(duplicate), openModel: text(ticket.model) }),
  };
  const unique = duplicate === undefined ? [] : [ifAbsent(table, uniqueRow(ticket.model, duplicate, ticket.id))];
  return [ifAbsent(table, row), ...unique, ...eventWrites(table, transition, stamp)];
};

/** STORE_CORRUPT, by the ticket, where the row is malformed or a column says something else than the ticket. */
export const ticketIn = (item: Item): { ticket: Ticket; version: number } => {
  const [row, id] = [WholeRow.safeParse(item), (Key.safeParse(item).data?.pk ?? '').slice(KEY.length)];
  const parsed = row.success ? Ticket.safeParse(jsonOf(row.data.body)) : undefined;
  if (!row.success || !parsed?.success) throw corruptRow(id);
  const { model, duplicate, openModel, version } = row.data;
  const ticket = refuseOtherColumns(parsed.data, { id, model, duplicate });
  if (openModel !== (duplicate === undefined ? undefined : model)) throw new OtherColumn(ticket, id, 'openModel');
  return { ticket, version };
};

/** What the index of the work list reads. */
const workAttributes = (ticket: Ticket): { workPart: Item[string]; workDue: Item[string]; workRow: Item[string] } => {
  const row = workRowOf(ticket);
  const [part, due, id] = placeOf(row);
  return { workPart: text(part), workDue: text(workDue(due, id)), workRow: text(JSON.stringify(row)) };
};

export const workDue = (due: string, id: string): string => `${due}#${id}`;

const uniqueRow = (model: string, duplicate: string, id: string): Item => ({
  ...uniqueKey(model, duplicate),
  ticketId: text(id),
});

const ifAbsent = (table: string, item: Item): TransactWriteItem => ({
  Put: {
    TableName: table,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

export const commitment = (
  table: string,
  transition: Transition,
  version: number,
  released: string | undefined,
  stamp: string,
): TransactWriteItem[] => {
  const { ticket } = transition;
  const update: TransactWriteItem = {
    Update: {
      TableName: table,
      Key: ticketKey(ticket.id),
      ConditionExpression: '#version = :version',
      UpdateExpression: `SET #version = :next, body = :body, workPart = :workPart, workDue = :workDue, workRow = :workRow${released === undefined ? '' : ' REMOVE #duplicate, openModel'}`,
      ExpressionAttributeNames: {
        '#version': 'version',
        ...(released === undefined ? {} : { '#duplicate': 'duplicate' }),
      },
      ExpressionAttributeValues: {
        ':version': number(version),
        ':next': number(version + 1),
        ':body': text(JSON.stringify(ticket)),
        ...Object.fromEntries(Object.entries(workAttributes(ticket)).map(([name, value]) => [`:${name}`, value])),
      },
    },
  };
  const release =
    released === undefined ? [] : [{ Delete: { TableName: table, Key: uniqueKey(ticket.model, released) } }];
  return [update, ...release, ...eventWrites(table, transition, stamp)];
};

/** Writes each event twice: into its ticket's history, and into the outbox until it is in the log. */
const eventWrites = (table: string, { events }: Transition, stamp: string): TransactWriteItem[] =>
  events.map(storedEvent).flatMap((event) => {
    const outbox = text(`${event.at}#${stamp}#${event.eventId}`);
    const row = eventRow(event);
    return [
      ifAbsent(table, { ...eventKey(event.ticketId, event.sequence), ...row, outbox }),
      { Put: { TableName: table, Item: { pk: text(OUTBOX), sk: outbox, ...row } } },
    ];
  });

const eventRow = ({ eventId, ticketId, sequence, type, at, body }: StoredEvent): Item => ({
  eventId: text(eventId),
  ticketId: text(ticketId),
  sequence: number(sequence),
  type: text(type),
  at: text(at),
  body: text(body),
});

/** Records the leaf and removes the event from the outbox; either may have been done before. */
export const marking = async (
  table: string,
  { eventId, leafIndex }: { eventId: string; leafIndex: number },
  read: (key: Item) => Promise<Item | undefined>,
): Promise<TransactWriteItem[]> => {
  const [id = '', sequence] = eventId.split('.');
  const key = eventKey(id, Number(sequence));
  const { outbox } = parseItem(OutboxKey, await read(key), 'event');
  return [
    {
      Update: {
        TableName: table,
        Key: key,
        UpdateExpression: 'SET leafIndex = if_not_exists(leafIndex, :leaf)',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':leaf': number(leafIndex) },
      },
    },
    { Delete: { TableName: table, Key: { pk: text(OUTBOX), sk: text(outbox) } } },
  ];
};

export const parseEvent = (item: Item): StoredEvent => {
  const { leafIndex, ...event } = parseItem(EventRow, item, 'event');
  return leafIndex === undefined ? event : { ...event, leafIndex };
};

/**
 * Functions whose clocks differ may stamp a ticket's events in the wrong order, so the places that they take in the
 * list are filled in the order of the ticket's own sequence.
 */
export const inTicketOrder = (events: readonly StoredEvent[]): StoredEvent[] => {
  const ordered = new Map<string, StoredEvent[]>();
  for (const event of [...events].sort((a, b) => a.sequence - b.sequence))
    ordered.set(event.ticketId, [...(ordered.get(event.ticketId) ?? []), event]);
  return events.flatMap(({ ticketId }) => ordered.get(ticketId)?.shift() ?? []);
};
