// Secrets of the installation that are used in the process: made and wrapped by KMS, one row each. The encryption
// context names what a secret is for, and a role may unwrap by that name only. Trap: without the rows no training
// manifest would match any more, so their table is backed up; the wrapping key is what keeps them secret.
import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, type KMSClient } from '@aws-sdk/client-kms';
import { z } from 'zod';
import { must } from '#core/errors.ts';
import { calling, isNamed } from './failures.ts';
import { binary, Binary, parseItem, text } from './items.ts';

export interface WrappedSecretsOptions {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly table: string;
  /** KMS key (id, ARN or alias) that wraps them. */
  readonly wrappingKey: string;
}

const Row = z.object({ wrappedKey: Binary, publicKey: Binary.optional() });
export type WrappedRow = z.infer<typeof Row>;
const SECRET_BYTES = 32;

/**
 * The 32 bytes of the secret, made on first use; where two processes make it at once, the first one's holds.
 * KEY_UNAVAILABLE where the wrapping key is.
 */
export const wrappedSecret = async (options: WrappedSecretsOptions, purpose: string, name: string): Promise<Buffer> =>
  unwrapped(options, purpose, (await wrappedRow(options, purpose, name)).wrappedKey);

/** The row of a secret, made on first use. */
export const wrappedRow = async (
  options: WrappedSecretsOptions,
  purpose: string,
  name: string,
): Promise<WrappedRow> => {
  const at = secretAt(purpose, name);
  return (await readRow(options, at)) ?? create(options, at, contextOf(options, purpose));
};

export const unwrapped = async (
  options: WrappedSecretsOptions,
  purpose: string,
  CiphertextBlob: Uint8Array,
): Promise<Buffer> => {
  const unwrap = new DecryptCommand({ ...contextOf(options, purpose), CiphertextBlob });
  const { Plaintext } = await calling('KMS', () => options.kms.send(unwrap));
  return Buffer.from(must(Plaintext, 'unwrapped secret'));
};

const contextOf = ({ wrappingKey }: WrappedSecretsOptions, purpose: string) => ({
  KeyId: wrappingKey,
  EncryptionContext: { purpose },
});

type Key = Record<'pk', ReturnType<typeof text>>;

export const secretAt = (purpose: string, name: string): Key => ({ pk: text(`${purpose}#${name}`) });

export const readRow = (
  { dynamodb, table }: { readonly dynamodb: Pick<DynamoDBClient, 'send'>; readonly table: string },
  key: Key,
): Promise<WrappedRow | undefined> =>
  calling('DynamoDB', async () => {
    const get = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
    const { Item: item } = await dynamodb.send(get);
    return item && parseItem(Row, item, 'wrapped secret');
  });

const create = async (
  options: WrappedSecretsOptions,
  key: Key,
  context: ReturnType<typeof contextOf>,
): Promise<WrappedRow> => {
  const make = new GenerateDataKeyWithoutPlaintextCommand({ ...context, NumberOfBytes: SECRET_BYTES });
  const { CiphertextBlob } = await calling('KMS', () => options.kms.send(make));
  const put = new PutItemCommand({
    TableName: options.table,
    Item: { ...key, wrappedKey: binary(must(CiphertextBlob, 'wrapped secret')) },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await calling('DynamoDB', () => options.dynamodb.send(put).catch(ifAbsentOnly));
  return must(await readRow(options, key), 'wrapped secret');
};

export const ifAbsentOnly = (error: unknown): void => {
  if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
};
