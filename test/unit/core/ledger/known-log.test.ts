// A process reads and hashes the log once and then only its end: what it reads, what it knows of entries, and that a signed root which does not follow is refused.
import { describe, expect, it } from '@jest/globals';
import { isQuittanceError } from '#core/errors.ts';
import { appendToLog, indexOfEntry, readLog } from '#core/ledger/log.ts';
import { bundlePath } from '#core/ledger/tiles.ts';
import { checkLog } from '#test/support/log-fsck.ts';
import { memoryWorld } from '#adapters/memory/ports.ts';
import { memoryLogHead, memoryLogStorage } from '#adapters/memory/stores.ts';

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => Buffer.from(`event ${from + i}`));

describe('a process that has read the log', () => {
  const watched = async (count: number) => {
    const { ports } = memoryWorld();
    await appendToLog(ports, numbered(count));
    const read: string[] = [];
    const logStorage = {
      put: ports.logStorage.put,
      get: (path: string) => {
        read.push(path);
        return ports.logStorage.get(path);
      },
    };
    return { ports, own: { ...ports, logStorage }, read };
  };

  it('reads of what others append only the bundles at the end', async () => {
    const { ports, own, read } = await watched(600);
    await readLog(own);
    await appendToLog(ports, numbered(3, 600));
    read.length = 0;
    expect((await readLog(own)).entries).toEqual(numbered(603));
    expect(read.filter((path) => path.startsWith('tile/'))).toEqual([bundlePath(2, 91)]);
    expect(await appendToLog(own, numbered(1, 603))).toEqual([603]);
    expect((await checkLog(ports)).problems).toEqual([]);
  });

  it('knows where an entry is, whoever appended it, and of none beyond the size that it asks about', async () => {
    const { ports, own } = await watched(2);
    const early = await readLog(own);
    await appendToLog(ports, numbered(1, 2));
    const late = await readLog(own);
    expect(['event 0', 'event 2', 'event 3'].map((text) => indexOfEntry(late, text))).toEqual([0, 2, undefined]);
    expect(['event 0', 'event 2'].map((text) => indexOfEntry(early, text))).toEqual([0, undefined]);
  });

  it('refuses a signed root that does not follow from what it read', async () => {
    const { ports, own } = await watched(3);
    await readLog(own);
    const other = { ...ports, logStorage: memoryLogStorage(memoryWorld().faults), logHead: memoryLogHead() };
    for (const from of [10, 20]) await appendToLog(other, numbered(2, from));
    const logHead = { ...own.logHead, read: () => other.logHead.read() };
    await appendToLog(ports, numbered(1, 3));
    const error = await readLog({ ...own, logHead }).catch((caught: unknown) => caught);
    expect(isQuittanceError(error, 'LEDGER_INVALID')).toBe(true);
  });
});
