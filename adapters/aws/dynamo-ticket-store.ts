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
import { duplicateKey, Ticket } from '#core/ticket.ts';
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
  ticketKey,
  TicketRow,
} from './dynamo-ticket-rows.ts';
import { workCounts, workPage } from './dynamo-worklist.ts';
import { parseBody, parseItem, text, type Item } from './items.ts';

/** A transaction may have 100 items, and a mark needs two. */
const MARKS_AT_ONCE = 50;

export const dynamoTicketStore = (client: DynamoDBClient, table: string): TicketStore => {
  const stamp = commitStamps();
  const query = async (input: Omit<QueryCommandInput, 'TableName'>, limit = Infinity) => {
    const items: Item[] = [];
    for await (const page of paginateQuery({ client }, { TableName: table, ...input })) {
      items.push(...(page.Items ?? []));
      if (items.length >= limit) break;
    }
    return items.slice(0, limit);
  };
  const read = async (key: Item) =>
    (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
  /** Newest first, from an index, which may lag. */
  const listed = async (index: string, key: string, value: string) => {
    const items = await query({
      IndexName: index,
      KeyConditionExpression: `${key} = :value`,
      ExpressionAttributeValues: { ':value': text(value) },
      ScanIndexForward: false,
    });
    return items.map((item) => parseBody(Ticket, parseItem(TicketRow, item, 'ticket').body, 'ticket'));
  };
  const write = (items: TransactWriteItem[]) => client.send(new TransactWriteItemsCommand({ TransactItems: items }));

  return {
    create: (transition) =>
      calling('DynamoDB', async () => {
        try {
          await write(creation(table, transition, stamp()));
        } catch (error) {
          throw refusedCreation(error, transition.ticket.id);
        }
      }),
    get: (id) =>
      calling('DynamoDB', async () => {
        const item = await read(ticketKey(id));
        if (!item) throw new QuittanceError('TICKET_NOT_FOUND', { message: `no ticket has the id ${id}` });
        const { version, body } = parseItem(TicketRow, item, 'ticket');
        return { ticket: parseBody(Ticket, body, 'ticket'), version };
      }),
    commit: (transition, version) =>
      calling('DynamoDB', async () => {
        const { ticket } = transition;
        const row = duplicateKey(ticket) === undefined ? await read(ticketKey(ticket.id)) : undefined;
        const released = row && parseItem(TicketRow, row, 'ticket').duplicate;
        try {
          await write(commitment(table, transition, version, released, stamp()));
        } catch (error) {
          throw isRefused(error) ? conflict(ticket.id) : error;
        }
      }),
    list: () => calling('DynamoDB', () => listed(BY_FILING, 'listed', 'tickets')),
    page: (query) => calling('DynamoDB', () => workPage(client, table, query)),
    counts: (filter) => calling('DynamoDB', () => workCounts(client, table, filter)),
    openOf: (model) => calling('DynamoDB', () => listed(OPEN_BY_MODEL, 'openModel', model)),
    events: (id) =>
      calling('DynamoDB', async () => {
        const items = await query({
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
          ExpressionAttributeValues: { ':pk': text(`TICKET#${id}`), ':event': text('EVENT#') },
          ConsistentRead: true,
        });
        return items.map(parseEvent);
      }),
    unsequenced: (limit) =>
      calling('DynamoDB', async () => {
        const outbox = { ':pk': text(OUTBOX) };
        const items = await query(
          { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: outbox, ConsistentRead: true, Limit: limit },
          limit,
        );
        return inTicketOrder(items.map(parseEvent));
      }),
    markSequenced: (marks) =>
      calling('DynamoDB', async () => {
        for (let at = 0; at < marks.length; at += MARKS_AT_ONCE) {
          const some = marks.slice(at, at + MARKS_AT_ONCE);
          await write((await Promise.all(some.map((mark) => marking(table, mark, read)))).flat());
        }
      }),
  };
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
