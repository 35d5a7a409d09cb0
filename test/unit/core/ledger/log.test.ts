// The log over its ports: appends against the plain tree, a crash before and after every write, and what an editor of
// storage can do.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytes, codeOf, entriesOf, sound, texts } from '#test/support/log-entries.ts';
import { checkLog } from '#test/support/log-fsck.ts';
import { appendedLog, appendToLog, checkpointPath, readLog, type LogPorts } from '#core/ledger/log.ts';
import { leafHash, rootOf, verifyConsistency, verifyInclusion } from '#core/ledger/merkle.ts';
import { consistencyFile, parseConsistencyFile, parseTlogProof, tlogProof } from '#core/ledger/proof.ts';
import { tileTree } from '#core/ledger/tile-tree.ts';
import { bundlePath } from '#core/ledger/tiles.ts';
import type { FaultMode } from '#adapters/memory/faults.ts';
import { memoryHarness, type Harness } from '#adapters/memory/ports.ts';
import { memoryLogStorage } from '#adapters/memory/stores.ts';

const numbered = (count: number, from = 0) => bytes(...Array.from({ length: count }, (_, i) => `event ${from + i}`));

describe('an append', () => {
  it('gives each entry its index and signs the root of the plain tree', async () => {
    const { ports } = memoryHarness();
    expect(await appendToLog(ports, bytes('a', 'b'))).toEqual([0, 1]);
    expect(await appendToLog(ports, bytes('c'))).toEqual([2]);
    expect(texts(await entriesOf(ports))).toEqual(['a', 'b', 'c']);
    expect((await readLog(ports)).checkpoint).toMatchObject({
      size: 3,
      root: rootOf(bytes('a', 'b', 'c').map(leafHash)),
    });
  });

  it('of nothing writes nothing', async () => {
    const { ports, faults } = memoryHarness();
    expect(await appendToLog(ports, [])).toEqual([]);
    expect(faults.writes).toEqual([]);
    expect(await readLog(ports)).toMatchObject({ checkpoint: undefined, version: 0 });
  });

  it('of batches of any size leaves a sound log, in which every entry and every earlier size is proven', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), async (batches) => {
        const { ports, faults } = memoryHarness();
        const sizes: number[] = [];
        for (const count of batches) {
          const from = sizes.at(-1) ?? 0;
          expect(await appendToLog(ports, numbered(count, from))).toEqual(
            Array.from({ length: count }, (_, i) => from + i),
          );
          sizes.push(from + count);
        }
        await sound(ports);
        expect(faults.complaints).toEqual([]);
        const { checkpoint, note } = await readLog(ports);
        const { size, root } = checkpoint!;
        const tree = tileTree(ports.logStorage, checkpoint!);
        for (const index of [0, size >> 1, size - 1]) {
          const proof = parseTlogProof(tlogProof(index, await tree.inclusion(index), note!));
          const leaf = leafHash(Buffer.from(`event ${index}`));
          expect(verifyInclusion(leaf, proof.index, size, proof.hashes, root)).toBe(true);
        }
        for (const earlier of sizes) {
          const proof = parseConsistencyFile(consistencyFile(earlier, await tree.consistency(earlier), note!));
          const was = rootOf(numbered(earlier).map(leafHash));
          expect(verifyConsistency(proof.size, size, proof.hashes, was, root)).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('by two at once is taken from one; the other is told, and both have their entries in the end', async () => {
    const { ports } = memoryHarness();
    const [one, other] = [await readLog(ports), await readLog(ports)];
    expect((await appendedLog(ports, bytes('a'), one)).indexes).toEqual([0]);
    expect(await codeOf(appendedLog(ports, bytes('a', 'b'), other))).toBe('LEDGER_CONFLICT');
    expect(await appendToLog(ports, bytes('b'))).toEqual([1]);
    await sound(ports);
  });
});

/** Appends what is not in the log yet, again after a failure, as the sequencing step does. */
const insist = async (ports: LogPorts, wanted: readonly Buffer[]): Promise<void> => {
  for (let tries = 0; tries < 3; tries++) {
    try {
      const entries = await entriesOf(ports);
      await appendToLog(
        ports,
        wanted.filter((entry) => !entries.some((one) => one.equals(entry))),
      );
      return;
    } catch (error) {
      if ((error as Error).name !== 'Lambda.Unknown') throw error;
    }
  }
};

describe('a crash', () => {
  const batches = [numbered(3), numbered(251, 3), numbered(4, 254), numbered(1, 258)]; // fills a tile at 256
  const run = async (fault?: { write: string; mode: FaultMode }): Promise<Harness> => {
    const harness = memoryHarness();
    if (fault) harness.faults.arm(fault.write, fault.mode);
    for (const batch of batches) await insist(harness.ports, batch);
    return harness;
  };

  it('before or after any write leaves the same log, sound, with no entry twice', async () => {
    const clean = await run();
    const expected = texts(batches.flat());
    expect(clean.faults.writes.length).toBeGreaterThan(15);
    for (const write of clean.faults.writes)
      for (const mode of ['before', 'after'] as const) {
        const { ports, faults } = await run({ write, mode });
        expect([write, mode, faults.fired]).toEqual([write, mode, true]);
        expect(texts(await entriesOf(ports))).toEqual(expected);
        await sound(ports);
        expect(faults.complaints).toEqual([]);
      }
  });

  it('followed by the entries in another order goes on with the order that write-once storage holds', async () => {
    for (const lost of [1, 2, 254, 256, 258]) {
      const { ports, faults } = memoryHarness();
      await insist(ports, numbered(3));
      faults.arm('logHead.replace#2', 'before');
      expect(await codeOf(appendToLog(ports, numbered(lost, 3)))).toBe('another error');
      const turned = numbered(lost, 3).reverse();
      const indexes = await appendToLog(ports, turned);
      const entries = await entriesOf(ports);
      indexes.forEach((index, i) => expect(entries[index]).toEqual(turned[i]));
      expect(new Set(texts(entries))).toEqual(new Set(texts(numbered(3 + lost))));
      await sound(ports);
      expect(faults.complaints).toEqual([]);
    }
  });

  it('never lets another entry in front of one that storage already holds in its place', async () => {
    const { ports, faults } = memoryHarness();
    faults.arm('logHead.replace#1', 'before');
    expect(await codeOf(appendToLog(ports, bytes('a', 'b')))).toBe('another error');
    expect(await codeOf(appendToLog(ports, bytes('x', 'y')))).toBe('LEDGER_CONFLICT');
    expect(await appendToLog(ports, bytes('x', 'a', 'b'))).toEqual([0, 1, 2]);
    expect(faults.complaints).toEqual([]);
  });
});

describe('a log that was tampered with', () => {
  /** A sound log whose storage and head can be swapped. */
  const logOf = async (count: number): Promise<LogPorts & { edit: (path: string, content: Buffer) => void }> => {
    const { ports, faults } = memoryHarness();
    const edits = new Map<string, Uint8Array>();
    const inner = memoryLogStorage(faults);
    const logStorage = {
      put: inner.put,
      get: async (path: string) => edits.get(path) ?? (await inner.get(path)),
    };
    const { logHead, signer, clock } = ports;
    const all = { logStorage, logHead, signer, clock };
    await appendToLog(all, numbered(count));
    return { ...all, edit: (path, content) => edits.set(path, content) };
  };

  it('in one byte of an entry is refused when it is read, and nothing is appended to it', async () => {
    const log = await logOf(5);
    const bundle = Buffer.from(await log.logStorage.get(bundlePath(0, 5)));
    bundle[4]! ^= 1;
    log.edit(bundlePath(0, 5), bundle);
    const fresh = { ...log, logStorage: { ...log.logStorage } }; // another process, which did not write it
    expect(await codeOf(readLog(fresh))).toBe('LEDGER_INVALID');
    expect(await codeOf(appendToLog(fresh, bytes('next')))).toBe('LEDGER_INVALID');
    expect((await checkLog(fresh)).problems[0]).toContain('LEDGER_INVALID');
  });

  it.each(['tile/0/001.p/44', 'tile/1/000.p/1'])('in %s, from which an append goes on, is refused', async (path) => {
    const log = await logOf(300);
    const bytes = Buffer.from(await log.logStorage.get(path));
    bytes[7]! ^= 1;
    log.edit(path, bytes);
    expect(await codeOf(readLog({ ...log, logStorage: { ...log.logStorage } }))).toBe('LEDGER_INVALID');
    log.edit(path, Buffer.alloc(31));
    expect(await codeOf(readLog({ ...log, logStorage: { ...log.logStorage } }))).toBe('LEDGER_INVALID');
  });

  it('in a full tile or bundle, which no append reads, is found by proofs and by the check of the whole log', async () => {
    const log = await logOf(300);
    const { checkpoint } = await readLog(log);
    const proofs = (index: number) => codeOf(tileTree(log.logStorage, checkpoint!).inclusion(index));
    const bundle = Buffer.from(await log.logStorage.get(bundlePath(0)));
    bundle[3]! ^= 1;
    log.edit(bundlePath(0), bundle);
    expect(await codeOf(tileTree(log.logStorage, checkpoint!).bundle(0))).toBe('LEDGER_INVALID');
    expect((await checkLog(log)).problems).toContain('tile/0/000 does not follow from the entries');
    log.edit('tile/0/000', Buffer.alloc(8192));
    expect([await proofs(0), await proofs(299)]).toEqual(['LEDGER_INVALID', 'done']);
    expect(await codeOf(tileTree(log.logStorage, checkpoint!).consistency(100))).toBe('LEDGER_INVALID');
  });

  it('by a checkpoint of another history in the past is found by the check of the whole log', async () => {
    const log = await logOf(2);
    const other = memoryHarness().ports;
    await appendToLog(other, bytes('another', 'history'));
    await appendToLog(log, bytes('third'));
    log.edit(checkpointPath(1), Buffer.from((await readLog(other)).note!));
    expect((await checkLog(log)).problems).toEqual(['checkpoints/1 signs another root for 2 entries']);
  });

  it('whose checkpoint is of another key, or bent, is refused by the name of the fault', async () => {
    const log = await logOf(2);
    const { checkpoint } = (await log.logHead.read())!;
    const with_ = (note: string) =>
      codeOf(readLog({ ...log, logHead: { ...log.logHead, read: async () => ({ checkpoint: note, version: 1 }) } }));
    expect(await with_(checkpoint.replace('\n2\n', '\n1\n'))).toBe('SIGNATURE_INVALID');
    expect(await with_('no note')).toBe('LEDGER_INVALID');
    const signer = { ...log.signer, publicKey: () => log.signer.publicKey('another') };
    expect(await codeOf(readLog({ ...log, signer }))).toBe('SIGNATURE_INVALID');
  });
});
