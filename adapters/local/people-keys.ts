// A person's Ed25519 key as a file that only their passphrase opens: scrypt (RFC 7914) makes a key of the passphrase,
// and AES-256-GCM encrypts the private key under it, with name and public key as authenticated data. The public key
// stands beside it in the clear. Made on first use, with the passphrase that is given then.
// A key that is lost, or that somebody else may have, is retired: its private part is destroyed, its public part and
// its last moment stay (`people/former/NAME.json`), and the next decision makes another.
// Traps: who forgets the passphrase has lost the key; a key from before keys had passphrases (`person.NAME.pem`) is
// taken in with its first use, so that what it signed verifies on; and a retirement that was interrupted has the key in
// both places, where the list of former keys counts.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, scrypt, sign } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { personKey } from '#core/certificate.ts';
import { decrypt, encrypt } from '#core/encryption.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { safeName } from '#core/names.ts';
import type { FormerKey, PeopleKeys } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { createDurably, readIfThere, shred } from './durable-file.ts';
import { addFormerKey, condemnFormerKey, readFormerKeys } from './former-keys.ts';

const KeyFile = z.strictObject({
  kind: z.literal('quittance-person-key/v1'),
  principal: z.string(),
  /** Raw, base64. */
  publicKey: z.base64(),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    N: z
      .int()
      .min(2 ** 14)
      .max(2 ** 20),
    r: z.int().min(1).max(32),
    p: z.int().min(1).max(16),
    salt: z.base64(),
  }),
  /** PKCS #8 in DER, encrypted, base64. */
  privateKey: z.base64(),
});
type KeyFile = z.infer<typeof KeyFile>;

/** OWASP's least for scrypt: 128 MiB and about half a second a guess. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
export const PASSPHRASE_LETTERS = 12;

/** People's keys, and what an operator does with them. */
export interface FilePeopleKeys extends PeopleKeys {
  /**
   * Ends a key at a time; what it signed before stays valid. Gives its public part. KEY_UNAVAILABLE where the person
   * has none.
   */
  retire(principal: string, ended: { until: Date; compromised: boolean }): Promise<Uint8Array>;
  /**
   * Others may have had a former key, the last one: its end becomes the stricter of what it was and this. NOT_FOUND
   * where there is none.
   */
  condemn(principal: string, until: Date): Promise<FormerKey>;
}

export const filePeopleKeys = (dir: string): FilePeopleKeys => {
  const { read, current, make, former, formerOf, end } = keysIn(dir);
  return {
    unlockedBy: 'passphrase',
    sign: async (principal, message, passphrase) => {
      const file = await read(principal);
      if (passphrase === undefined) throw required(principal, file !== undefined);
      return sign(null, message, await unlock(file ?? (await make(principal, passphrase)), passphrase));
    },
    prepare: async (principal, passphrase) => {
      const file = await read(principal);
      if (passphrase === undefined) throw required(principal, file !== undefined);
      return Buffer.from((file ?? (await make(principal, passphrase))).publicKey, 'base64');
    },
    publicKey: current,
    former,
    retire: async (principal, { until, compromised }) => {
      const publicKey = await current(principal);
      await end(principal, { publicKey, until: until.toISOString(), compromised });
      return publicKey;
    },
    condemn: (principal, until) => condemnFormerKey(formerOf(principal), principal, until),
  };
};

