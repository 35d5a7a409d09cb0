// What a log takes from outside: a clock that was set back, a restored backup, proofs that came as files, its name.
import { describe, expect, it } from '@jest/globals';
import { bytes, codeOf, entriesOf, sound, texts } from '#test/support/log-entries.ts';
import { originOf } from '#test/support/small-log.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { appendToLog, readLog, readOrigin } from '#core/ledger/log.ts';
import { EMPTY_ROOT } from '#core/ledger/merkle.ts';
import { checkpointText, signatureLine } from '#core/ledger/note.ts';
import { consistencyFile, parseConsistencyFile, parseTlogProof, tlogProof } from '#core/ledger/proof.ts';
import { tileTree } from '#core/ledger/tile-tree.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { memoryLogHead } from '#adapters/memory/stores.ts';

describe('a clock or a backup', () => {
  it('that puts the checkpoint into the future stops reading and appending', async () => {
    const { ports } = memoryHarness();
    await appendToLog(ports, bytes('a'));
    const early = { ...ports, clock: { now: () => new Date(ports.clock.now().getTime() - 6 * 60_000) } };
    expect(await codeOf(readLog(early))).toBe('LEDGER_FROM_FUTURE');
    const almost = { ...ports, clock: { now: () => new Date(ports.clock.now().getTime() - 4 * 60_000) } };
    expect(await codeOf(readLog(almost))).toBe('done');
  });

  it.each([1, 2, 3])('that restores the head of version %i or none is refused: the log would fork', async (back) => {
    const { ports } = memoryHarness();
    const heads = [];
    for (const text of ['a', 'b', 'c', 'd']) {
      await appendToLog(ports, bytes(text));
      heads.push(await ports.logHead.read());
    }
    for (const restored of [heads[back - 1], undefined]) {
      const logHead = { ...ports.logHead, read: async () => restored };
      expect(await codeOf(readLog({ ...ports, logHead }))).toBe('LEDGER_INVALID');
      expect(await codeOf(appendToLog({ ...ports, logHead }, bytes('e')))).toBe('LEDGER_INVALID');
    }
    expect(await appendToLog(ports, bytes('e'))).toEqual([4]);
  });

  it('is not suspected when another writer was between reading the head and looking behind it', async () => {
    const { ports } = memoryHarness();
    await appendToLog(ports, bytes('a'));
    const head = memoryLogHead();
    const stale = await ports.logHead.read();
    await appendToLog(ports, bytes('b'));
    let reads = 0;
    const logHead = { ...head, read: async () => (reads++ === 0 ? stale : ports.logHead.read()) };
    expect(texts(await entriesOf({ ...ports, logHead }))).toEqual(['a', 'b']);
  });

  it('that lost the copy of the newest checkpoint is mended by the next append', async () => {
    const { ports, faults } = memoryHarness();
    await appendToLog(ports, bytes('a'));
    const puts = faults.writes.filter((write) => write.startsWith('logStorage.put')).length;
    faults.arm(`logStorage.put#${puts + 3}`, 'before'); // after bundle, tile and head: the copy
    expect(await codeOf(appendToLog(ports, bytes('b')))).toBe('another error');
    expect(texts(await entriesOf(ports))).toEqual(['a', 'b']);
    await appendToLog(ports, bytes('c'));
    await sound(ports);
  });
});

describe('proofs as files', () => {
  it.each([
    ['another header', 'c2sp.org/tlog-proof@v2\nindex 0\n\nnote'],
    ['no index', 'c2sp.org/tlog-proof@v1\n\nnote'],
    ['a signed index', 'c2sp.org/tlog-proof@v1\nindex +1\n\nnote'],
    ['an index with a zero in front', 'c2sp.org/tlog-proof@v1\nindex 01\n\nnote'],
    ['an index beyond any', `c2sp.org/tlog-proof@v1\nindex ${'9'.repeat(400)}\n\nnote`],
    ['a hash of 31 bytes', `c2sp.org/tlog-proof@v1\nindex 0\n${Buffer.alloc(31).toString('base64')}\n\nnote`],
    ['a hash of 64 bytes', `c2sp.org/tlog-proof@v1\nindex 0\n${Buffer.alloc(64).toString('base64')}\n\nnote`],
    ['a hash that is not base64', 'c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\nnote'],
    [
      'a base64 with loose bits',
      `c2sp.org/tlog-proof@v1\nindex 0\n${Buffer.alloc(32).toString('base64').replace('A=', 'B=')}\n\nnote`,
    ],
    ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 0'],
    ['unauthenticated extra data', 'c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n\nnote'],
    ['nothing', ''],
    [
      'a thousand hashes',
      `c2sp.org/tlog-proof@v1\nindex 0\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(1000)}\nnote`,
    ],
  ])('with %s are refused', (_, text) => {
    expect(() => parseTlogProof(text)).toThrow('not a tlog-proof');
  });

  it('of inclusion are none of consistency', async () => {
    const { ports } = memoryHarness();
    await appendToLog(ports, bytes('a', 'b'));
    const { checkpoint, note } = await readLog(ports);
    const tree = tileTree(ports.logStorage, checkpoint!);
    expect(() => parseConsistencyFile(tlogProof(1, [], note!))).toThrow('not a consistency proof');
    const file = consistencyFile(1, await tree.consistency(1), note!);
    expect(parseConsistencyFile(file)).toMatchObject({ size: 1, note });
  });
});

describe('the name of a log', () => {
  it('is made of its key, so that two installations never share one, and known before the first entry', async () => {
    const { ports } = memoryHarness();
    const { origin } = await readLog(ports);
    expect(origin).toBe(await originOf(ports.signer));
    await appendToLog(ports, bytes('a'));
    expect(await readOrigin(ports)).toBe(origin);
    const { signer } = ports;
    const other = {
      sign: (_: string, m: Uint8Array) => signer.sign('log-2', m),
      publicKey: () => signer.publicKey('log-2'),
    };
    expect((await readLog({ ...memoryHarness().ports, signer: other })).origin).not.toBe(origin);
  });

  it('is the one in its head: a log from before names were its own goes on under the old one', async () => {
    const { ports } = memoryHarness();
    const before = { origin: 'quittance.dev/log', size: 0, root: EMPTY_ROOT, time: ports.clock.now().toISOString() };
    const text = checkpointText(before);
    const key = { name: before.origin, publicKey: await ports.signer.publicKey(LOG_KEY) };
    const signature = await ports.signer.sign(LOG_KEY, Buffer.from(text));
    await ports.logHead.replace(`${text}\n${signatureLine(key, signature)}`, 0);
    await appendToLog(ports, bytes('a'));
    expect((await readLog(ports)).checkpoint).toMatchObject({ origin: before.origin, size: 1 });
  });

  it('counts for nothing in a head that the log did not sign', async () => {
    const { ports } = memoryHarness();
    await appendToLog(ports, bytes('a'));
    const head = await ports.logHead.read();
    await ports.logHead.replace(head!.checkpoint.replaceAll('quittance.dev/log', 'elsewhere.example/log'), 1);
    expect(await codeOf(readOrigin(ports))).toBe('SIGNATURE_INVALID');
  });
});
