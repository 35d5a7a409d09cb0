// A person's key: nobody signs with it who does not have the passphrase, the program that keeps it included.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kmsPeopleKeys } from '#adapters/aws/people-keys.ts';
import { retireRow } from '#adapters/aws/former-rows.ts';
import { filePeopleKeys } from '#adapters/local/people-keys.ts';
import { personKey } from '#core/certificate.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import { verifyEd25519 } from '#core/ledger/note.ts';
import { withoutPeople } from '#core/people-signer.ts';
import { memorySigner } from '#adapters/memory/secrets.ts';
import { outcome } from '#test/contract/contract.ts';
import { scriptedKeys } from '#test/support/scripted-keys.ts';

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
    for (const other of ['correct horse e', 'short'])
      expect(await outcome(again.sign(WHO, message, other))).toBe('PASSPHRASE_WRONG');
  });

  it('is made before anything is decided, with a passphrase too, and is the one that then signs', async () => {
    const keys = filePeopleKeys(dir);
    expect(keys.unlockedBy).toBe('passphrase');
    for (const without of [undefined, 'eleven char'])
      expect(await outcome(keys.prepare(WHO, without))).toBe(without ? 'INVALID_INPUT' : 'PASSPHRASE_REQUIRED');
    expect(existsSync(fileOf())).toBe(false);
    const prepared = await keys.prepare(WHO, 'twelve chars');
    expect(await keys.prepare(WHO, 'any other')).toEqual(prepared); // it is there, and nothing is signed
    expect(await outcome(keys.prepare(WHO, undefined))).toBe('PASSPHRASE_REQUIRED');
    expect(verifyEd25519(prepared, message, await keys.sign(WHO, message, 'twelve chars'))).toBe(true);
  });

  it('that was never made, or has ended, is said to be so, with what to do', async () => {
    const keys = filePeopleKeys(dir);
    const hintOf = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);
    const approves = "'quittance ticket approve ID --as WHO'";
    expect(await hintOf(keys.publicKey(WHO))).toMatchObject({
      message: `${WHO} has no key yet`,
      hint: `it is made when this person first approves: ${approves}`,
    });
    const asksFor = async (expected: string) => {
      for (const asked of [keys.sign(WHO, message), keys.prepare(WHO, undefined)])
        expect(await hintOf(asked)).toMatchObject({ expected });
    };
    await asksFor('a passphrase of your choice, 12 characters or more');
    await keys.sign(WHO, message, PHRASE);
    await asksFor('the passphrase of the key');
    await keys.retire(WHO, { until: new Date('2026-05-01T00:00:00.000Z'), compromised: false });
    expect(await hintOf(keys.publicKey(WHO))).toMatchObject({
      message: `the key of ${WHO} ended on 2026-05-01T00:00:00.000Z`,
      hint: `another is made when this person next approves: ${approves}`,
    });
  });

  it('turns out to have been in other hands: its end becomes the stricter one', async () => {
    const keys = filePeopleKeys(dir);
    const [early, late] = ['2026-04-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'].map((day) => new Date(day));
    expect(await outcome(keys.condemn(WHO, early!))).toBe('NOT_FOUND');
    await keys.sign(WHO, message, PHRASE);
    await keys.retire(WHO, { until: late!, compromised: false });
    expect(await keys.condemn(WHO, early!)).toMatchObject({ until: early!.toISOString(), compromised: true });
    expect(await keys.condemn(WHO, late!)).toMatchObject({ until: early!.toISOString(), compromised: true });
    expect(await keys.former(WHO)).toHaveLength(1);
  });

  it('is retired: destroyed, listed with its end, and followed by another under the same name', async () => {
    const keys = filePeopleKeys(dir);
    const signature = await keys.sign(WHO, message, PHRASE);
    const first = await keys.publicKey(WHO);
    const before = readFileSync(fileOf());
    const until = new Date('2026-05-01T00:00:00.000Z');
    expect(await keys.retire(WHO, { until, compromised: true })).toEqual(first);
    expect([existsSync(fileOf()), await outcome(keys.publicKey(WHO))]).toEqual([false, 'KEY_UNAVAILABLE']);
    expect(existsSync(join(dir, 'people', 'former', `${WHO}.json`))).toBe(true);
    expect(await outcome(keys.retire(WHO, { until, compromised: false }))).toBe('KEY_UNAVAILABLE');
    const ended = { publicKey: first, until: until.toISOString(), compromised: true };
    expect(await keys.former(WHO)).toEqual([ended]);
    expect(verifyEd25519((await keys.former(WHO))[0]!.publicKey, message, signature)).toBe(true);

    writeFileSync(fileOf(), before); // as a retirement leaves it that was interrupted
    const next = await keys.sign(WHO, message, 'another phrase of theirs');
    expect(verifyEd25519(first, message, next)).toBe(false);
    expect(verifyEd25519(await keys.publicKey(WHO), message, next)).toBe(true);
    await keys.retire(WHO, { until, compromised: false });
    expect((await keys.former(WHO)).map(({ compromised }) => compromised)).toEqual([true, false]);
  });

  it('is in a file that only its owner reads, in which neither key nor passphrase stands', async () => {
    await filePeopleKeys(dir).sign(WHO, message, PHRASE);
    const text = readFileSync(fileOf(), 'utf8');
    writeFileSync(fileOf(), '{}');
    await expect(filePeopleKeys(dir).publicKey(WHO)).rejects.toThrow(`the key of ${WHO}`);
    expect([statSync(fileOf()).mode & 0o777, text.includes('correct'), text.includes('BEGIN')]).toEqual([
      ...[0o600, false, false],
    ]);
    expect(statSync(join(dir, 'people')).mode & 0o777).toBe(0o700);
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
    writeFileSync(path, legacy); // as a retirement leaves it that was interrupted
    await keys.retire(WHO, { until: new Date('2026-05-01T00:00:00.000Z'), compromised: false });
    expect([existsSync(path), existsSync(fileOf())]).toEqual([false, false]);
    expect(verify(null, message, createPublicKey(createPrivateKey(legacy)), signature)).toBe(true);
  });
});

