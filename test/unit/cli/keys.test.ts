// `quittance keys rotate log`: the end of the key that signs the log's checkpoints, as its operator gives it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, jest } from '@jest/globals';
import { fileSigner } from '#adapters/local/file-signer.ts';
import { localStores } from '#adapters/local/index.ts';
import { execute, parse } from '#cli/command.ts';
import { keys } from '#cli/keys.ts';
import { trustRoot } from '#cli/trust-root.ts';
import { keyIdOf } from '#core/dsse.ts';
import { appendToLog, readLog } from '#core/ledger/log.ts';
import { parseTrustRoot } from '#core/trust-root.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
afterEach(() => void jest.restoreAllMocks());

const printed = captured();
const rotate = (...argv: string[]) =>
  execute(keys, parse(keys, ['rotate', 'log', ...argv, '--dir', dir, '--json'], {}));
const stored = async <T>(act: (stores: ReturnType<typeof localStores>) => Promise<T>): Promise<T> => {
  const stores = localStores(dir);
  try {
    return await act(stores);
  } finally {
    stores.close();
  }
};

it('is refused before there is a key', async () => {
  await stored(async () => undefined);
  await expect(rotate()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
});

it('ends the key, and the head is signed by the next one', async () => {
  const first = await stored(async (stores) => {
    await appendToLog(stores, [Buffer.from('one')]);
    return readLog(stores);
  });
  const old = await fileSigner(join(dir, 'keys')).publicKey('log');
  await expect(rotate('--at', '2026-01-01T00:00:00.000Z')).rejects.toMatchObject({
    code: 'USAGE',
    expected: expect.stringMatching(/^a time from .* on, when the last checkpoint was signed, or --compromised$/),
  });
  expect(await rotate()).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ rotated: 'log', key: keyIdOf(old), certificates: 0 });
  const next = await stored(readLog);
  expect(next).toMatchObject({ origin: first.origin, size: 1, version: first.version + 1 });
  const current = await fileSigner(join(dir, 'keys')).publicKey('log');
  expect(Buffer.from(current).equals(Buffer.from(old))).toBe(false);
});

it('is in each form of the trust root, the oldest key first, and may turn out to have been in other hands', async () => {
  const at = '2026-02-01T00:00:00.000Z';
  expect(await rotate('--compromised', '--former', '--at', at)).toBe(0);
  const former = await fileSigner(join(dir, 'keys')).former('log');
  for (const name of ['root.json', 'root.vkey', 'root.pem']) {
    const out = join(dir, name);
    expect(await execute(trustRoot, parse(trustRoot, ['--out', out, '--dir', dir], {}))).toBe(0);
    const { keys: known } = parseTrustRoot(readFileSync(out, 'utf8'), name);
    expect(known.filter(({ role }) => role === 'log')).toMatchObject([
      { id: keyIdOf(former[0]!.publicKey), ended: { until: at, compromised: true } },
      { id: keyIdOf(await fileSigner(join(dir, 'keys')).publicKey('log')) },
    ]);
  }
});
