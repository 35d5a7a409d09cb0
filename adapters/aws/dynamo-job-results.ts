// What jobs report, by the job's name: one small row each, overwritten by a repeat.
import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { JobResults } from '#core/ports.ts';
import { calling } from './failures.ts';
import { parseBody, parseItem, text, Text } from './items.ts';

const Row = z.object({ body: Text });

export const dynamoJobResults = (client: DynamoDBClient, table: string): JobResults => ({
  put: (jobName, result) =>
    calling('DynamoDB', async () => {
      const item = { pk: text(jobName), body: text(JSON.stringify(result)) };
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    }),
  get: (jobName) =>
    calling('DynamoDB', async () => {
      const get = new GetItemCommand({ TableName: table, Key: { pk: text(jobName) }, ConsistentRead: true });
      const { Item: item } = await client.send(get);
      if (!item) throw new QuittanceError('NOT_FOUND', { message: `job ${jobName} has not reported a result` });
      return parseBody(z.json(), parseItem(Row, item, 'job result').body, 'job result');
    }),
});
