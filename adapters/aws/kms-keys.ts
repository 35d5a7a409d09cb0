// The KMS keys that were used under one name, one after another. The row `kms#former/<name>` of the table of keys has
// those that ended, the oldest first; the key in use is the one after them. From the first replacement on each key has
// an alias by its number (`<prefix>/<name>/<number>`), which never moves; `<prefix>/<name>` itself is moved to the key
// in use, and is the only one by which a function may sign.
// Traps: what the row says of a public key counts for nothing by itself, or whoever writes to the table could have
// verifiers pin a key of their own: KMS is asked for each. And the row is what changes all at once, while an alias may
// answer with the key from before for a while; so the row alone says which key is in use.
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { must } from '#core/errors.ts';
import { safeName } from '#core/names.ts';
import { isNamed } from './failures.ts';
import { readList, type KeysTable } from './key-lists.ts';

/** `entered`: whether the end stands in the history of every ticket that it concerns. */
const Ended = z.strictObject({ publicKey: z.base64(), until: Instant, compromised: z.boolean(), entered: z.boolean() });
export type Ended = z.infer<typeof Ended>;

/** Part of the keys of the rows, and of who may read and write them (infra/port-grants.ts). */
export const KMS_PURPOSE = 'kms';

export const readEnded = (rows: KeysTable, keyName: string) => readList(rows, KMS_PURPOSE, keyName, z.array(Ended));

export interface KmsPublicKey {
  readonly id: string;
  /** Raw. */
  readonly publicKey: Uint8Array;
}

/** The alias that functions sign by. */
export const signingAlias = (aliasPrefix: string, keyName: string): string =>
  `${aliasPrefix}/${safeName(keyName).replaceAll('.', '/')}`;

/** The alias of the key with this number, of which `ended` keys came before the one in use. */
export const aliasOfNumber = (alias: string, number: number, ended: number): string =>
  ended === 0 ? alias : `${alias}/${number}`;

/** NotFoundException where nothing has the alias. */
export const publicKeyAt = async (kms: Pick<KMSClient, 'send'>, alias: string): Promise<KmsPublicKey> => {
  const { KeyId, PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: alias }));
  // the end of an Ed25519 SubjectPublicKeyInfo (RFC 8410)
  return { id: must(KeyId, 'key id'), publicKey: must(PublicKey, 'public key').subarray(-32) };
};

/**
 * The same, and undefined where nothing has the alias. Trap: a role whose right is to keys by these aliases may be
 * answered that it lacks the right, as the alias stands for no key; so this is for who has been answered for another.
 */
export const findKeyAt = (kms: Pick<KMSClient, 'send'>, alias: string): Promise<KmsPublicKey | undefined> =>
  publicKeyAt(kms, alias).catch((error: unknown) => {
    if (isNamed(error, 'NotFoundException', 'AccessDeniedException')) return undefined;
    throw error;
  });