describe("a person's key on AWS", () => {
  const setup = () => {
    const { options, calls } = scriptedKeys();
    return { keys: () => kmsPeopleKeys(options), calls };
  };

  it('is made with the first use, wrapped for people alone, and is the same one later', async () => {
    const { keys, calls } = setup();
    expect(keys().unlockedBy).toBe('sign-in');
    const signature = await keys().sign(WHO, message);
    const publicKey = await keys().publicKey(WHO);
    expect([publicKey.length, verifyEd25519(publicKey, message, signature)]).toEqual([32, true]);
    const contexts = calls.flatMap(({ body }) => body['EncryptionContext'] ?? []);
    expect(new Set(contexts.map((context) => JSON.stringify(context)))).toEqual(new Set(['{"purpose":"people"}']));
  });

  it('is a former one once an operator has retired it, and another is made', async () => {
    const { options } = scriptedKeys();
    const keys = kmsPeopleKeys(options);
    const first = await keys.prepare(WHO);
    const ended = { until: '2026-05-01T00:00:00.000Z', compromised: true };
    await retireRow(options, 'people', WHO, ended);
    expect(await keys.former(WHO)).toEqual([{ publicKey: first, ...ended }]);
    expect(await keys.publicKey(WHO)).not.toEqual(first);
  });

  it('is one for each person', async () => {
    const { keys } = setup();
    const signature = await keys().sign(WHO, message);
    expect(verifyEd25519(await keys().publicKey('somebody.else'), message, signature)).toBe(false);
  });

  it('has no name that leads elsewhere', async () => {
    const { keys, calls } = setup();
    expect(await outcome(keys().sign('../service', message))).toBe('INVALID_INPUT');
    expect(calls).toEqual([]);
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
