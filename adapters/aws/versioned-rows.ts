// Rows under compare-and-swap in one table: { pk, version, body }. Trap: the SDK repeats a write whose answer was lost,
// and the repeat fails its own condition. Each write therefore carries a random mark, by which it recognises a row that
// it wrote itself.
import { randomUUID } from 'node:crypto';
import { GetItemCommand, paginateScan, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { calling, isNamed } from './failures.ts';
import { Int, number, parseItem, text, Text, type Item } from './items.ts';

const Row = z.object({ version: Int, body: Text });
export type Row = z.infer<typeof Row>;

export interface VersionedRows {
  /** Reads its own writes. */
  read(key: string): Promise<Row | undefined>;
  all(): Promise<Row[]>;
  /**
   * Whether the row was written: `version` must be the row's current one, 0 for a row that does not exist. Durable when
   * it returns.
   */
  swap(key: string, body: string, version: number): Promise<boolean>;
}

export const versionedRows = (client: DynamoDBClient, table: string): VersionedRows => ({
  read: (key) =>
    calling('DynamoDB', async () => {
      const get = new GetItemCommand({ TableName: table, Key: { pk: text(key) }, ConsistentRead: true });
      const { Item: item } = await client.send(get);
      return item && parseItem(Row, item, 'row');
    }),
  all: () =>
    calling('DynamoDB', async () => {
      const items: Item[] = [];
      for await (const page of paginateScan({ client }, { TableName: table })) items.push(...(page.Items ?? []));
      return items.map((item) => parseItem(Row, item, 'row'));
    }),
  swap: (key, body, version) => calling('DynamoDB', () => put(client, table, key, body, version)),
});

const put = async (client: DynamoDBClient, table: string, key: string, body: string, version: number) => {
  const writeId = randomUUID();
  const isCurrent = version === 0 ? 'attribute_not_exists(pk)' : '#version = :version';
  const write = new PutItemCommand({
    TableName: table,
    Item: { pk: text(key), version: number(version + 1), body: text(body), writeId: text(writeId) },
    ConditionExpression: isCurrent,
    ...(version === 0
      ? {}
      : {
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': number(version) },
        }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    await client.send(write);
    return true;
  } catch (error) {
    if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
    return wroteIt(error, writeId);
  }
};

/** Whether the row that made the condition fail was written by this very write. */
export const wroteIt = (error: unknown, writeId: string): boolean =>
  (error as { Item?: Item }).Item?.['writeId']?.S === writeId;
