// What a process reads of a log that grows, whoever appends to it, and where it finds events that an append without
// marks left behind.
import { describe, expect, it } from '@jest/globals';
import { isQuittanceError } from '#core/errors.ts';
import { appendToLog, readLog } from '#core/ledger/log.ts';
import { indexesOf, latestEntries } from '#core/ledger/recent.ts';
import { checkLog } from '#test/support/log-fsck.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { memoryLogHead, memoryLogStorage } from '#adapters/memory/stores.ts';

const START = Date.parse('2026-03-01T00:00:00.000Z');

/** One event a second. */
const event = (i: number) => {
  const at = new Date(START + 1000 * i).toISOString();
  return { eventId: `T.${i}`, at, body: `{"at":"${at}","event":${i}}` };
};
const bodies = (count: number, from = 0) => Array.from({ length: count }, (_, i) => Buffer.from(event(from + i).body));

const watched = async (count: number) => {
  const { ports } = memoryHarness();
  await appendToLog(ports, bodies(count));
  const read: string[] = [];
  const logStorage = {
    put: ports.logStorage.put,
    get: (path: string) => {
      if (path.startsWith('tile/')) read.push(path);
      return ports.logStorage.get(path);
    },
  };
  return { ports, own: { ...ports, logStorage }, read };
};

describe('a process that reads the log', () => {
  it('reads the partial tiles and the last bundle, whatever the size, and nothing twice', async () => {
    const { ports, own, read } = await watched(1000);
    expect(await readLog(own)).toMatchObject({ size: 1000 });
    expect(read.sort()).toEqual(['tile/0/003.p/232', 'tile/1/000.p/3', 'tile/entries/003.p/232']);
    read.length = 0;
    await readLog(own);
    expect(await appendToLog(own, bodies(1, 1000))).toEqual([1000]);
    await readLog(own);
    // those are looked for in case a crash left them
    expect(read.filter((path) => !path.endsWith('.p/233'))).toEqual([]);
    expect((await checkLog(ports)).problems).toEqual([]);
  });

  it('goes on with what others appended', async () => {
    const { ports, own } = await watched(600);
    await readLog(own);
    await appendToLog(ports, bodies(200, 600));
    expect(await appendToLog(own, bodies(1, 800))).toEqual([800]);
    expect((await checkLog(ports)).problems).toEqual([]);
  });

  it('refuses a signed root that does not follow from what is stored', async () => {
    const { ports, own } = await watched(3);
    await readLog(own);
    const other = { ...ports, logStorage: memoryLogStorage(memoryHarness().faults), logHead: memoryLogHead() };
    for (const from of [10, 20]) await appendToLog(other, bodies(2, from));
    const logHead = { ...own.logHead, read: () => other.logHead.read() };
    await appendToLog(ports, bodies(1, 3));
    const error = await readLog({ ...own, logHead }).catch((caught: unknown) => caught);
    expect(isQuittanceError(error, 'LEDGER_INVALID')).toBe(true);
  });
});

describe('events whose marks were lost', () => {
  const placed = async (count: number, ...asked: number[]) => {
    const { own, read } = await watched(count);
    const log = await readLog(own);
    read.length = 0;
    const found = await indexesOf(own.logStorage, log, asked.map(event));
    return { found: Object.fromEntries(found), read };
  };

  it('are found at the end of the log, in the bundles before it, and not where they are not', async () => {
    expect((await placed(700, 699)).found).toEqual({ 'T.699': 699 });
    expect((await placed(700, 500, 699, 700)).found).toEqual({ 'T.500': 500, 'T.699': 699 });
    expect((await placed(0, 1)).found).toEqual({});
  });

  it('are not looked for in what is older than the oldest of them by more than clocks differ', async () => {
    const { found, read } = await placed(2000, 2001);
    expect(found).toEqual({});
    // 2001 less five minutes is in bundle 6; all of bundle 5 is older
    expect(read.filter((path) => path.includes('entries'))).toEqual(['tile/entries/006', 'tile/entries/005']);
  });
});

it('the latest entries are read across bundles, newest first', async () => {
  const { own } = await watched(514);
  const latest = await latestEntries(own.logStorage, await readLog(own), 4);
  expect(latest.map(({ index }) => index)).toEqual([513, 512, 511, 510]);
  expect(latest.map(({ entry }) => entry.toString())).toEqual([513, 512, 511, 510].map((i) => event(i).body));
});
