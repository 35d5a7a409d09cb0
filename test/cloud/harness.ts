// Fresh tables, buckets and keys at the endpoint that AWS_ENDPOINT_URL names, shaped as infra's stateful stack shapes
// them, and the ports over them.
import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  UpdateItemCommand,
  waitUntilTableExists,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { awsClients, ClientEnvironment, type AwsClients } from '#adapters/aws/clients.ts';
import { BY_FILING, OPEN_BY_MODEL, ticketKey, WORK_BY_DUE } from '#adapters/aws/dynamo-ticket-rows.ts';
import { awsPorts } from '#adapters/aws/index.ts';
import { must } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import type { EditedColumn } from '../contract/contract.ts';

export const endpoint = process.env['AWS_ENDPOINT_URL'];

export interface CloudHarness {
  readonly ports: Ports;
  /** The same stores as another process would open them. */
  reopen(): Ports;
  readonly clients: AwsClients;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes other words into an attribute of a ticket's row, past the ports. */
  edit: (id: string, column: EditedColumn) => Promise<void>;
  remove: () => Promise<void>;
}

type Table = 'tickets' | 'vault' | 'log_head' | 'results' | 'models' | 'serving' | 'keys';
const TABLES: readonly Table[] = ['tickets', 'vault', 'log_head', 'results', 'models', 'serving', 'keys'];
const BUCKETS = ['vault', 'artifacts', 'ledger'] as const;
const MAIL = 'quittance@example.org';

export const cloudHarness = async (changed: Readonly<Record<string, string>> = {}): Promise<CloudHarness> => {
  const id = `q${randomBytes(5).toString('hex')}`;
  const clients = awsClients(ClientEnvironment.parse(process.env));
  await Promise.all(TABLES.map((table) => createTable(clients.dynamodb, `${id}-${table}`, table)));
  await Promise.all(BUCKETS.map((bucket) => clients.s3.send(new CreateBucketCommand({ Bucket: `${id}-${bucket}` }))));
  const { KeyMetadata } = await clients.kms.send(new CreateKeyCommand({}));
  const KeyId = must(KeyMetadata?.KeyId, 'key id');
  // there since the last test
  await clients.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: MAIL })).catch(() => undefined);
  const environment = { ...process.env, ...variables(id, KeyId), ...changed };
  return {
    ports: awsPorts(environment, clients),
    reopen: () => awsPorts(environment),
    clients,
    environment,
    edit: editorOf(clients.dynamodb, id),
    remove: async () => {
      await Promise.all(
        TABLES.map((table) => clients.dynamodb.send(new DeleteTableCommand({ TableName: `${id}-${table}` }))),
      );
      await Promise.all(BUCKETS.map((bucket) => removeBucket(clients, `${id}-${bucket}`)));
      await clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    },
  };
};

/** Tables alone, for the ports that need nothing else. */
export const tableHarness = async (
  url: string,
): Promise<Pick<CloudHarness, 'ports' | 'reopen' | 'edit' | 'remove'>> => {
  const id = `q${randomBytes(5).toString('hex')}`;
  const environment = { ...process.env, ...variables(id, 'none'), AWS_ENDPOINT_URL: url };
  const { dynamodb } = awsClients(ClientEnvironment.parse(environment));
  await Promise.all(TABLES.map((table) => createTable(dynamodb, `${id}-${table}`, table)));
  const remove = async () => {
    await Promise.all(TABLES.map((table) => dynamodb.send(new DeleteTableCommand({ TableName: `${id}-${table}` }))));
  };
  return {
    ports: awsPorts(environment),
    reopen: () => awsPorts(environment),
    edit: editorOf(dynamodb, id),
    remove,
  };
};

const editorOf = (client: DynamoDBClient, id: string) => async (ticketId: string, column: EditedColumn) => {
  await client.send(
    new UpdateItemCommand({
      TableName: `${id}-tickets`,
      Key: ticketKey(ticketId),
      UpdateExpression: 'SET #column = :words',
      ExpressionAttributeNames: { '#column': column },
      ExpressionAttributeValues: { ':words': { S: 'edited' } },
    }),
  );
};

const variables = (id: string, key: string): Record<string, string> => ({
  ...Object.fromEntries(TABLES.map((table) => [`QUITTANCE_${table.toUpperCase()}_TABLE`, `${id}-${table}`])),
  ...Object.fromEntries(BUCKETS.map((bucket) => [`QUITTANCE_${bucket.toUpperCase()}_BUCKET`, `${id}-${bucket}`])),
  QUITTANCE_VAULT_KEY: key,
  QUITTANCE_SIGNER_ALIASES: `alias/${id}`,
  QUITTANCE_SIGNER_MAY_CREATE: 'yes',
  QUITTANCE_KMS_SIGNERS: '["log"]',
  QUITTANCE_EVENT_BUS: 'default',
  QUITTANCE_MAIL_FROM: MAIL,
  QUITTANCE_MAIL_ADDRESSES: JSON.stringify({ default: MAIL }),
  QUITTANCE_REGION: 'DE-BE',
  QUITTANCE_TIME_ZONE: 'Europe/Berlin',
});

const createTable = async (client: DynamoDBClient, name: string, table: Table) => {
  const sorted = table === 'tickets' || table === 'serving';
  const indexed = table === 'tickets';
  const attributes = [
    'pk',
    ...(sorted ? ['sk'] : []),
    ...(indexed ? ['listed', 'openModel', 'filed', 'workPart', 'workDue'] : []),
  ];
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys('pk', sorted ? 'sk' : undefined),
      ...(indexed
        ? {
            GlobalSecondaryIndexes: [
              ...Object.entries({ [BY_FILING]: 'listed', [OPEN_BY_MODEL]: 'openModel' }).map(([IndexName, key]) => ({
                IndexName,
                KeySchema: keys(key, 'filed'),
                Projection: { ProjectionType: 'ALL' as const },
              })),
              {
                IndexName: WORK_BY_DUE,
                KeySchema: keys('workPart', 'workDue'),
                Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['workRow'] },
              },
            ],
          }
        : {}),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 900, minDelay: 1 }, { TableName: name });
};

const keys = (partition: string, sort: string | undefined) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
];

const removeBucket = async ({ s3 }: AwsClients, bucket: string) => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
};

/** Runs a suite where there is an endpoint, and says why not elsewhere. */
export const whereThereIs = (what: string, present: string | undefined, suite: () => void): void => {
  if (present !== undefined) return suite();
  console.log(`skipped: ${what} is not set`);
  describe.skip(`${what} is not set`, () => it.skip('needs it', () => undefined));
};