/** A person's key and former keys in their files. */
const keysIn = (dir: string) => {
  const pathOf = (principal: string) => join(dir, 'people', `${safeName(principal)}.json`);
  const legacyOf = (principal: string) => join(dir, `${safeName(personKey(principal))}.pem`);
  const formerOf = (principal: string) => join(dir, 'people', 'former', `${safeName(principal)}.json`);
  const former = (principal: string) => readFormerKeys(formerOf(principal), principal);
  const isFormer = async (principal: string, publicKey: string) =>
    (await former(principal)).some((one) => Buffer.from(one.publicKey).toString('base64') === publicKey);
  const read = async (principal: string): Promise<KeyFile | undefined> => {
    const bytes = await readIfThere(pathOf(principal));
    const file = bytes && parseJson(bytes, KeyFile, `the key of ${principal}`);
    if (!file || !(await isFormer(principal, file.publicKey))) return file;
    await shred(pathOf(principal)); // its retirement was interrupted
    return undefined;
  };
  const current = async (principal: string): Promise<Buffer> => {
    const file = await read(principal);
    if (file) return Buffer.from(file.publicKey, 'base64');
    const legacy = await readIfThere(legacyOf(principal));
    if (legacy) return publicOf(createPrivateKey(Buffer.from(legacy)));
    throw unavailable(principal, (await former(principal)).at(-1)?.until);
  };
  const make = async (principal: string, passphrase: string): Promise<KeyFile> => {
    const legacy = await readIfThere(legacyOf(principal));
    const made = await keyFile(principal, passphrase, legacy);
    await mkdir(join(dir, 'people'), { recursive: true, mode: 0o700 });
    await createDurably(pathOf(principal), Buffer.from(`${JSON.stringify(made, null, 2)}\n`), 0o600);
    const kept = await read(principal); // where two make it at once, the first one's holds
    if (!kept) throw unavailable(principal);
    await shred(legacyOf(principal));
    return kept;
  };
  const end = async (principal: string, ended: FormerKey): Promise<void> => {
    await addFormerKey(formerOf(principal), principal, ended);
    for (const path of [pathOf(principal), legacyOf(principal)]) await shred(path);
  };
  return { read, current, make, former, formerOf, end };
};

const keyFile = async (principal: string, passphrase: string, legacy: Uint8Array | undefined): Promise<KeyFile> => {
  if (passphrase.length < PASSPHRASE_LETTERS)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the passphrase of a new key is too short',
      expected: `at least ${PASSPHRASE_LETTERS} characters`,
    });
  const key = legacy ? createPrivateKey(Buffer.from(legacy)) : generateKeyPairSync('ed25519').privateKey;
  const publicKey = publicOf(key).toString('base64');
  const kdf = { name: 'scrypt', ...COST, salt: randomBytes(16).toString('base64') } as const;
  const under = await derived(passphrase, kdf);
  const privateKey = encrypt(under, contextOf(principal, publicKey), key.export({ format: 'der', type: 'pkcs8' }));
  return { kind: 'quittance-person-key/v1', principal, publicKey, kdf, privateKey: privateKey.toString('base64') };
};

// the last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the raw key (RFC 8410)
const publicOf = (key: ReturnType<typeof createPrivateKey>): Buffer =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

const contextOf = (principal: string, publicKey: string): string => `person ${principal} ${publicKey}`;

const unlock = async ({ principal, publicKey, kdf, privateKey }: KeyFile, passphrase: string) => {
  const under = await derived(passphrase, kdf);
  try {
    const der = decrypt(under, contextOf(principal, publicKey), Buffer.from(privateKey, 'base64'));
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    throw new QuittanceError('PASSPHRASE_WRONG', {
      message: `the passphrase does not unlock the key of ${principal}`,
      hint: `nothing was decided; a passphrase that is lost takes its key with it: 'quittance people retire ${principal}', and the next decision makes another`,
    });
  }
};

/** One writing of a passphrase, whatever keyboard typed it (RFC 8265: NFC). */
const derived = (passphrase: string, { N, r, p, salt }: KeyFile['kdf']): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: 256 * N * r };
    scrypt(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

const required = (principal: string, made: boolean): QuittanceError =>
  new QuittanceError('PASSPHRASE_REQUIRED', {
    message: `the key of ${principal} signs with its passphrase only`,
    expected: made
      ? 'the passphrase of the key'
      : `a passphrase of your choice, ${PASSPHRASE_LETTERS} characters or more`,
    hint: 'send it as passphrase, or on the command line by --key-file FILE or QUITTANCE_PASSPHRASE',
  });

const unavailable = (principal: string, ended?: string): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', {
    message: ended === undefined ? `${principal} has no key yet` : `the key of ${principal} ended on ${ended}`,
    hint: `${ended === undefined ? 'it' : 'another'} is made when this person ${ended === undefined ? 'first' : 'next'} approves: 'quittance ticket approve ID --as WHO'`,
  });
