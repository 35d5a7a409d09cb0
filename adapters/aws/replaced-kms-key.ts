// Another KMS key in the place of the one in use, as an operator puts it there who may sign with neither. In order: the
// key in use gets the alias of its number, the next key is made under the alias of its own, one conditional write of
// the row ends the one and puts the other in use, and the alias to sign by follows. Interrupted anywhere, the same
// call goes on: nothing has happened before the row is written, and after it nothing is signed until the alias is
// moved, because functions take no signature by a key that ended (kms-signer.ts).
// Traps: a key that was made and got no alias, because the call died in between, stays unused, and nobody is told but
// by its description. And KMS knows a new alias everywhere only after some seconds, so it is waited for.
import { CreateAliasCommand, CreateKeyCommand, UpdateAliasCommand, type KMSClient } from '@aws-sdk/client-kms';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { setTimeout as pause } from 'node:timers/promises';
import { must, QuittanceError } from '#core/errors.ts';
import { stricterEnd, type KeyEnding } from '#core/key-end.ts';
import type { FormerKey } from '#core/ports.ts';
import { calling, isNamed } from './failures.ts';
import { listInPlaceOf, unchanged, type KeysTable } from './key-lists.ts';
import {
  aliasOfNumber,
  findKeyAt,
  KMS_PURPOSE,
  publicKeyAt,
  readEnded,
  signingAlias,
  type Ended,
  type KmsPublicKey,
} from './kms-keys.ts';

export interface KmsKeys {
  readonly kms: Pick<KMSClient, 'send'>;
  readonly rows: KeysTable;
  /** `alias/…` without the key's name. */
  readonly aliasPrefix: string;
  /** Before KMS is asked again for an alias that it does not know yet. */
  readonly pauseMs?: number;
}

/**
 * Ends the key in use. Where an end is not entered everywhere yet, this one is gone on with, and the stricter of both
 * counts. KEY_UNAVAILABLE where there is no key.
 */
export const retireKmsKey = async (keys: KmsKeys, keyName: string, end: KeyEnding): Promise<FormerKey> => {
  const { keys: former, body } = await readEnded(keys.rows, keyName);
  const last = former.at(-1);
  // in good order only what was begun is gone on with: an earlier end would void what the key signed since
  if (last && !last.entered) return worsened(keys, keyName, end.compromised ? end : last);
  const alias = signingAlias(keys.aliasPrefix, keyName);
  const number = former.length + 1;
  const current = await keyInUse(keys, keyName, aliasOfNumber(alias, number, former.length));
  const numbered = await named(keys, `${alias}/${number}`, async () => current.id);
  if (numbered.id !== current.id) throw otherKey(`${alias}/${number}`);
  await named(keys, `${alias}/${number + 1}`, () => madeKey(keys, `${alias}/${number + 1}`));
  const publicKey = Buffer.from(current.publicKey).toString('base64');
  await write(keys, keyName, body, [...former, { publicKey, ...end, entered: false }]);
  await moved(keys, keyName, number + 1);
  return { publicKey: current.publicKey, ...end };
};

/** Others may have had the last key that ended: the stricter end counts. NOT_FOUND where there is none. */
export const condemnKmsKey = (keys: KmsKeys, keyName: string, until: string): Promise<FormerKey> =>
  worsened(keys, keyName, { until, compromised: true });

/** Whether an end was begun, and is not entered everywhere. */
export const isUnderWay = async ({ rows }: KmsKeys, keyName: string): Promise<boolean> =>
  (await readEnded(rows, keyName)).keys.at(-1)?.entered === false;

/** The last end stands wherever it must; another key may end. */
export const noteEntered = async (keys: KmsKeys, keyName: string): Promise<void> => {
  const { keys: former, body } = await readEnded(keys.rows, keyName);
  const last = former.at(-1);
  if (last && !last.entered) await write(keys, keyName, body, [...former.slice(0, -1), { ...last, entered: true }]);
};

