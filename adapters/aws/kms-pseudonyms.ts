// Keyed pseudonyms: HMAC-SHA-256 under an installation key that KMS made and wrapped, kept as a row, unwrapped once a process. KMS's own HMAC keys would need a
// call for each word of a forget set. Trap: the row must survive a restore, or no training manifest matches any more; so its table is backed up,
// and the wrapping key is what makes it secret.
import { createHmac } from 'node:crypto';
import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, type KMSClient } from '@aws-sdk/client-kms';
import { z } from 'zod';
import { must } from '#core/errors.ts';
import type { Pseudonyms } from '#core/ports.ts';
import { calling, isNamed } from './failures.ts';
import { binary, Binary, parseItem, text } from './items.ts';

export interface KmsPseudonymsOptions {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly table: string;
  readonly wrappingKey: string;
}

const CONTEXT = { purpose: 'pseudonyms' };
const Row = z.object({ wrappedKey: Binary });

export const kmsPseudonyms = (options: KmsPseudonymsOptions): Pseudonyms => {
  let key: Promise<Uint8Array> | undefined;
  return {
    of: async (purpose, words) => {
      key ??= openKey(options);
      key.catch(() => (key = undefined));
      // lengths before parts: no two (purpose, text) pairs give the same bytes
      return createHmac('sha256', await key)
        .update(`${purpose.length}:${purpose}${words}`)
        .digest('hex');
    },
  };
};

const openKey = async (options: KmsPseudonymsOptions): Promise<Uint8Array> => {
  const wrapped = (await readRow(options)) ?? (await createRow(options));
  const unwrap = { KeyId: options.wrappingKey, EncryptionContext: CONTEXT, CiphertextBlob: wrapped };
  const { Plaintext } = await calling('KMS', () => options.kms.send(new DecryptCommand(unwrap)));
  return must(Plaintext, 'pseudonym key');
};

const KEY = { pk: text('pseudonyms') };

const readRow = ({ dynamodb, table }: KmsPseudonymsOptions): Promise<Uint8Array | undefined> =>
  calling('DynamoDB', async () => {
    const { Item: item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: KEY, ConsistentRead: true }),
    );
    return item && parseItem(Row, item, 'pseudonym key').wrappedKey;
  });

/** The first maker's key is the installation's. */
const createRow = async (options: KmsPseudonymsOptions): Promise<Uint8Array> => {
  const { dynamodb, kms, table, wrappingKey } = options;
  const make = { KeyId: wrappingKey, EncryptionContext: CONTEXT, NumberOfBytes: 32 };
  const { CiphertextBlob } = await calling('KMS', () => kms.send(new GenerateDataKeyWithoutPlaintextCommand(make)));
  const item = { ...KEY, wrappedKey: binary(must(CiphertextBlob, 'wrapped key')) };
  const put = new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' });
  await calling('DynamoDB', () => dynamodb.send(put).catch(ifAbsentOnly));
  return must(await readRow(options), 'pseudonym key');
};

const ifAbsentOnly = (error: unknown): void => {
  if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
};
