// The rows of wrapped keys that were retired, as an operator writes them, who may unwrap none of them. The move from
// the row of the key in use is one transaction, so that a key is in use or ended, and never neither.
// Trap: between reading and writing others may retire, or the first use may note the public part; every write is
// conditional on what was read, and says so instead of overwriting.
import { PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { QuittanceError } from '#core/errors.ts';
import { stricterEnd, type KeyEnding } from '#core/key-end.ts';
import { safeName } from '#core/names.ts';
import type { FormerKey } from '#core/ports.ts';
import { binary } from './items.ts';
import { listInPlaceOf, readList, unchanged, type KeysTable } from './key-lists.ts';
import { readRow, secretAt } from './wrapped-secrets.ts';

const Former = z.array(
  z.strictObject({ wrappedKey: z.base64(), publicKey: z.base64(), until: Instant, compromised: z.boolean() }),
);

export const readFormer = (keys: KeysTable, purpose: string, name: string) => readList(keys, purpose, name, Former);

/**
 * Ends the key in use; the next use makes another. KEY_UNAVAILABLE where there is none, or where its row does not say
 * its public part yet.
 */
export const retireRow = async (
  keys: KeysTable,
  purpose: string,
  name: string,
  { until, compromised }: KeyEnding,
): Promise<FormerKey> => {
  const at = secretAt(purpose, safeName(name));
  const row = await readRow(keys, at);
  const { keys: former, body } = await readFormer(keys, purpose, name);
  if (!row) throw unavailable(name, former.at(-1)?.until);
  const { wrappedKey, publicKey } = row;
  if (publicKey === undefined) throw notNoted(name);
  const ended = { wrappedKey: base64(wrappedKey), publicKey: base64(publicKey), until, compromised };
  const put = listInPlaceOf(keys.table, purpose, name, body, [...former, ended]);
  const gone = {
    ...{ TableName: keys.table, Key: at, ConditionExpression: 'wrappedKey = :w' },
    ExpressionAttributeValues: { ':w': binary(wrappedKey) },
  };
  await unchanged(() =>
    keys.dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put }, { Delete: gone }] })),
  );
  return { publicKey, until, compromised };
};

/** Others may have had the last of the former keys: the stricter end counts. NOT_FOUND where there is none. */
export const condemnRow = async (keys: KeysTable, purpose: string, name: string, until: string): Promise<FormerKey> => {
  const { keys: former, body } = await readFormer(keys, purpose, name);
  const last = former.at(-1);
  if (!last) throw new QuittanceError('NOT_FOUND', { message: `${name} never had a key that ended` });
  const worse = { ...last, ...stricterEnd(last, { until, compromised: true }) };
  await unchanged(() =>
    keys.dynamodb.send(
      new PutItemCommand(listInPlaceOf(keys.table, purpose, name, body, [...former.slice(0, -1), worse])),
    ),
  );
  return { publicKey: Buffer.from(worse.publicKey, 'base64'), until: worse.until, compromised: worse.compromised };
};

/** The last former key as its row says it. */
export const lastFormer = async (keys: KeysTable, purpose: string, name: string): Promise<FormerKey | undefined> => {
  const last = (await readFormer(keys, purpose, name)).keys.at(-1);
  return last && { ...last, publicKey: Buffer.from(last.publicKey, 'base64') };
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const unavailable = (name: string, ended: string | undefined) =>
  new QuittanceError('KEY_UNAVAILABLE', {
    message: ended === undefined ? `${name} has no key yet` : `the key of ${name} ended on ${ended}`,
    hint: `${ended === undefined ? 'it' : 'another'} is made with its next use`,
  });

const notNoted = (name: string) =>
  new QuittanceError('KEY_UNAVAILABLE', {
    message: `the row of ${name}'s key does not say its public part, which is from before it was kept there`,
    hint: 'it is written with the next use of the key: have it sign once, then give the same command again',
  });
