// The SDK clients, each made when it is first used, all from one environment. Trap: by default the SDK waits for ever.
// Here a call that gets no answer within the limit fails, is repeated, and finally becomes SERVICE_UNAVAILABLE.
import { BatchClient } from '@aws-sdk/client-batch';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';

/** As Lambda and Batch set them; credentials are absent where the SDK's own chain finds them. */
export const ClientEnvironment = z.object({
  AWS_REGION: z.string().regex(/^[a-z0-9-]+$/),
  AWS_ENDPOINT_URL: z.url().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
});
export type ClientEnvironment = z.infer<typeof ClientEnvironment>;

export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly sfn: SFNClient;
  readonly batch: BatchClient;
  readonly batchOnce: BatchClient;
  readonly ses: SESv2Client;
  readonly sesOnce: SESv2Client;
  readonly events: EventBridgeClient;
}

const ATTEMPTS = 5;
const CONNECT_MS = 2_000;
const ANSWER_MS = 10_000;
/** Longest silence on a connection. A weight file of gigabytes may take long, but data must keep arriving. */
const SILENCE_MS = 30_000;

/** For tests: the HTTP handler, and the delays between repeats. */
export interface Wire {
  readonly requestHandler: NonNullable<DynamoDBClientConfig['requestHandler']>;
  readonly retryStrategy: (attempts: number) => NonNullable<DynamoDBClientConfig['retryStrategy']>;
}

export const awsClients = (environment: ClientEnvironment, wire?: Wire): AwsClients => {
  const repeated = (attempts: number) =>
    wire ? { retryStrategy: wire.retryStrategy(attempts) } : { maxAttempts: attempts };
  const handled = (limits: { requestTimeout?: number; socketTimeout?: number }) => ({
    requestHandler: wire?.requestHandler ?? { connectionTimeout: CONNECT_MS, throwOnRequestTimeout: true, ...limits },
  });
  const common = {
    region: environment.AWS_REGION,
    ...repeated(ATTEMPTS),
    ...handled({ requestTimeout: ANSWER_MS }),
    ...endpointOf(environment),
    ...credentialsOf(environment),
  };
  return lazily({
    dynamodb: () => new DynamoDBClient(common),
    s3: () =>
      new S3Client({
        ...common,
        ...handled({ socketTimeout: SILENCE_MS }),
        ...('endpoint' in common ? { forcePathStyle: true } : {}),
      }),
    kms: () => new KMSClient(common),
    sfn: () => new SFNClient(common),
    batch: () => new BatchClient(common),
    batchOnce: () => new BatchClient({ ...common, ...repeated(1) }),
    ses: () => new SESv2Client(common),
    sesOnce: () => new SESv2Client({ ...common, ...repeated(1) }),
    events: () => new EventBridgeClient(common),
  });
};

const endpointOf = ({ AWS_ENDPOINT_URL: endpoint }: ClientEnvironment) => (endpoint === undefined ? {} : { endpoint });

const credentialsOf = (environment: ClientEnvironment) => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
};

/** An object whose members are made when they are first read. */
export const lazily = <T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T => {
  const made = {} as T;
  for (const name of Object.keys(makers) as (keyof T)[])
    Object.defineProperty(made, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        const value = makers[name]();
        Object.defineProperty(made, name, { value, enumerable: true });
        return value;
      },
    });
  return made;
};
