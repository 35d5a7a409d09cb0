// The labels of the vault: an item a label with the tickets that have it, and an item a ticket with its labels, both
// in the table without backups. Trap: a label is added to the ticket's item first, so that whatever stands in a label's
// item is found again when the ticket is destroyed.
import { DeleteItemCommand, GetItemCommand, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { MOST_LABELLED } from '#core/subject-labels.ts';
import { calling } from './failures.ts';
import { text } from './items.ts';
import { ifAbsentOnly } from './wrapped-secrets.ts';

const Members = z.object({ members: z.object({ SS: z.array(z.string()) }).optional() });

export const vaultLabels = ({ dynamodb, table: TableName }: { dynamodb: DynamoDBClient; table: string }) => {
  const labelKey = (label: string) => ({ pk: text(`LABEL#${label}`) });
  const ticketKey = (ticketId: string) => ({ pk: text(`LABELS#${ticketId}`) });
  const change = (verb: 'ADD' | 'DELETE', Key: ReturnType<typeof labelKey>, members: readonly string[]) =>
    calling('DynamoDB', () =>
      dynamodb.send(
        new UpdateItemCommand({
          ...{ TableName, Key },
          UpdateExpression: `${verb} members :members`,
          ExpressionAttributeValues: { ':members': { SS: [...members] } },
        }),
      ),
    );
  const membersOf = (Key: ReturnType<typeof labelKey>) =>
    calling('DynamoDB', async () => {
      const { Item: item } = await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return item ? (Members.parse(item).members?.SS ?? []) : [];
    });
  const drop = (Key: ReturnType<typeof labelKey>) =>
    calling('DynamoDB', () =>
      dynamodb
        .send(new DeleteItemCommand({ TableName, Key, ConditionExpression: 'attribute_not_exists(members)' }))
        .catch(ifAbsentOnly),
    );
  return {
    add: async (ticketId: string, labels: readonly string[]): Promise<void> => {
      if (labels.length === 0) return;
      await change('ADD', ticketKey(ticketId), labels);
      for (const label of labels) await change('ADD', labelKey(label), [ticketId]);
    },
    of: async (label: string): Promise<string[]> => (await membersOf(labelKey(label))).sort().slice(0, MOST_LABELLED),
    remove: async (ticketId: string): Promise<void> => {
      const labels = await membersOf(ticketKey(ticketId));
      for (const label of labels) {
        await change('DELETE', labelKey(label), [ticketId]);
        await drop(labelKey(label)); // no trace of a name that nobody has any more
      }
      if (labels.length > 0) await change('DELETE', ticketKey(ticketId), labels);
      await drop(ticketKey(ticketId));
    },
  };
};
