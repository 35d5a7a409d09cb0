// Ed25519 keys in KMS (key spec ECC_NIST_EDWARDS25519, algorithm ED25519_SHA_512, message type RAW): pure Ed25519 of
// RFC 8032, which node:crypto and every other library verify. The key of a name is the alias `<prefix>/<name>`, in
// which a dot of the name becomes a slash; kms-keys.ts says how one follows another.
// Traps: KMS signs at most 4,096 bytes in this mode, so larger messages are signed by wrapped-signer.ts. And while a
// key is replaced the alias may still sign by the one before: such a signature is given to nobody.
import {
  CreateAliasCommand,
  CreateKeyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { must, QuittanceError } from '#core/errors.ts';
import { verifyEd25519 } from '#core/ledger/note.ts';
import type { FormerKey, Signer } from '#core/ports.ts';
import { calling, isNamed } from './failures.ts';
import type { KeysTable } from './key-lists.ts';
import { aliasOfNumber, publicKeyAt, readEnded, signingAlias, type Ended } from './kms-keys.ts';

export interface KmsSignerOptions {
  /** `alias/…` without the key's name. */
  readonly aliasPrefix: string;
  /** Where it stands which keys ended. */
  readonly rows: KeysTable;
  /**
   * Whether a missing key is made on first use. A deployment's keys are made by its template, and its functions may
   * not.
   */
  readonly mayCreate?: boolean;
}

const MAX_MESSAGE_BYTES = 4096;

export const kmsSigner = (client: KMSClient, { aliasPrefix, rows, mayCreate = false }: KmsSignerOptions) => {
  const aliasOf = (keyName: string) => signingAlias(aliasPrefix, keyName);
  const withKey = async <T>(keyName: string, alias: string, act: (alias: string) => Promise<T>): Promise<T> => {
    try {
      return await act(alias);
    } catch (error) {
      if (!mayCreate || alias !== aliasOf(keyName) || !isNamed(error, 'NotFoundException'))
        throw missing(error, keyName);
      await createKey(client, alias);
      return act(alias);
    }
  };
  /** By the alias of one key, which is that key's as long as the row says so. */
  const known = new Map<string, Promise<Uint8Array>>();
  const publicKeyOf = (keyName: string, number: number, ended: number): Promise<Uint8Array> => {
    const alias = aliasOfNumber(aliasOf(keyName), number, ended);
    const asked =
      known.get(alias) ??
      calling('KMS', () => withKey(keyName, alias, async (at) => (await publicKeyAt(client, at)).publicKey));
    known.set(alias, asked);
    asked.catch(() => known.delete(alias));
    return asked;
  };
  const publicKey = async (keyName: string): Promise<Uint8Array> => {
    const { keys } = await readEnded(rows, keyName);
    return publicKeyOf(keyName, keys.length + 1, keys.length);
  };

  return {
    sign: async (keyName, message) => {
      if (message.byteLength > MAX_MESSAGE_BYTES) throw tooLarge(message.byteLength);
      const how = { Message: message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const;
      const { Signature } = await calling('KMS', () =>
        withKey(keyName, aliasOf(keyName), (KeyId) => client.send(new SignCommand({ KeyId, ...how }))),
      );
      const signature = must(Signature, 'signature');
      if (verifyEd25519(await publicKey(keyName), message, signature)) return signature;
      throw beingReplaced(keyName);
    },
    publicKey,
    former: async (keyName) => formerOf(keyName, (await readEnded(rows, keyName)).keys, publicKeyOf),
  } satisfies Signer;
};

/** Of each key that ended what KMS has, held against what the row says. */
const formerOf = (
  keyName: string,
  keys: readonly Ended[],
  publicKeyOf: (keyName: string, number: number, ended: number) => Promise<Uint8Array>,
): Promise<FormerKey[]> =>
  Promise.all(
    keys.map(async ({ publicKey: said, until, compromised }, i) => {
      const found = await publicKeyOf(keyName, i + 1, keys.length);
      if (Buffer.from(found).toString('base64') !== said) throw notAsSaid(keyName, i + 1);
      return { publicKey: found, until, compromised };
    }),
  );

/** Where two processes make the key at once, one gets the alias and the other's key is scheduled for deletion. */
const createKey = async (client: KMSClient, alias: string): Promise<void> => {
  const make = new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
  const { KeyMetadata } = await client.send(make);
  const TargetKeyId = must(KeyMetadata?.KeyId, 'key id');
  try {
    await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId }));
  } catch (error) {
    await client.send(new ScheduleKeyDeletionCommand({ KeyId: TargetKeyId, PendingWindowInDays: 7 }));
    if (!isNamed(error, 'AlreadyExistsException')) throw error;
  }
};

const missing = (error: unknown, keyName: string): unknown =>
  isNamed(error, 'NotFoundException')
    ? new QuittanceError('KEY_UNAVAILABLE', {
        message: `no key is called '${keyName}'`,
        hint: 'add it to the signers of the deployment',
        cause: error,
      })
    : error;

const beingReplaced = (keyName: string) =>
  new QuittanceError('SERVICE_UNAVAILABLE', {
    message: `the key '${keyName}' is being replaced, and KMS still signs by the one before`,
    hint: `try again; where it stays so, the replacement was interrupted: give 'quittance keys rotate ${keyName}' again`,
  });

const notAsSaid = (keyName: string, number: number) =>
  new QuittanceError('STORE_CORRUPT', {
    message: `key ${number} of '${keyName}' in KMS is not what its row says`,
    hint: 'see in CloudTrail who moved its alias or wrote the row, and put back what was there',
  });

const tooLarge = (bytes: number) =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: 'a message is too large to be signed by KMS',
    expected: `at most ${MAX_MESSAGE_BYTES} bytes`,
    got: `${bytes} bytes`,
  });
