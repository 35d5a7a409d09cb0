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

const Row = z.object({ wrappedKey: Binary });
const SECRET_BYTES = 32;

/**
 * The 32 bytes of the secret, made on first use; where two processes make it at once, the first one's holds.
 * KEY_UNAVAILABLE where the wrapping key is.
 */
export const wrappedSecret = async (options: WrappedSecretsOptions, purpose: string, name: string) => {
  const at = { pk: text(`${purpose}#${name}`) };
  const context = { KeyId: options.wrappingKey, EncryptionContext: { purpose } };
  const CiphertextBlob = (await read(options, at)) ?? (await create(options, at, context));
  const unwrap = new DecryptCommand({ ...context, CiphertextBlob });
  const { Plaintext } = await calling('KMS', () => options.kms.send(unwrap));
  return Buffer.from(must(Plaintext, 'unwrapped secret'));
};

type Key = Record<'pk', ReturnType<typeof text>>;

const read = ({ dynamodb, table }: WrappedSecretsOptions, key: Key): Promise<Uint8Array | undefined> =>
  calling('DynamoDB', async () => {
    const get = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
    const { Item: item } = await dynamodb.send(get);
    return item && parseItem(Row, item, 'wrapped secret').wrappedKey;
  });

const create = async (
  options: WrappedSecretsOptions,
  key: Key,
  context: { KeyId: string; EncryptionContext: Record<string, string> },
): Promise<Uint8Array> => {
  const make = new GenerateDataKeyWithoutPlaintextCommand({ ...context, NumberOfBytes: SECRET_BYTES });
  const { CiphertextBlob } = await calling('KMS', () => options.kms.send(make));
  const put = new PutItemCommand({
    TableName: options.table,
    Item: { ...key, wrappedKey: binary(must(CiphertextBlob, 'wrapped secret')) },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await calling('DynamoDB', () => options.dynamodb.send(put).catch(ifAbsentOnly));
  return must(await read(options, key), 'wrapped secret');
};

export const ifAbsentOnly = (error: unknown): void => {
  if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
};
