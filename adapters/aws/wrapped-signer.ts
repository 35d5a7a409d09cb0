// Ed25519 keys whose 32-byte seed (RFC 8032) KMS made and wrapped, unwrapped for each signature. They sign messages
// over the 4,096 bytes that KMS itself signs, such as the envelopes of statements, and serve as people's keys, which as
// KMS keys would each cost money. Trap: a role that may unwrap could keep the seed, while a key in KMS can only be
// used. So every unwrapping is in CloudTrail with its purpose, and only the steps that sign have the right.
import { signerOver } from '#core/ed25519.ts';
import type { Signer } from '#core/ports.ts';
import { formerKeys, wrappedKey } from './wrapped-keys.ts';
import type { WrappedSecretsOptions } from './wrapped-secrets.ts';

export const wrappedSigner = (options: WrappedSecretsOptions): Signer => ({
  ...signerOver((name) => wrappedKey(options, 'signer', name)),
  former: (name) => formerKeys(options, 'signer', name),
});

/** `inKms` signs by the names that it has keys for, `wrapped` by all others. */
export const signerByName = (inKms: Signer, wrapped: Signer, kmsKeys: readonly string[]): Signer => {
  const of = (keyName: string) => (kmsKeys.includes(keyName) ? inKms : wrapped);
  return {
    sign: (keyName, message) => of(keyName).sign(keyName, message),
    publicKey: (keyName) => of(keyName).publicKey(keyName),
    former: async (keyName) => (await of(keyName).former?.(keyName)) ?? [],
  };
};
