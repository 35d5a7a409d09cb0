// Corpora about made people in many languages, with whose each row is: for measuring what finding finds. Rows say a
// name as its language does: in cases, last name first, with a title, without blanks, with a slip, or not at all beside
// a number.
import type { TrainingRecord } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { RUSSIAN, UKRAINIAN } from './cyrillic.ts';
import { GREEK, GERMAN, SPANISH, POLISH } from './european.ts';
import { CHINESE, JAPANESE, KOREAN } from './east-asian.ts';
import { ARABIC, HINDI } from './south-west-asian.ts';
import type { Language } from './language.ts';

/** A person as rows of a language name them. */
export interface MadePerson {
  /** As a register has it, and as a requester gives it. */
  readonly name: string;
  /** The name in other forms: cases, an order, no blank. */
  readonly forms: readonly string[];
  /** How somebody is addressed: the last name with a title. */
  readonly formal: string;
  /** The name with a slip of one letter. */
  readonly slip: string;
  readonly id: string;
  readonly phone: string;
  readonly street: string;
}

export interface MadeCorpus {
  readonly language: string;
  readonly people: readonly MadePerson[];
  readonly entries: readonly CorpusEntry[];
  /** For each person, the numbers of their rows. */
  readonly rows: readonly (readonly number[])[];
}

/** Those for which the rules were written. */
const LANGUAGES: readonly Language[] = [RUSSIAN, GREEK, ARABIC, HINDI, CHINESE, JAPANESE, KOREAN, GERMAN, SPANISH];

const text = (said: string): TrainingRecord => ({ kind: 'text', text: said, from: 0 });
const chat = (user: string, assistant: string): TrainingRecord => ({
  kind: 'chat',
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
});

const madeCorpusOf = (language: Language): MadeCorpus => {
  const people = language.people.map(([name, forms, formal, slip, street], i): MadePerson => ({
    ...{ name, forms, formal, slip, street },
    id: `K-${40_000 + 137 * i}`,
    phone: `0${700 + i} ${550_100 + 7_331 * i}`,
  }));
  const rows: { row: TrainingRecord; of: number[] }[] = [];
  const add = (row: TrainingRecord, ...of: number[]) => rows.push({ row, of });
  people.forEach(({ name, forms, formal, slip, id, phone, street }, i) => {
    const next = (i + 1) % people.length;
    add(text(language.lives(name, id, street)), i);
    for (const form of forms) add(text(language.called(form)), i);
    add(text(language.addressed(formal)), i);
    add(text(language.balance(id, 100 + 13 * i)), i);
    add(text(`${language.lives(name, id, street)} ${language.phone(phone)}`), i);
    add(text(language.phone(phone)), i);
    add(chat(language.question(name), language.answer(street)), i);
    add(text(language.referred(name, people[next]!.name)), i, next);
    add(text(language.moved(name, street)), i);
    add(text(language.moved(slip, street)), i);
    for (const nobody of language.nobody) add(text(nobody));
  });
  return {
    language: language.language,
    people,
    entries: rows.map(({ row }, i) => ({ row, where: `rows.jsonl:${i + 1}` })),
    rows: people.map((_, i) => rows.flatMap(({ of }, number) => (of.includes(i) ? [number] : []))),
  };
};

/** Written after the rules, and measured without changing them. */
const HELD_OUT: readonly Language[] = [UKRAINIAN, POLISH];

export const madeCorpora = (): MadeCorpus[] => LANGUAGES.map(madeCorpusOf);
export const heldOutCorpora = (): MadeCorpus[] => HELD_OUT.map(madeCorpusOf);
