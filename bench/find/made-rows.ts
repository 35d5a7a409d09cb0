// Rows of a corpus of any size, made as they stream by: about 75 words each, one in four of them about a made person by
// name, initial, number or telephone.
// Trap: most people have eight rows, so that a corpus of another size has other people and not more of each; those whom
// a search is timed on have as many as the table says, whatever the size.
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { random, type Random } from '#engine/random.ts';

/** Of this many rows one is about somebody. */
const ABOUT = 4;
/** Rows about one person, where nothing else is asked. */
const OWN_ROWS = 8;

/** Somebody whose rows are looked for. */
export interface AskedPerson {
  /** By which name and number are made. */
  readonly person: number;
  /** How many rows speak of them. */
  readonly rows: number;
}

export interface MadeWorld {
  readonly rows: number;
  /** People whom nobody asks for. */
  readonly people: number;
  readonly asked: readonly AskedPerson[];
}

/**
 * A corpus of so many rows with `each` people of every size that it has room for; a size of 0 is somebody of no row.
 */
export const madeWorld = (rows: number, sizes: readonly number[], each: number): MadeWorld => {
  const told = Math.ceil(rows / ABOUT);
  const fitting = sizes.filter((size) => each * size <= told / 4);
  const people = Math.max(1, Math.floor(told / OWN_ROWS));
  const asked = fitting.flatMap((size, i) =>
    Array.from({ length: each }, (_, j) => ({ person: people + 1 + i * each + j, rows: size })),
  );
  return { rows, people, asked };
};

/** Who is spoken of at each place where somebody is: those asked for spread evenly, all others in turn. */
const turnsOf = ({ rows, people, asked }: MadeWorld): ((place: number) => number) => {
  const places = Math.ceil(rows / ABOUT);
  const taken = new Map<number, number>();
  for (const { person, rows: own } of asked)
    for (let i = 0; i < own; i++) {
      let place = Math.floor(((i + 0.5) * places) / own);
      while (taken.has(place)) place = (place + 1) % places;
      taken.set(place, person);
    }
  return (place) => taken.get(place) ?? place % people;
};

/** `about` is told of every row that speaks of somebody. */
export const madeRows = async function* (
  world: MadeWorld,
  about: (person: number, row: number) => void = () => undefined,
): AsyncGenerator<CorpusEntry> {
  const rng = random('find at scale');
  const turn = turnsOf(world);
  for (let row = 0; row < world.rows; row++) {
    const words = Array.from({ length: 62 }, () => commonWord(rng));
    const person = row % ABOUT === 0 ? turn(row / ABOUT) : undefined;
    if (person !== undefined) about(person, row);
    const said = person === undefined ? '' : ` ${sentenceAbout(person, rng)}`;
    yield {
      row: { kind: 'text', text: `${capital(words.join(' '))}.${said}`, from: 0 },
      where: `rows.jsonl:${row + 1}`,
    };
  }
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
export const nameOf = (person: number): string =>
  `${capital(wordOf(5_000 + (person % 211)))} ${capital(wordOf(100_000 + Math.floor(person / 2)))}`;
export const numberOf = (person: number): string => `K-${String(1_000_000 + person)}`;
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