/** The last key that ended, as its row says it. */
export const lastEnded = async ({ rows }: KmsKeys, keyName: string): Promise<FormerKey | undefined> => {
  const last = (await readEnded(rows, keyName)).keys.at(-1);
  return last && formerKey(last);
};

const formerKey = ({ publicKey, until, compromised }: Ended): FormerKey => ({
  publicKey: Buffer.from(publicKey, 'base64'),
  until,
  compromised,
});

const worsened = async (keys: KmsKeys, keyName: string, end: KeyEnding): Promise<FormerKey> => {
  const { keys: former, body } = await readEnded(keys.rows, keyName);
  const last = former.at(-1);
  if (!last) throw new QuittanceError('NOT_FOUND', { message: `${keyName} never had a key that ended` });
  const worse = { ...last, ...stricterEnd(last, end), entered: false };
  await write(keys, keyName, body, [...former.slice(0, -1), worse]);
  await moved(keys, keyName, former.length + 1);
  return formerKey(worse);
};

const write = (
  { rows }: KmsKeys,
  keyName: string,
  before: string | undefined,
  ended: readonly Ended[],
): Promise<void> =>
  unchanged(() =>
    rows.dynamodb.send(new PutItemCommand(listInPlaceOf(rows.table, KMS_PURPOSE, keyName, before, ended))),
  );

const keyInUse = ({ kms }: KmsKeys, keyName: string, alias: string): Promise<KmsPublicKey> =>
  calling('KMS', () =>
    publicKeyAt(kms, alias).catch((error: unknown) => {
      throw isNamed(error, 'NotFoundException') ? noKey(keyName) : error;
    }),
  );

/** The alias to sign by stands for the key in use. */
const moved = (keys: KmsKeys, keyName: string, number: number): Promise<void> =>
  calling('KMS', async () => {
    const alias = signingAlias(keys.aliasPrefix, keyName);
    const { id } = await publicKeyAt(keys.kms, `${alias}/${number}`);
    if ((await publicKeyAt(keys.kms, alias)).id === id) return;
    await keys.kms.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: id }));
  });

/** The key behind the alias, which is given to the key that `find` knows where nothing has it yet. */
const named = (keys: KmsKeys, alias: string, find: () => Promise<string>): Promise<KmsPublicKey> =>
  calling('KMS', async () => {
    const found = await findKeyAt(keys.kms, alias);
    if (found) return found;
    const TargetKeyId = await find();
    try {
      await keys.kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId }));
    } catch (error) {
      if (!isNamed(error, 'AlreadyExistsException')) throw error;
    }
    return answering(keys, alias);
  });

/** How often KMS is asked for an alias that it was just given. */
const ASKED = 60;

const answering = async ({ kms, pauseMs = 1_000 }: KmsKeys, alias: string): Promise<KmsPublicKey> => {
  for (let asked = 0; asked < ASKED; asked++) {
    const found = await findKeyAt(kms, alias);
    if (found) return found;
    await pause(pauseMs);
  }
  throw new QuittanceError('SERVICE_UNAVAILABLE', {
    message: `KMS does not know ${alias} yet, which it was given; no key was replaced`,
    hint: 'give the same command again',
  });
};

const madeKey = async ({ kms }: KmsKeys, alias: string): Promise<string> => {
  const make = new CreateKeyCommand({
    KeySpec: 'ECC_NIST_EDWARDS25519',
    KeyUsage: 'SIGN_VERIFY',
    Description: `Quittance: made to be ${alias} (Ed25519); unused where nothing has that alias`,
  });
  return must((await kms.send(make)).KeyMetadata?.KeyId, 'key id');
};

const noKey = (keyName: string) =>
  new QuittanceError('KEY_UNAVAILABLE', {
    message: `there is no key '${keyName}' yet`,
    hint: 'a deployment makes it: npx cdk deploy --all',
  });

const otherKey = (alias: string) =>
  new QuittanceError('STORE_CORRUPT', {
    message: `${alias} is the alias of another key than the one in use; nothing was ended`,
    hint: 'see in CloudTrail who gave it, and delete that alias',
  });
