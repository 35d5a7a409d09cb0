// Ed25519 keys whose 32-byte seed (RFC 8032) KMS made and wrapped, unwrapped for each signature. They sign messages
// over the 4,096 bytes that KMS itself signs, such as the envelopes of statements, and serve as people's keys, which as
// KMS keys would each cost money. Trap: a role that may unwrap could keep the seed, while a key in KMS can only be
// used. So every unwrapping is in CloudTrail with its purpose, and only the steps that sign have the right.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Signer } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { wrappedSecret, type WrappedSecretsOptions } from './wrapped-secrets.ts';

/** PKCS #8 of an Ed25519 private key is this prefix and the seed (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const wrappedSigner = (options: WrappedSecretsOptions): Signer => {
  const keyOf = async (name: string) => {
    const seed = await wrappedSecret(options, 'signer', safeName(name));
    return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  };
  return {
    sign: async (keyName, message) => sign(null, message, await keyOf(keyName)),
    publicKey: async (keyName) =>
      createPublicKey(await keyOf(keyName))
        .export({ format: 'der', type: 'spki' })
        .subarray(-32),
  };
};

/** `inKms` signs by the names that it has keys for, `wrapped` by all others. */
export const signerByName = (inKms: Signer, wrapped: Signer, kmsKeys: readonly string[]): Signer => {
  const of = (keyName: string) => (kmsKeys.includes(keyName) ? inKms : wrapped);
  return {
    sign: (keyName, message) => of(keyName).sign(keyName, message),
    publicKey: (keyName) => of(keyName).publicKey(keyName),
  };
};
