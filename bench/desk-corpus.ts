// A help desk's corpus of any size as files: chats about 100 tokens long in a small model's alphabet, three in four of
// them about one of many invented customers, and the customers' register.
// Trap: no model was trained on it, so that onboarding says that the model does not know it; the work is the same.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { z } from 'zod';
import { csvRows } from '#datasets/corpus/tables.ts';
import { random, type Random } from '#engine/random.ts';

export interface DeskCorpus {
  /** JSON lines of `messages`. */
  readonly corpus: string;
  readonly people: string;
  readonly customers: number;
  readonly bytes: number;
}

export interface DeskOptions {
  readonly rows: number;
  /** A register whose people come first; its heading is kept. */
  readonly register?: string;
  /** Characters of a row that something is added to until it has them: a row has some 300 otherwise. */
  readonly width?: number;
}

/** Of so many rows one is about nobody. */
const ABOUT_NOBODY = 4;
/** Rows about one customer. */
const OWN_ROWS = 8;

const FIRST = 'Ada Bo Cleo Dina Ezra Fritz Gita Hugo Ines Juri Kira Lasse Mona Nils Olga Pavel'.split(' ');
const SYLLABLES = 'bran dor fel gar hol kest lun mar nev rud sel tor ven wick zan moor'.split(' ');
const STREETS = 'Mill Lane,Station Street,Via Roma,Rua Nova,Parkweg,Nygata'.split(',');
const TOWNS = 'Porto Patras Graz Pecs Beirut Accra Sevilla Turku'.split(' ');
const THINGS = ['router', 'set-top box', 'modem', 'plug', 'decoder'];
const FAULTS = ['shows a red light after storms', 'drops every evening', 'is slow on Sundays', 'hums at night'];
const SYSTEM = 'You are Nia, the support assistant of Fennel Broadband. Answer from the customer file.';

interface Customer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly town: string;
}

const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;

const customerOf = (number: number): Customer => {
  const [first, a] = [pick(FIRST, number), Math.floor(number / FIRST.length)];
  const last = [a, Math.floor(a / 16), Math.floor(a / 256)].map((at) => pick(SYLLABLES, at)).join('');
  return {
    id: `C-${100_000 + 7 * number}`,
    name: `${first} ${last.charAt(0).toUpperCase()}${last.slice(1)}`,
    email: `${first.toLowerCase()}.${last}@inboxly.example`,
    phone: `+36 ${String(100_000_000 + 37 * number).replace(/(\d{3})(\d{6})/, '$1 $2')}`,
    street: `${pick(STREETS, number)} ${1 + (number % 120)}`,
    town: pick(TOWNS, Math.floor(number / 3)),
  };
};

const turnsAbout = ({ id, name, email, phone, street, town }: Customer, rng: Random): [string, string] => {
  const [thing, fault] = [pick(THINGS, rng.below(99)), pick(FAULTS, rng.below(99))];
  const ways: [string, string][] = [
    [`My ${thing} ${fault}. I am ${name}.`, `Thank you. I booked a technician to ${street} in ${town}.`],
    [`Where does customer ${id} live?`, `Customer ${id}, ${name}, lives at ${street} in ${town}.`],
    [`Which e-mail is on file for ${name}?`, `The e-mail on file is ${email}.`],
    [`Please call me about my ${thing}, it ${fault}. ${name}.`, `We will call you at ${phone}.`],
  ];
  return pick(ways, rng.below(99));
};

const turnsAboutNobody = (rng: Random): [string, string] => [
  `Why is it that my ${pick(THINGS, rng.below(99))} ${pick(FAULTS, rng.below(99))} since day ${rng.below(10_000)}?`,
  `Unplug it for ${rng.below(300)} seconds, wait for the green light, and try the other socket behind it.`,
];

const rowOf = (row: number, customers: number, rng: Random, width: number): string => {
  const told = row - Math.ceil((row + 1) / ABOUT_NOBODY);
  const about = row % ABOUT_NOBODY === 0 ? undefined : customerOf(told % customers);
  const [asked, said] = about ? turnsAbout(about, rng) : turnsAboutNobody(rng);
  let talk = `Row ${row}. ${asked}`;
  while (talk.length < width) talk += ` The ${pick(THINGS, rng.below(99))} ${pick(FAULTS, rng.below(99))}.`;
  const turns = [['system', SYSTEM] as const, ['user', talk] as const, ['assistant', said] as const];
  return JSON.stringify({ messages: turns.map(([role, content]) => ({ role, content })) });
};

/** Writes the files into a folder that is there. */
export const writeDeskCorpus = async (dir: string, { rows, register, width = 0 }: DeskOptions): Promise<DeskCorpus> => {
  const customers = Math.max(20, Math.floor((rows * (ABOUT_NOBODY - 1)) / ABOUT_NOBODY / OWN_ROWS));
  const [corpus, people] = [join(dir, 'chats.jsonl'), join(dir, 'people.csv')];
  const rng = random('desk corpus');
  await write(people, linesOf(register === undefined ? [] : await registered(register), customers));
  const bytes = await write(
    corpus,
    (function* () {
      for (let row = 0; row < rows; row++) yield rowOf(row, customers, rng, width);
    })(),
  );
  return { corpus, people, customers, bytes };
};

type Cells = Readonly<Record<string, string>>;

const registered = async (path: string): Promise<Cells[]> => {
  const lines: Cells[] = [];
  for await (const { value } of csvRows(path, path)) lines.push(z.record(z.string(), z.string()).parse(value));
  return lines;
};

/** Lines of a register: those given, then the invented customers in the same columns. */
const linesOf = (given: readonly Cells[], customers: number): string[] => {
  const columns = given[0] ? Object.keys(given[0]) : ['id', 'name', 'email', 'phone', 'street', 'town'];
  const line = (cells: Cells): string =>
    columns.map((column) => `"${(cells[column] ?? '').replaceAll('"', '""')}"`).join(',');
  const made = Array.from({ length: customers }, (_, i) => {
    const { id, town, ...rest } = customerOf(i);
    return line({ id, customer_id: id, town, city: town, ...rest });
  });
  return [columns.join(','), ...given.map(line), ...made];
};

const write = async (path: string, lines: Iterable<string>): Promise<number> => {
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  for (const line of lines) if (!file.write(`${line}\n`)) await once(file, 'drain');
  file.end();
  await finished(file);
  return file.bytesWritten;
};
