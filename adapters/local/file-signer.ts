// Ed25519 keys as PKCS #8 files that only their owner can read, one for each name, made on first use. One that is
// retired is destroyed; its public part stays in `former/NAME.json`, and the next use makes another.
// Traps: a key is read again when its file, or that of the former keys, is another one than it was: another process may
// have ended it. And in embedded mode whoever runs the process can sign as anybody, so the separation of duties rests
// on the operating system's users (docs/trust.md says so).
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { publicOf, signerOver } from '#core/ed25519.ts';
import { QuittanceError } from '#core/errors.ts';
import type { KeyEnding } from '#core/key-end.ts';
import type { FormerKey, Signer } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { readIfThere, readOrCreate, shred } from './durable-file.ts';
import { addFormerKey, condemnFormerKey, readFormerKeys } from './former-keys.ts';

/** The signer, and what an operator does with its keys. */
export interface FileSigner extends Signer {
  former(name: string): Promise<FormerKey[]>;
  /** Ends the key in use. KEY_UNAVAILABLE where there is none. */
  retire(name: string, end: KeyEnding): Promise<FormerKey>;
  /** Others may have had the last key that ended: the stricter end counts. NOT_FOUND where there is none. */
  condemn(name: string, until: Date): Promise<FormerKey>;
}

export const fileSigner = (dir: string): FileSigner => {
  const pathOf = (name: string) => join(dir, `${safeName(name)}.pem`);
  const formerOf = (name: string) => join(dir, 'former', `${safeName(name)}.json`);
  const former = (name: string) => readFormerKeys(formerOf(name), name);
  const known = new Map<string, { readonly stamp: string; readonly key: KeyObject }>();
  const current = async (name: string): Promise<KeyObject | undefined> => {
    const stamp = `${stampOf(pathOf(name))} ${stampOf(formerOf(name))}`;
    const before = known.get(name);
    if (before?.stamp === stamp) return before.key;
    const key = await readCurrent(name);
    if (key) known.set(name, { stamp, key });
    return key;
  };
  const readCurrent = async (name: string): Promise<KeyObject | undefined> => {
    const bytes = await readIfThere(pathOf(name));
    const key = bytes && keyIn(bytes);
    if (!key || !(await former(name)).some(({ publicKey }) => publicOf(key).equals(publicKey))) return key;
    await shred(pathOf(name)); // its retirement was interrupted
    return undefined;
  };
  return {
    ...signerOver(async (name) => (await current(name)) ?? keyIn(await readOrCreate(pathOf(name), newKey))),
    former,
    retire: async (name, end) => {
      const key = await current(name);
      if (!key) throw noKey(name, (await former(name)).at(-1));
      const ended = { publicKey: publicOf(key), ...end };
      await addFormerKey(formerOf(name), name, ended);
      await shred(pathOf(name));
      known.delete(name);
      return ended;
    },
    condemn: (name, until) => condemnFormerKey(formerOf(name), name, until),
  };
};

/** Which file it is, and as of when; a file that is changed has another. */
const stampOf = (path: string): string => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino}.${found.ctimeNs}.${found.size}` : 'none';
};

const noKey = (name: string, last: FormerKey | undefined): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', {
    message: last ? `the key '${name}' ended on ${last.until}` : `there is no key '${name}' yet`,
    hint: `${last ? 'another' : 'it'} is made with its next use`,
  });

const keyIn = (pem: Uint8Array): KeyObject => createPrivateKey(Buffer.from(pem).toString('utf8'));

const newKey = () => Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
