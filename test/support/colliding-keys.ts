// Ed25519 keys made from words, and two of one name whose C2SP ids are the same four bytes: a search over such words
// met them after 98,770 keys.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

export const COLLIDING_NAME = 'log.example/collide';
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const keyFromWords = (words: string) => {
  const seed = createHash('sha256').update(words).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { key, note: { name: COLLIDING_NAME, publicKey } };
};
export type WordKey = ReturnType<typeof keyFromWords>;

export const COLLIDING: readonly [WordKey, WordKey] = [keyFromWords('collide 47984'), keyFromWords('collide 98769')];
