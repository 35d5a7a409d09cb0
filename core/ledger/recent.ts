// The end of the log, in which events are looked for that may be there already: after a crash between append and mark,
// an event stands in the log without its ticket knowing. The search goes backwards until everything is older than the
// oldest event that is asked for.
// Trap: each event has the time of the process that wrote it, and clocks differ, so that it looks back further than
// that.
import { z } from 'zod';
import { must } from '../errors.ts';
import type { LogStorage, StoredEvent } from '../ports.ts';
import { CLOCKS_DIFFER_MS } from './log-keys.ts';
import type { LogState } from './log.ts';
import { leafHash } from './merkle.ts';
import { tileTree } from './tile-tree.ts';
import { TILE_WIDTH } from './tiles.ts';

interface Seen {
  /** Index of each entry by its leaf hash (latin1). */
  readonly indexes: ReadonlyMap<string, number>;
  /** When its newest event was committed (ms since 1970); Infinity where an entry does not say. */
  readonly newest: number;
}

/** Full bundles that this process has read; they do not change. */
const read = new WeakMap<LogStorage, Map<number, Seen>>();

/**
 * Index of each event that is in the log, by event id. LEDGER_INVALID where the log's end is not what the checkpoint
 * signs.
 */
export const indexesOf = async (
  storage: LogStorage,
  log: LogState,
  events: readonly Pick<StoredEvent, 'eventId' | 'at' | 'body'>[],
): Promise<Map<string, number>> => {
  const oldest = events.reduce((least, { at }) => Math.min(least, Date.parse(at)), Infinity) - CLOCKS_DIFFER_MS;
  const missing = new Map(events.map(({ eventId, body }) => [leafHash(Buffer.from(body)).toString('latin1'), eventId]));
  const found = new Map<string, number>();
  for await (const { indexes, newest } of backwards(storage, log)) {
    for (const [hash, eventId] of missing) {
      const index = indexes.get(hash);
      if (index === undefined) continue;
      found.set(eventId, index);
      missing.delete(hash);
    }
    if (missing.size === 0 || newest < oldest) break;
  }
  return found;
};

/** The last entries, newest first. LEDGER_INVALID. */
export const latestEntries = async (
  storage: LogStorage,
  { checkpoint, size, tail }: LogState,
  count: number,
): Promise<{ index: number; entry: Buffer }[]> => {
  let [from, entries] = [size - tail.length, tail];
  while (entries.length < count && from > 0 && checkpoint) {
    from -= TILE_WIDTH;
    entries = [...(await tileTree(storage, checkpoint).bundle(from / TILE_WIDTH)), ...entries];
  }
  return entries
    .map((entry, i) => ({ index: from + i, entry }))
    .slice(-count)
    .reverse();
};

/** Bundles from the last one to the first. */
async function* backwards(storage: LogStorage, { checkpoint, size, tail }: LogState): AsyncGenerator<Seen> {
  const full = Math.floor(size / TILE_WIDTH);
  yield seen(tail, full * TILE_WIDTH);
  if (full === 0) return;
  const tree = tileTree(storage, must(checkpoint, 'checkpoint of the log'));
  const held = heldBundles(storage, full);
  for (let index = full - 1; index >= 0; index--) {
    const bundle = held.get(index) ?? seen(await tree.bundle(index), index * TILE_WIDTH);
    if (index >= full - KEPT) held.set(index, bundle);
    yield bundle;
  }
}

/** Bundles that are kept in memory, from the end; older ones are read again should they be asked for. */
const KEPT = 512;

const heldBundles = (storage: LogStorage, full: number): Map<number, Seen> => {
  const kept = [...(read.get(storage) ?? [])].filter(([index]) => index >= full - KEPT && index < full);
  const held = new Map(kept);
  read.set(storage, held);
  return held;
};

const Dated = z.looseObject({ at: z.iso.datetime() });

const seen = (entries: readonly Buffer[], from: number): Seen => ({
  indexes: new Map(entries.map((entry, i) => [leafHash(entry).toString('latin1'), from + i])),
  newest: entries.reduce((most, entry) => Math.max(most, timeOf(entry)), -Infinity),
});

const timeOf = (entry: Buffer): number => {
  try {
    return Date.parse(Dated.parse(JSON.parse(entry.toString('utf8'))).at);
  } catch {
    return Infinity; // says nothing about how old what stands before it is
  }
};
