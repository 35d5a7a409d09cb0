// `quittance people retire`: the end of a signing key, which the next decision follows with another under the same
// name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, jest } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { fileSigner } from '#adapters/local/file-signer.ts';
import { filePeopleKeys } from '#adapters/local/people-keys.ts';
import { execute, parse } from '#cli/command.ts';
import { keptPassphrase } from '#cli/passphrase.ts';
import { keys as keysCommand } from '#cli/keys.ts';
import { people } from '#cli/people.ts';
import { keyIdOf } from '#core/dsse.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
localStores(dir).close();

const WHO = 'privacy.officer';
const keys = filePeopleKeys(join(dir, 'keys'));
const passphrase = () => join(dir, 'keys', 'people', `${WHO}.passphrase`);

const printed = captured();
afterEach(() => void jest.restoreAllMocks());
const retire = (...argv: string[]) =>
  execute(people, parse(people, ['retire', WHO, ...argv, '--dir', dir, '--json'], {}));

it('is refused to somebody without a key, and for a time that is yet to come', async () => {
  await expect(retire()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
  await expect(retire('--at', '2999-01-01T00:00:00.000Z')).rejects.toMatchObject({ code: 'USAGE' });
  await expect(retire('--at', 'yesterday')).rejects.toMatchObject({ code: 'USAGE' });
});

it('destroys the key with its kept passphrase, and keeps when it ended', async () => {
  const first = await keys.prepare(
    WHO,
    keptPassphrase(dir, WHO, () => undefined),
  );
  const at = '2026-05-01T00:00:00.000Z';
  expect(await retire('--compromised', '--at', at)).toBe(0);
  expect(JSON.parse(printed.out)).toEqual({
    ...{ retired: WHO, key: keyIdOf(first), until: at, compromised: true },
    certificates: 0,
  });
  expect([existsSync(passphrase()), await keys.former(WHO)]).toEqual([
    false,
    [{ publicKey: Buffer.from(first), until: at, compromised: true }],
  ]);
  const next = await keys.prepare(
    WHO,
    keptPassphrase(dir, WHO, () => undefined),
  );
  expect(Buffer.from(next).equals(first)).toBe(false);
});

it('says of a key that has ended when it did, not that there is none yet', async () => {
  const until = '2026-06-01T00:00:00.000Z';
  await keys.retire(WHO, { until: new Date(until), compromised: false });
  await expect(retire()).rejects.toMatchObject({
    code: 'KEY_UNAVAILABLE',
    message: `the key of ${WHO} ended on ${until}`,
    hint: expect.stringMatching(/^another is made when this person next approves/u),
  });
});

it('calls a key compromised that was retired in good order, beside one in use, and never the other way round', async () => {
  const passphraseOf = () => keptPassphrase(dir, WHO, () => undefined);
  const first = await keys.prepare(WHO, passphraseOf());
  const at = '2026-07-01T00:00:00.000Z';
  expect(await retire('--at', at)).toBe(0);
  const second = await keys.prepare(WHO, passphraseOf());
  await expect(retire('--former')).rejects.toMatchObject({ code: 'USAGE' });
  const earlier = '2026-06-20T00:00:00.000Z';
  expect(await retire('--compromised', '--former', '--at', earlier)).toBe(0);
  const worse = { publicKey: Buffer.from(first), until: earlier, compromised: true };
  expect((await keys.former(WHO)).at(-1)).toEqual(worse);
  expect([Buffer.from(await keys.publicKey(WHO)), existsSync(passphrase())]).toEqual([Buffer.from(second), true]);
  expect(await retire('--compromised', '--former', '--at', at)).toBe(0);
  expect((await keys.former(WHO)).at(-1)).toEqual(worse); // a later day is milder

  const until = '2026-08-01T00:00:00.000Z';
  await keys.retire(WHO, { until: new Date(until), compromised: false });
  expect(await retire('--compromised')).toBe(0); // nothing is in use: the last one is meant
  expect((await keys.former(WHO)).at(-1)).toEqual({ publicKey: Buffer.from(second), until, compromised: true });
});

it("ends the service's key, which the next signature follows with another", async () => {
  const ran = async (...argv: string[]) =>
    execute(keysCommand, parse(keysCommand, [...argv, '--dir', dir, '--json'], {}));
  const rotate = (...argv: string[]) => ran('rotate', ...argv);
  await expect(ran('list', 'extra')).rejects.toMatchObject({ code: 'USAGE' });
  for (const which of [[], ['vault'], [WHO], ['service', 'log']])
    await expect(rotate(...which)).rejects.toMatchObject({ code: 'USAGE' });
  const signer = fileSigner(join(dir, 'keys'));
  const first = Buffer.from(await signer.publicKey('service'));
  expect(await rotate('service')).toBe(0);
  expect(await signer.former('service')).toMatchObject([{ publicKey: first, compromised: false }]);
  await expect(rotate('service')).rejects.toMatchObject({
    ...{ code: 'KEY_UNAVAILABLE', message: expect.stringMatching(/^the key 'service' ended on 20/) },
    hint: 'another is made with its next use',
  });
  expect(Buffer.from(await signer.publicKey('service')).equals(first)).toBe(false);
  const at = '2026-05-01T00:00:00.000Z';
  expect(await rotate('service', '--compromised', '--former', '--at', at)).toBe(0);
  expect(await signer.former('service')).toEqual([{ publicKey: first, until: at, compromised: true }]);
});

it.each([
  ['a role twice', ['anna=approver,approver'], 'names a role twice'],
  ['a person twice', ['anna=filer', 'anna=approver'], 'a person is named twice'],
  ['the name of the workflow', ['system=filer'], 'the workflow or a program'],
  ['a name that a controller acts under', ['opendsr-shop=filer'], 'the workflow or a program'],
  ['more than one equals sign', ['anna=filer=approver'], 'a person is NAME=ROLE'],
])('lets nobody in by %s', async (_, specs, words) => {
  const added = execute(people, parse(people, ['add', ...specs, '--dir', dir, '--json'], {}));
  await expect(added).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(words) });
  expect(existsSync(join(dir, 'people.json'))).toBe(false);
});
