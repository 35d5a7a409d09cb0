// Ed25519 keys in KMS (key spec ECC_NIST_EDWARDS25519, algorithm ED25519_SHA_512, message type RAW): pure Ed25519 of
// RFC 8032, which node:crypto and every other library verify. The key of a name is the alias `<prefix>/<name>`, in
// which a dot of the name becomes a slash.
// Trap: KMS signs at most 4,096 bytes in this mode, so larger messages are signed by wrapped-signer.ts.
import {
  CreateAliasCommand,
  CreateKeyCommand,
  GetPublicKeyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { must, QuittanceError } from '#core/errors.ts';
import type { Signer } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { calling, isNamed } from './failures.ts';

export interface KmsSignerOptions {
  /** `alias/…` without the key's name. */
  readonly aliasPrefix: string;
  /**
   * Whether a missing key is made on first use. A deployment's keys are made by its template, and its functions may
   * not.
   */
  readonly mayCreate?: boolean;
}

const MAX_MESSAGE_BYTES = 4096;

export const kmsSigner = (client: KMSClient, { aliasPrefix, mayCreate = false }: KmsSignerOptions): Signer => {
  const publicKeys = new Map<string, Promise<Uint8Array>>();
  const aliasOf = (keyName: string) => `${aliasPrefix}/${safeName(keyName).replaceAll('.', '/')}`;
  const withKey = async <T>(keyName: string, act: (alias: string) => Promise<T>): Promise<T> => {
    const alias = aliasOf(keyName);
    try {
      return await act(alias);
    } catch (error) {
      if (!mayCreate || !isNamed(error, 'NotFoundException')) throw missing(error, keyName);
      await createKey(client, alias);
      return act(alias);
    }
  };
  const fetchPublicKey = (keyName: string) =>
    calling('KMS', () =>
      withKey(keyName, async (KeyId) => {
        const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
        return must(PublicKey, 'public key').subarray(-32); // the end of an Ed25519 SubjectPublicKeyInfo (RFC 8410)
      }),
    );

  return {
    sign: async (keyName, message) => {
      if (message.byteLength > MAX_MESSAGE_BYTES) throw tooLarge(message.byteLength);
      const how = { Message: message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const;
      const { Signature } = await calling('KMS', () =>
        withKey(keyName, (KeyId) => client.send(new SignCommand({ KeyId, ...how }))),
      );
      return must(Signature, 'signature');
    },
    publicKey: (keyName) => {
      const known = publicKeys.get(keyName) ?? fetchPublicKey(keyName);
      publicKeys.set(keyName, known);
      known.catch(() => publicKeys.delete(keyName));
      return known;
    },
  };
};

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

const tooLarge = (bytes: number) =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: 'a message is too large to be signed by KMS',
    expected: `at most ${MAX_MESSAGE_BYTES} bytes`,
    got: `${bytes} bytes`,
  });
