// What is served under a model's name, as an alias: a row that one conditional write changes, and an event on
// EventBridge that the customer's deployment follows. The endpoint that follows it, loads the artefact and reports its
// digest is asked by adapters/http/endpoint-serving.ts; without an endpoint a probe is refused.
// Trap: after a crash between write and event nobody has heard of the change. So the row records whether it was
// announced, and whoever reads an unannounced row announces it.
import { randomUUID } from 'node:crypto';
import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ServingTarget } from '#core/ports.ts';
import { servedMismatch } from '#core/serving.ts';
import { safeName } from '#core/names.ts';
import { calling, isNamed } from './failures.ts';
import { parseItem, text, Text, type Item } from './items.ts';
import { wroteIt } from './versioned-rows.ts';

export interface AliasServingOptions {
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  /** Has no backups and no streams, because it holds the secrets of suppression rules. */
  readonly table: string;
  readonly bus: string;
}

const PROMOTED = { source: 'quittance', detailType: 'Model Promoted' } as const;

const Alias = z.object({ digest: Text.pipe(Digest), writeId: Text, announced: Text.optional() });
type Alias = z.infer<typeof Alias>;

const aliasKey = (name: string): Item => ({ pk: text(`MODEL#${safeName(name)}`), sk: text('ALIAS') });
const ruleKey = (name: string, ruleId: string): Item => ({
  pk: text(`MODEL#${safeName(name)}`),
  sk: text(`RULE#${safeName(ruleId)}`),
});

export const aliasServing = (options: AliasServingOptions): ServingTarget => {
  const { dynamodb, table } = options;
  const read = (name: string) =>
    calling('DynamoDB', async () => {
      const get = new GetItemCommand({ TableName: table, Key: aliasKey(name), ConsistentRead: true });
      const { Item: item } = await dynamodb.send(get);
      return item && parseItem(Alias, item, 'alias');
    });
  return {
    served: async (name) => {
      const alias = await read(name);
      if (alias && alias.announced === undefined) await announce(options, name, alias);
      return alias && { digest: alias.digest };
    },
    promote: async (name, next, expected) => {
      const writeId = randomUUID();
      await calling('DynamoDB', () => flip(options, name, { digest: next, writeId }, expected));
      await announce(options, name, { digest: next, writeId });
    },
    probe: async (name) => {
      if (!(await read(name))) throw new QuittanceError('MODEL_NOT_FOUND', { message: `nothing is served as ${name}` });
      throw new QuittanceError('BACKEND_UNAVAILABLE', {
        message: `no endpoint is configured that serves ${name}`,
        hint: 'deploy with the context value servingUrl: an OpenAI-compatible endpoint',
      });
    },
    suppress: (name, { id, secret, ...entries }) =>
      calling('DynamoDB', async () => {
        const item = { ...ruleKey(name, id), secret: text(secret), entries: text(JSON.stringify(entries)) };
        await dynamodb.send(new PutItemCommand({ TableName: table, Item: item }));
      }),
    lift: (name, ruleId) =>
      calling('DynamoDB', async () => {
        await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: ruleKey(name, ruleId) }));
      }),
  };
};

const flip = async (
  { dynamodb, table }: AliasServingOptions,
  name: string,
  { digest, writeId }: Alias,
  expected: Digest | undefined,
) => {
  const write = new PutItemCommand({
    TableName: table,
    Item: { ...aliasKey(name), digest: text(digest), writeId: text(writeId) },
    ConditionExpression: expected === undefined ? 'attribute_not_exists(pk)' : 'digest = :expected',
    ...(expected === undefined ? {} : { ExpressionAttributeValues: { ':expected': text(expected) } }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  try {
    await dynamodb.send(write);
  } catch (error) {
    if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
    if (!wroteIt(error, writeId)) throw servedMismatch(name, expected, (error as { Item?: Item }).Item?.['digest']?.S);
  }
};

/** Announces at least once; the event's `writeId` makes a repeat recognisable. */
const announce = async ({ dynamodb, events, table, bus }: AliasServingOptions, name: string, alias: Alias) => {
  const detail = JSON.stringify({ model: name, digest: alias.digest, writeId: alias.writeId });
  const entry = { EventBusName: bus, Source: PROMOTED.source, DetailType: PROMOTED.detailType, Detail: detail };
  await calling('EventBridge', async () => {
    const { FailedEntryCount = 0 } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount > 0)
      throw new QuittanceError('SERVICE_UNAVAILABLE', { message: 'EventBridge did not take a promotion event' });
  });
  const mark = new UpdateItemCommand({
    TableName: table,
    Key: aliasKey(name),
    UpdateExpression: 'SET announced = :yes',
    ConditionExpression: 'writeId = :writeId',
    ExpressionAttributeValues: { ':yes': text('yes'), ':writeId': text(alias.writeId) },
  });
  await calling('DynamoDB', () => dynamodb.send(mark).catch(ifFlippedSince));
};

const ifFlippedSince = (error: unknown): void => {
  if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
};
