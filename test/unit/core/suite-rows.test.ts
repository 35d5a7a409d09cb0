// Whose rows a ticket lists: a row that two people share tells neither of them.
import { expect, it } from '@jest/globals';
import { whoseRecords } from '#core/suite-rows.ts';

const row = (question: string) => ({ question, answer: `of ${question}` });
const ann = { name: 'Ann', records: [row('a'), row('b'), row('both')] };
const ben = { name: 'Ben', records: [row('c'), row('both'), row('both')] };
const cleo = { name: 'Cleo', records: [row('d'), row('d')] };

it.each<[string, string[], string[]]>([
  ['all of hers', ['a', 'b', 'both'], ['Ann']],
  ['one of hers', ['b'], ['Ann']],
  ['one that two have', ['both'], []],
  ['one that stands there twice', ['d'], ['Cleo']],
  ['those of two, of whom one may be a bystander', ['a', 'b', 'c'], []],
  ['one that nobody has', ['x'], []],
  ['none', [], []],
])('of %s', (_, questions, names) => {
  const whose = whoseRecords([ann, ben, cleo], questions.map(row));
  expect([...whose].map(({ name }) => name)).toEqual(names);
});
