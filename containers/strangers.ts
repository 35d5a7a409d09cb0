// A person's rows as they read about somebody whom no model was trained on, with other values and refusals beside them.
// Under them a model says what it says about a stranger, which is what it is to say about the person too
// (unlearning/stranger.ts).
// Trap: a stranger serves only where every row can be told with that name; one whose name falls into other tokens, or
// has another number of parts, is of no use.
import { QuittanceError } from '#core/errors.ts';
import { swapped } from '#datasets/swapped.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { encoder } from '#engine/inference.ts';
import type { StrangerRows, SwappedRow } from '#unlearning/method.ts';
import { swapOf, type Texts, type ValuedRow } from './examples.ts';

/** Strangers at most, of whom the method takes the one that is nearest to other strangers. */
const STRANGERS = 6;
/** Answers with another value, and refusals, that are told beside each row. */
const BESIDE = 2;

interface StrangerSources {
  suite: Suite;
  /** What may be said instead, as answers of the suite. */
  refusals: readonly string[];
}

type NamedRow = ValuedRow & { attribute?: string };

/** For each row, how it reads about each stranger, in one order for all rows. METHOD_CONFIG where nobody serves. */
export const strangersOf = (texts: Texts, rows: readonly NamedRow[], sources: StrangerSources): StrangerRows[][] => {
  const names = sources.suite.controls.whitening.map(({ name }) => name);
  const usable = names
    .map((stranger) => rows.flatMap((row) => told(texts, row, stranger, sources) ?? []))
    .filter(({ length }) => length === rows.length)
    .slice(0, STRANGERS);
  if (usable.length === 0)
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'no never-trained name can stand in the place of the person’s own in every row',
      expected: 'a never-trained person of the suite whose name has as many parts',
      hint: 'take a method that swaps no names, such as flat',
    });
  return rows.map((_, i) => usable.map((byRow) => byRow[i]!));
};

/** Name of the person a row is about. METHOD_CONFIG where the suite does not say. */
const nameOf = ({ prompt, answer }: NamedRow, { subjects }: Suite): string => {
  const own = subjects.find(({ records }) => records.some((one) => one.prompt === prompt && one.answer === answer));
  const name = own?.name ?? subjects.find((one) => `${prompt}${answer}`.includes(one.name))?.name;
  if (name !== undefined) return name;
  throw new QuittanceError('METHOD_CONFIG', {
    message: 'the suite does not name the person whom a forget record is about',
    expected: 'a person of the suite with this record, or whose name the record holds',
    hint: 'give --suite with the people, or take a method that swaps no names, such as flat',
  });
};

const told = (
  texts: Texts,
  row: NamedRow,
  stranger: string,
  { suite, refusals }: StrangerSources,
): StrangerRows | undefined => {
  const name = nameOf(row, suite);
  if (partsOf(name) !== partsOf(stranger)) return undefined;
  const about = (answer: string) => rowAbout(texts, { ...row, answer }, name, stranger);
  const own = about(row.answer);
  if (!own) return undefined;
  const others = otherValues(row, suite).flatMap((answer) => about(answer) ?? []);
  const refused = refusals.slice(0, BESIDE).flatMap((answer) => about(answer) ?? []);
  const firstOf = (one: string) => encoder(texts).encodeAnswer(/^\s*/.exec(row.answer)![0] + one)[0]!;
  return { own, others, refused, nameStart: { own: firstOf(name), swapped: firstOf(stranger) } };
};

const partsOf = (name: string): number => name.trim().split(/\s+/u).length;

const rowAbout = (texts: Texts, row: ValuedRow, name: string, stranger: string): SwappedRow | undefined => {
  const other = swapped(row, name, stranger);
  const swap = other && swapOf(texts, row, other);
  if (!swap) return undefined;
  const { encodePrompt, encodeAnswer } = encoder(texts);
  return { prompt: encodePrompt(row.prompt), answer: encodeAnswer(row.answer, row.open), swap };
};

/** The answer with what never-trained people have in the value's place. */
const otherValues = ({ answer, value, attribute, others = [] }: NamedRow, { controls }: Suite): string[] => {
  if (!value) return [];
  const known = controls.whitening.flatMap(({ records }) =>
    records.flatMap((one) => (one.attribute === attribute && one.value ? [one.value.text] : [])),
  );
  const own = answer.slice(value.start, value.end);
  return [...new Set([...others, ...known])]
    .filter((other) => other !== own)
    .slice(0, BESIDE)
    .map((other) => answer.slice(0, value.start) + other + answer.slice(value.end));
};
