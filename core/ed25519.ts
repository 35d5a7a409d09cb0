// Ed25519 keys of adapters that hold them in this process (RFC 8032). Trap: node:crypto knows keys only as DER; a
// private key is a fixed prefix and the 32-byte seed, a public key ends with its 32 raw bytes (RFC 8410).
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { Signer } from './ports.ts';

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export const keyFromSeed = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });

const known = new WeakMap<KeyObject, Buffer>();

/** Raw, of a private key. */
export const publicOf = (key: KeyObject): Buffer => {
  const raw = known.get(key) ?? createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  known.set(key, raw);
  return raw;
};

/** A signer over the private keys that `keyOf` finds or makes by name. */
export const signerOver = (keyOf: (name: string) => KeyObject | Promise<KeyObject>): Signer => ({
  sign: async (keyName, message) => sign(null, message, await keyOf(keyName)),
  publicKey: async (keyName) => publicOf(await keyOf(keyName)),
});
