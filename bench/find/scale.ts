// How long it takes to store a large corpus and to find a person in it, with how much memory. Rows are made as they
// stream by: about 75 words each, some of them about made people by name, initial, number or telephone.
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
import { random, type Random } from '#engine/random.ts';

export interface ScaleBench {
  readonly rows: number;
  readonly bytes: number;
  readonly people: number;
  readonly store: Times & { readonly peakBytes: number };
  readonly finds: readonly (Times & {
    readonly by: string;
    readonly hits: number;
    readonly own: number;
    readonly right: number;
  })[];
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

/** Rows about one person. */
const OWN_ROWS = 8;
/** Of this many rows one is about somebody. */
const ABOUT = 4;
const ASKED = 6;

export const benchScale = async ({ rows, dir, onRow }: ScaleOptions): Promise<ScaleBench> => {
  const people = Math.max(ASKED, Math.floor(rows / ABOUT / OWN_ROWS));
  const truth: Truth = new Map();
  const vault = fileVault(join(dir, 'vault'), systemClock(join(dir, 'clock')));
  try {
    const id = await newIndexId(vault, 'bench', undefined);
    const source = madeRows(rows, people, (person, row) => {
      if (person < ASKED) truth.set(person, [...(truth.get(person) ?? []), row]);
    });
    const { bytes, ...store } = await stored(vault, id, source, onRow);
    const finds: Find[] = [];
    for (let person = 0; person < ASKED; person++)
      for (const by of ['name', 'name and number'] as const) finds.push(await found(vault, id, { person, by, truth }));
    return { rows, bytes, people, store, finds };
  } finally {
    vault.close();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Rows about a person, by the person's number. */
type Truth = Map<number, number[]>;
type Find = ScaleBench['finds'][number];

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
  { person, by, truth }: Pick<Find, 'by'> & { person: number; truth: Truth },
): Promise<Find> => {
  const { times, result } = await timed(async () => {
    const corpus = await storedCorpus(vault, { name: 'bench', corpus: id }); // cold, as a command finds it
    const ids = by === 'name' ? [] : [numberOf(person)];
    return markHits(corpus, await findPerson(corpus, { names: [nameOf(person)], mails: [], phones: [], ids }));
  });
  const own = new Set(truth.get(person));
  const right = result.filter(({ view }) => own.has(view.number)).length;
  return { ...times, by, hits: result.length, own: own.size, right };
};

const timed = async <T>(act: () => Promise<T>): Promise<{ result: T; times: Times }> => {
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  const result = await act();
  const { user, system } = process.cpuUsage(cpu);
  return { result, times: { wallMs: performance.now() - from, cpuMs: (user + system) / 1000 } };
};

const SYLLABLES = [
  'ba',
  'len',
  'dor',
  'mi',
  'ska',
  'tur',
  'vel',
  'no',
  'rin',
  'gau',
  'pesh',
  'lo',
  'kam',
  'ti',
  'zor',
  'hal',
];
/** A made word; every number gives another one. */
const wordOf = (number: number): string => {
  let [word, left] = ['', number + SYLLABLES.length];
  for (; left > 0; left = Math.floor(left / SYLLABLES.length)) word += SYLLABLES[left % SYLLABLES.length]!;
  return word;
};
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Two people share a last name. */
const nameOf = (person: number): string =>
  `${capital(wordOf(5_000 + (person % 211)))} ${capital(wordOf(100_000 + Math.floor(person / 2)))}`;
const numberOf = (person: number): string => `K-${String(1_000_000 + person)}`;
const phoneOf = (person: number): string =>
  `0${String(710_000_000 + 13 * person).replace(/(\d{3})(\d{3})(\d{3})/, '$1 $2 $3')}`;

const sentenceAbout = (person: number, rng: Random): string => {
  const [first = '', last = ''] = nameOf(person).split(' ');
  const ways = [
    `${first} ${last} (${numberOf(person)}) called from ${phoneOf(person)}.`,
    `${last}, ${first} asked for a copy of the invoice.`,
    `The balance of ${numberOf(person)} is ${rng.below(900)} euros.`,
    `${first.charAt(0)}. ${last} moved house, customer ${numberOf(person)}.`,
    `Please call ${phoneOf(person)} for ${first} ${last}.`,
  ];
  return ways[rng.below(ways.length)]!;
};

/** Frequent words are frequent: the n-th comes about as often as 1 / n. */
const commonWord = (rng: Random): string => wordOf(Math.floor(Math.exp(rng.below(8_000) / 1_000)));

const madeRows = async function* (
  rows: number,
  people: number,
  about: (person: number, row: number) => void,
): AsyncGenerator<CorpusEntry> {
  const rng = random('find at scale');
  let told = 0;
  for (let row = 0; row < rows; row++) {
    const words = Array.from({ length: 62 }, () => commonWord(rng));
    const person = row % ABOUT === 0 ? told++ % people : undefined;
    if (person !== undefined) about(person, row);
    const said = person === undefined ? '' : ` ${sentenceAbout(person, rng)}`;
    yield {
      row: { kind: 'text', text: `${capital(words.join(' '))}.${said}`, from: 0 },
      where: `rows.jsonl:${row + 1}`,
    };
  }
};
