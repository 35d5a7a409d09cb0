// Lists of keys that were used under a name before, one row of the table of keys each (`<purpose>#former/<name>`; a
// name has no slash).
// Trap: between reading and writing others may write, so that every write is conditional on what was read, and says so
// instead of overwriting.
import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { safeName } from '#core/names.ts';
import { calling, isNamed, reasonsOf } from './failures.ts';
import { parseBody, parseItem, text, Text } from './items.ts';

export interface KeysTable {
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly table: string;
}

const listAt = (purpose: string, name: string) => ({ pk: text(`${purpose}#former/${safeName(name)}`) });

/** The oldest first, and the row's text as it was read; a row that is not there holds none. */
export const readList = <T>(
  { dynamodb, table }: KeysTable,
  purpose: string,
  name: string,
  form: z.ZodType<T[]>,
): Promise<{ readonly keys: T[]; readonly body: string | undefined }> =>
  calling('DynamoDB', async () => {
    const get = new GetItemCommand({ TableName: table, Key: listAt(purpose, name), ConsistentRead: true });
    const { Item: item } = await dynamodb.send(get);
    const body = item && parseItem(z.object({ body: Text }), item, 'row of former keys').body;
    return { body, keys: body === undefined ? [] : parseBody(form, body, 'row of former keys') };
  });

/** What is put in the list's place, if it still is as it was read. */
export const listInPlaceOf = (
  table: string,
  purpose: string,
  name: string,
  before: string | undefined,
  keys: readonly unknown[],
) => ({
  TableName: table,
  Item: { ...listAt(purpose, name), body: text(JSON.stringify(keys)) },
  ...(before === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'body = :before', ExpressionAttributeValues: { ':before': text(before) } }),
});

/** SERVICE_UNAVAILABLE where the condition of the write does not hold. */
export const unchanged = (write: () => Promise<unknown>): Promise<void> =>
  calling('DynamoDB', async () => {
    try {
      await write();
    } catch (error) {
      const refused = [error instanceof Error ? error.name : '', ...reasonsOf(error).map(({ Code }) => Code)];
      if (!isNamed(error, 'TransactionCanceledException', 'ConditionalCheckFailedException')) throw error;
      if (!refused.some((code) => code?.startsWith('ConditionalCheckFailed'))) throw error;
      throw new QuittanceError('SERVICE_UNAVAILABLE', {
        message: 'the rows of this key changed meanwhile; nothing was ended',
        hint: 'give the same command again',
        cause: error,
      });
    }
  });
