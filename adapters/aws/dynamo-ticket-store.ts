// Tickets and their events in one table, each commit one TransactWriteItems: a crash can never leave a new status
// without its event. The partition OUTBOX holds a copy of each event that has no leaf in the log yet, and is read
// consistently; the row UNIQUE#… is the duplicate rule, so that two filings at once cannot both pass. Source: DynamoDB
// Developer Guide, "Transactions". Trap: a transaction's answer may be lost; the SDK repeats it under the same
// ClientRequestToken, which DynamoDB answers like the first for ten minutes.
import {
  GetItemCommand,
  paginateQuery,
  TransactWriteItemsCommand,
  type DynamoDBClient,
  type QueryCommandInput,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { QuittanceError } from '#core/errors.ts';
import type { TicketStore } from '#core/ports.ts';
import { duplicateKey, type Ticket } from '#core/ticket.ts';
import { readable, type Unreadable } from '#core/ticket-columns.ts';
import { calling, reasonsOf, type Reason } from './failures.ts';
import {
  BY_FILING,
  commitment,
  commitStamps,
  creation,
  inTicketOrder,
  marking,
  OPEN_BY_MODEL,
  OUTBOX,
  parseEvent,
  ticketIn,
  ticketKey,
  TicketRow,
} from './dynamo-ticket-rows.ts';
import { workCounts, workPage } from './dynamo-worklist.ts';
import { parseItem, text, type Item } from './items.ts';

/** A transaction may have 100 items, and a mark needs two. */
const MARKS_AT_ONCE = 50;

export const dynamoTicketStore = (client: DynamoDBClient, table: string): TicketStore => {
  const rows: Rows = { client, table, stamp: commitStamps() };
  return { ...changes(rows), ...single(rows), ...lists(rows), ...outbox(rows) };
};

/** The table, and the stamps of one process, in whose order its commits are read back. */
interface Rows {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly stamp: ReturnType<typeof commitStamps>;
}

const changes = (rows: Rows): Pick<TicketStore, 'create' | 'commit'> => ({
  create: (transition) =>
    calling('DynamoDB', async () => {
      try {
        await write(rows, creation(rows.table, transition, rows.stamp()));
      } catch (error) {
        throw refusedCreation(error, transition.ticket.id);
      }
    }),
  commit: (transition, version) =>
    calling('DynamoDB', async () => {
      const { ticket } = transition;
      const row = duplicateKey(ticket) === undefined ? await read(rows, ticketKey(ticket.id)) : undefined;
      const released = row && parseItem(TicketRow, row, 'ticket').duplicate;
      try {
        await write(rows, commitment(rows.table, transition, version, released, rows.stamp()));
      } catch (error) {
        throw isRefused(error) ? conflict(ticket.id) : error;
      }
    }),
});

const single = (rows: Rows): Pick<TicketStore, 'get' | 'events'> => ({
  get: (id) =>
    calling('DynamoDB', async () => {
      const item = await read(rows, ticketKey(id));
      if (!item) throw new QuittanceError('TICKET_NOT_FOUND', { message: `no ticket has the id ${id}` });
      return ticketIn(item);
    }),
  events: (id) =>
    calling('DynamoDB', async () => {
      const items = await query(rows, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
        ExpressionAttributeValues: { ':pk': text(`TICKET#${id}`), ':event': text('EVENT#') },
        ConsistentRead: true,
      });
      return items.map(parseEvent);
    }),
});

const lists = (rows: Rows): Pick<TicketStore, 'list' | 'page' | 'counts' | 'openOf'> => ({
  list: (unreadable) => calling('DynamoDB', () => listed(rows, BY_FILING, 'listed', 'tickets', unreadable)),
  page: (asked) => calling('DynamoDB', () => workPage(rows.client, rows.table, asked)),
  counts: (filter) => calling('DynamoDB', () => workCounts(rows.client, rows.table, filter)),
  openOf: (model, unreadable) => calling('DynamoDB', () => listed(rows, OPEN_BY_MODEL, 'openModel', model, unreadable)),
});

const outbox = (rows: Rows): Pick<TicketStore, 'unsequenced' | 'markSequenced'> => ({
  unsequenced: (limit) =>
    calling('DynamoDB', async () => {
      const values = { ':pk': text(OUTBOX) };
      const items = await query(
        rows,
        { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: values, ConsistentRead: true, Limit: limit },
        limit,
      );
      return inTicketOrder(items.map(parseEvent));
    }),
  markSequenced: (marks) =>
    calling('DynamoDB', async () => {
      for (let at = 0; at < marks.length; at += MARKS_AT_ONCE) {
        const some = marks.slice(at, at + MARKS_AT_ONCE);
        const marked = some.map((mark) => marking(rows.table, mark, (key) => read(rows, key)));
        await write(rows, (await Promise.all(marked)).flat());
      }
    }),
});

const query = async ({ client, table }: Rows, input: Omit<QueryCommandInput, 'TableName'>, limit = Infinity) => {
  const items: Item[] = [];
  for await (const page of paginateQuery({ client }, { TableName: table, ...input })) {
    items.push(...(page.Items ?? []));
    if (items.length >= limit) break;
  }
  return items.slice(0, limit);
};

const read = async ({ client, table }: Rows, key: Item) =>
  (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;

const write = ({ client }: Rows, items: TransactWriteItem[]) =>
  client.send(new TransactWriteItemsCommand({ TransactItems: items }));

/** Newest first, from an index, which may lag. */
const listed = async (
  rows: Rows,
  index: string,
  key: string,
  value: string,
  unreadable: Unreadable | undefined,
): Promise<Ticket[]> => {
  const items = await query(rows, {
    IndexName: index,
    KeyConditionExpression: `${key} = :value`,
    ExpressionAttributeValues: { ':value': text(value) },
    ScanIndexForward: false,
  });
  return readable(items, (item) => ticketIn(item).ticket, unreadable);
};

/** A condition did not hold, or another transaction wrote the same items first. */
const isRefused = (error: unknown): boolean =>
  reasonsOf(error).some(({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict');

const refusedCreation = (error: unknown, id: string): unknown => {
  const holder = reasonsOf(error).find(({ Code, Item: item }) => Code === 'ConditionalCheckFailed' && isUnique(item));
  const other = holder?.Item?.['ticketId']?.S;
  if (other !== undefined && other !== id) return duplicate(other);
  return isRefused(error) ? conflict(id) : error;
};

const isUnique = (item: Reason['Item']): boolean => item?.['sk']?.S === 'UNIQUE';

const conflict = (id: string) =>
  new QuittanceError('TICKET_CONFLICT', {
    message: `ticket ${id} changed since it was read`,
    hint: 'repeat the command: it then reads the newer version',
  });

const duplicate = (id: string) =>
  new QuittanceError('TICKET_DUPLICATE', { message: `ticket ${id} covers the same person and model` });
