// Zone A. Each ticket has a data key and a commitment secret, made and wrapped by KMS with the ticket's id as
// encryption context. The wrapped pair is a row of a table without backups or streams; the objects are in a bucket
// without versions, encrypted under the data key. Destroying a ticket removes the row's wrapped pair, then the objects,
// then reads each back. Source: NIST SP 800-88, "cryptographic erase".
// Trap: a plaintext key may not be kept beyond one call, or a function that stays warm would outlive the purge.
import { createHmac } from 'node:crypto';
import { GetItemCommand, PutItemCommand, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { must, QuittanceError } from '#core/errors.ts';
import type { Clock, Vault } from '#core/ports.ts';
import { destroyedKey, purgeProof } from '#core/purge-proof.ts';
import { safeName } from '#core/names.ts';
import { encrypt, decrypt } from '#core/encryption.ts';
import { calling } from './failures.ts';
import { binary, Binary, parseBody, parseItem, text, Text } from './items.ts';
import { s3Objects } from './s3-objects.ts';
import { vaultLabels } from './vault-labels.ts';
import { ifAbsentOnly } from './wrapped-secrets.ts';

export interface DynamoVaultOptions {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly table: string;
  readonly bucket: string;
  /** KMS key (id, ARN or alias) that wraps the tickets' keys. */
  readonly wrappingKey: string;
  readonly clock: Clock;
}

const Row = z.object({ wrappedKey: Binary.optional(), objects: Text.optional(), destroyedAt: Text.optional() });
const KEY_BYTES = 32;

export const dynamoVault = (options: DynamoVaultOptions): Vault => {
  const { objects, keyOf, names } = ticketObjects(options);
  const keys = keyRows(options);
  const labels = vaultLabels(options);
  const vault: Vault = {
    createKey: async (ticketId) => {
      await keys.create(safeName(ticketId));
      await keys.open(ticketId);
    },
    put: async (ticketId, name, plaintext) => {
      const { dataKey } = await keys.open(ticketId);
      await objects.put(keyOf(ticketId, name), encrypt(dataKey, `${ticketId}/${name}`, plaintext));
    },
    get: async (ticketId, name) => {
      const { dataKey } = await keys.open(ticketId);
      const encrypted = await objects.get(keyOf(ticketId, name));
      if (encrypted) return decrypt(dataKey, `${ticketId}/${name}`, encrypted);
      throw new QuittanceError('NOT_FOUND', { message: `the vault of ticket ${ticketId} has no object '${name}'` });
    },
    list: async (ticketId) => {
      await keys.open(ticketId);
      return names(ticketId);
    },
    commit: async (ticketId, bytes) => {
      return createHmac('sha256', (await keys.open(ticketId)).secret)
        .update(bytes)
        .digest('hex');
    },
    openingSecret: async (ticketId) => (await keys.open(ticketId)).secret.toString('hex'),
    label: async (ticketId, found) => {
      await keys.open(ticketId);
      await labels.add(ticketId, found);
    },
    labelled: (key) => labels.of(key),
    destroy: async (ticketId) => {
      await labels.remove(safeName(ticketId));
      const had = await keys.destroy(safeName(ticketId), await names(ticketId));
      for (const name of await names(ticketId)) await objects.delete(keyOf(ticketId, name));
      return purgeProof(vault, ticketId, had, options.clock);
    },
  };
  return vault;
};

const ticketObjects = ({ s3, bucket }: DynamoVaultOptions) => {
  const objects = s3Objects(s3, bucket);
  const folder = (ticketId: string) => `vault/${safeName(ticketId)}/`;
  const keyOf = (ticketId: string, name: string) => folder(ticketId) + safeName(name);
  const names = async (ticketId: string) =>
    (await objects.keys(folder(ticketId))).map((key) => key.slice(folder(ticketId).length));
  return { objects, keyOf, names };
};

/** The rows of the tickets' wrapped keys. */
const keyRows = ({ dynamodb, kms, table, wrappingKey, clock }: DynamoVaultOptions) => {
  const read = (ticketId: string) =>
    calling('DynamoDB', async () => {
      const get = new GetItemCommand({ TableName: table, Key: { pk: text(ticketId) }, ConsistentRead: true });
      const { Item: item } = await dynamodb.send(get);
      return item && parseItem(Row, item, 'vault key');
    });
  return {
    /** Leaves a row that exists unchanged, even one whose key was destroyed. */
    create: async (ticketId: string): Promise<void> => {
      const context = { KeyId: wrappingKey, EncryptionContext: { ticketId } };
      const make = new GenerateDataKeyCommand({ ...context, NumberOfBytes: 2 * KEY_BYTES });
      const { CiphertextBlob } = await calling('KMS', () => kms.send(make));
      const item = { pk: text(ticketId), wrappedKey: binary(must(CiphertextBlob, 'wrapped data key')) };
      const put = new PutItemCommand({
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await calling('DynamoDB', () => dynamodb.send(put).catch(ifAbsentOnly));
    },
    /** The ticket's two secrets: NOT_FOUND, VAULT_KEY_DESTROYED, KEY_UNAVAILABLE. */
    open: async (ticketId: string) => {
      const row = await read(ticketId);
      if (!row) throw new QuittanceError('NOT_FOUND', { message: `the vault has no key for ticket ${ticketId}` });
      if (!row.wrappedKey) throw destroyedKey(ticketId);
      const unwrap = { KeyId: wrappingKey, EncryptionContext: { ticketId }, CiphertextBlob: row.wrappedKey };
      const { Plaintext } = await calling('KMS', () => kms.send(new DecryptCommand(unwrap)));
      const secrets = Buffer.from(must(Plaintext, 'unwrapped data key'));
      return { dataKey: secrets.subarray(0, KEY_BYTES), secret: secrets.subarray(KEY_BYTES) };
    },
    /** Removes the wrapped pair; returns the names that the ticket had, also where it was destroyed before. */
    destroy: async (ticketId: string, names: readonly string[]): Promise<string[]> => {
      const remove = new UpdateItemCommand({
        TableName: table,
        Key: { pk: text(ticketId) },
        UpdateExpression: 'SET #objects = :objects, destroyedAt = :at REMOVE wrappedKey',
        ConditionExpression: 'attribute_not_exists(destroyedAt)',
        ExpressionAttributeNames: { '#objects': 'objects' },
        ExpressionAttributeValues: { ':objects': text(JSON.stringify(names)), ':at': text(clock.now().toISOString()) },
      });
      await calling('DynamoDB', () => dynamodb.send(remove).catch(ifAbsentOnly));
      return parseBody(z.array(z.string()), (await read(ticketId))?.objects ?? '', 'vault tombstone');
    },
  };
};
