// How long it takes to store a large corpus and to find a person in it, with how much memory: people of no row, of one,
// of some and of very many.
// Trap: times depend on the machine and its load; so the table gives CPU time beside the clock's.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileVault, type FileVault } from '#adapters/local/file-vault.ts';
import { systemClock } from '#adapters/local/system-clock.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { newIndexId, storePeople, storeRows } from '#datasets/corpus/store.ts';
import { storedCorpus } from '#datasets/corpus/stored.ts';
import { findPerson } from '#datasets/find/find.ts';
import { markHits } from '#datasets/find/spans.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { madeRows, madeWorld, nameOf, numberOf, type AskedPerson } from './made-rows.ts';

export interface ScaleBench {
  readonly rows: number;
  readonly bytes: number;
  readonly people: number;
  readonly store: Times & { readonly peakBytes: number };
  readonly finds: readonly Find[];
}

export interface Find extends Times {
  readonly by: 'name' | 'name and number';
  /** Rows that speak of the person. */
  readonly own: number;
  readonly hits: number;
  /** Hits that do. */
  readonly right: number;
}

export interface Times {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface ScaleOptions {
  readonly rows: number;
  /** A folder of its own, which is removed. */
  readonly dir: string;
  readonly onRow?: (row: number) => void;
}

/** Rows of the people who are looked for, and how many people there are of each. */
const SIZES = [0, 1, 8, 30, 1_000];
const EACH = 5;

export const benchScale = async ({ rows, dir, onRow }: ScaleOptions): Promise<ScaleBench> => {
  const world = madeWorld(rows, SIZES, EACH);
  const truth: Truth = new Map(world.asked.map(({ person }) => [person, new Set()]));
  const vault = fileVault(join(dir, 'vault'), systemClock(join(dir, 'clock')));
  try {
    const id = await newIndexId(vault, 'bench', undefined);
    const source = madeRows(world, (person, row) => truth.get(person)?.add(row));
    const { bytes, ...store } = await stored(vault, id, source, onRow);
    const finds: Find[] = [];
    for (const asked of world.asked)
      for (const by of ['name', 'name and number'] as const) finds.push(await found(vault, id, asked, by, truth));
    return { rows, bytes, people: world.people, store, finds };
  } finally {
    vault.close();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Rows about a person, by the person's number. */
type Truth = ReadonlyMap<number, Set<number>>;

const stored = async (
  vault: FileVault,
  id: string,
  source: AsyncIterable<CorpusEntry>,
  onRow: ScaleOptions['onRow'],
): Promise<ScaleBench['store'] & { bytes: number }> => {
  let [bytes, peakBytes] = [0, 0];
  const counted = async function* (): AsyncGenerator<CorpusEntry> {
    for await (const entry of source) {
      if (entry.row.kind === 'text') bytes += Buffer.byteLength(entry.row.text);
      yield entry;
    }
  };
  const watch = (row: number) => {
    if (row % 1_000 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
    onRow?.(row);
  };
  const { times } = await timed(async () => {
    const head = await storeRows(vault, id, counted(), { onRow: watch });
    await storePeople(vault, id, head, { kind: 'quittance-corpus-people/v1', register: [], shared: [] });
  });
  return { ...times, peakBytes, bytes };
};

const found = async (
  vault: FileVault,
  id: string,
  { person, rows }: AskedPerson,
  by: Find['by'],
  truth: Truth,
): Promise<Find> => {
  const { times, result } = await timed(async () => {
    const corpus = await storedCorpus(vault, { name: 'bench', corpus: id }); // cold, as a command finds it
    const ids = by === 'name' ? [] : [numberOf(person)];
    return markHits(corpus, await findPerson(corpus, { names: [nameOf(person)], mails: [], phones: [], ids }));
  });
  const right = result.filter(({ view }) => truth.get(person)?.has(view.number)).length;
  return { ...times, by, own: rows, hits: result.length, right };
};

const timed = async <T>(act: () => Promise<T>): Promise<{ result: T; times: Times }> => {
  const taken = stopwatch();
  const result = await act();
  const { seconds, cpuSeconds } = taken();
  return { result, times: { wallMs: seconds * 1000, cpuMs: cpuSeconds * 1000 } };
};
