// A person's key: nobody signs with it who does not have the passphrase, the program that keeps it included.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filePeopleKeys } from '#adapters/local/people-keys.ts';
import { personKey, SERVICE_KEY } from '#core/certificate.ts';
import { verifyEd25519 } from '#core/ledger/note.ts';
import { withoutPeople } from '#core/people-signer.ts';
import { memorySigner } from '#adapters/memory/secrets.ts';
import { outcome } from '#test/contract/contract.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'quittance-people-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const WHO = 'privacy.officer';
const PHRASE = 'correct horse é';
const message = Buffer.from('what was decided');
const fileOf = () => join(dir, 'people', `${WHO}.json`);

describe("a person's key", () => {
  it('is made with the first signature, and signs with its passphrase in every writing, and with no other', async () => {
    const keys = filePeopleKeys(dir);
    expect(await outcome(keys.publicKey(WHO))).toBe('KEY_UNAVAILABLE');
    expect(await outcome(keys.sign(WHO, message))).toBe('PASSPHRASE_REQUIRED');
    expect(await outcome(keys.sign(WHO, message, 'short'))).toBe('INVALID_INPUT');
    expect(existsSync(fileOf())).toBe(false);
    const signature = await keys.sign(WHO, message, PHRASE);
    const again = filePeopleKeys(dir);
    expect(await again.sign(WHO, message, PHRASE.normalize('NFD'))).toEqual(signature);
    expect(verifyEd25519(await again.publicKey(WHO), message, signature)).toBe(true);
    expect(await outcome(again.sign(WHO, message))).toBe('PASSPHRASE_REQUIRED');
    expect(await outcome(again.sign(WHO, message, 'correct horse e'))).toBe('PASSPHRASE_WRONG');
  });

  it('is in a file that only its owner reads, in which neither key nor passphrase stands', async () => {
    await filePeopleKeys(dir).sign(WHO, message, PHRASE);
    const text = readFileSync(fileOf(), 'utf8');
    expect([statSync(fileOf()).mode & 0o777, text.includes('correct'), text.includes('BEGIN')]).toEqual([
      ...[0o600, false, false],
    ]);
    expect(JSON.parse(text)).toMatchObject({ kdf: { name: 'scrypt', N: 131_072, r: 8, p: 1 } });
  });

  it('does not open where its file was edited, or passed off as another person’s', async () => {
    const keys = filePeopleKeys(dir);
    await keys.sign(WHO, message, PHRASE);
    const file = JSON.parse(readFileSync(fileOf(), 'utf8')) as Record<string, unknown>;
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    for (const change of [{ publicKey: other.toString('base64') }, { principal: 'somebody.else' }]) {
      writeFileSync(fileOf(), JSON.stringify({ ...file, ...change }));
      expect(await outcome(keys.sign(WHO, message, PHRASE))).toBe('PASSPHRASE_WRONG');
    }
  });

  it('from before keys had passphrases goes under one with its first use, and stays the same key', async () => {
    const legacy = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    const path = join(dir, `${personKey(WHO)}.pem`);
    writeFileSync(path, legacy);
    const keys = filePeopleKeys(dir);
    const before = await keys.publicKey(WHO);
    const signature = await keys.sign(WHO, message, PHRASE);
    expect([await keys.publicKey(WHO), existsSync(path)]).toEqual([before, false]);
    expect(verify(null, message, createPublicKey(createPrivateKey(legacy)), signature)).toBe(true);
  });
});

describe('the signer of every step', () => {
  it('knows the public keys of people and signs as none of them', async () => {
    const people = filePeopleKeys(dir);
    const signer = withoutPeople(memorySigner(), () => people);
    expect(await outcome(signer.sign(personKey(WHO), message))).toBe('KEY_UNAVAILABLE');
    const signature = await people.sign(WHO, message, PHRASE);
    expect(verifyEd25519(await signer.publicKey(personKey(WHO)), message, signature)).toBe(true);
    expect(await outcome(signer.sign(SERVICE_KEY, message))).toBe('fulfilled');
  });
});
