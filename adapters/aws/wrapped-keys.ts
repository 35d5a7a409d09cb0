// Ed25519 keys whose 32-byte seed (RFC 8032) KMS made and wrapped, a row each, and those that were used under the same
// name before them, in one row more (`<purpose>#former/<name>`; a name has no slash). A key writes its public part into
// its row when it is first used, for the operator who retires it and may unwrap nothing.
// Trap: what a row says of a public key counts for nothing by itself, or whoever writes to the table could have
// verifiers pin a key of their own. So the wrapped seed of a retired key stays with its public part, which is computed
// again from what KMS unwraps; it signs no more.
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { KeyObject } from 'node:crypto';
import { keyFromSeed, publicOf } from '#core/ed25519.ts';
import { QuittanceError } from '#core/errors.ts';
import { safeName } from '#core/names.ts';
import type { FormerKey } from '#core/ports.ts';
import { calling } from './failures.ts';
import { binary } from './items.ts';
import { readFormer } from './former-rows.ts';
import { ifAbsentOnly, secretAt, unwrapped, wrappedRow, type WrappedSecretsOptions } from './wrapped-secrets.ts';

export type KeyPurpose = 'signer' | 'people';

/** The key of a name, made on first use. */
export const wrappedKey = async (
  options: WrappedSecretsOptions,
  purpose: KeyPurpose,
  name: string,
): Promise<KeyObject> => {
  const { wrappedKey: wrapped, publicKey } = await wrappedRow(options, purpose, safeName(name));
  const key = keyFromSeed(await unwrapped(options, purpose, wrapped));
  if (publicKey === undefined) await notePublic(options, purpose, name, { wrapped, publicKey: publicOf(key) });
  return key;
};

const notePublic = (
  { dynamodb, table }: WrappedSecretsOptions,
  purpose: KeyPurpose,
  name: string,
  { wrapped, publicKey }: { readonly wrapped: Uint8Array; readonly publicKey: Uint8Array },
): Promise<void> =>
  calling('DynamoDB', async () => {
    const put = new PutItemCommand({
      TableName: table,
      Item: { ...secretAt(purpose, name), wrappedKey: binary(wrapped), publicKey: binary(publicKey) },
      ConditionExpression: 'wrappedKey = :w AND attribute_not_exists(publicKey)',
      ExpressionAttributeValues: { ':w': binary(wrapped) },
    });
    await dynamodb.send(put).catch(ifAbsentOnly); // somebody else noted it, or the key was retired meanwhile
  });

/** Keys that were used under the name, the oldest first. STORE_CORRUPT where a row says another public key. */
export const formerKeys = async (
  options: WrappedSecretsOptions,
  purpose: KeyPurpose,
  name: string,
): Promise<FormerKey[]> => {
  const { keys } = await readFormer(options, purpose, name);
  return Promise.all(
    keys.map(async ({ wrappedKey: wrapped, publicKey: said, until, compromised }) => {
      const publicKey = publicOf(keyFromSeed(await unwrapped(options, purpose, Buffer.from(wrapped, 'base64'))));
      if (publicKey.toString('base64') === said) return { publicKey, until, compromised };
      throw new QuittanceError('STORE_CORRUPT', { message: `a former key of ${name} is not what its row says` });
    }),
  );
};
