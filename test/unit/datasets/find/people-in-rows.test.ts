// People who are found by the names that rows carry, without a register.
import { expect, test } from '@jest/globals';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { peopleInRows } from '#datasets/find/people-in-rows.ts';
import { madeCorpora } from '#bench/find/made-corpora.ts';

const NAMES = ['Thea Vinterberg', 'Selma Okafor', 'Rui Tavares', 'Ilka Voros', 'Bo Lindahl', 'Nadia Fourie'];
const corpus = NAMES.flatMap((name, i) => {
  const [first = '', last = ''] = name.split(' ');
  return [
    `Dear ${name}, your number is K-4001${i}. Write to desk@lumen.example or to Lumen Works.`,
    `${last}, ${first} (K-4001${i}) lives at Rosenweg ${i}4 near Canal Street.`,
    `The lamp of ${name} is a Lumen Works Bright Star.`,
  ];
}).map((text, i): CorpusEntry => ({ row: { kind: 'text', text, from: 0 }, where: `rows:${i}` }));

test('a name beside a number that is its alone is a person; a greeting, a street and a company are none', async () => {
  const people = await peopleInRows(corpus);
  expect(people.map(({ id, name }) => [id, name])).toEqual(NAMES.map((name, i) => [`K-4001${i}`, name]));
  expect(people.every(({ values }) => values.every(({ text }) => !text.includes('desk@lumen.example')))).toBe(true);
});

test.each(['Russian', 'Greek', 'Spanish, double names'])(
  'everybody of a made corpus in %s is found',
  async (language) => {
    const made = madeCorpora().find((one) => one.language === language)!;
    const found = await peopleInRows(made.entries);
    expect(found.map(({ id }) => id).sort()).toEqual(made.people.map(({ id }) => id).sort());
  },
);

test('nobody is made up where no row names anybody, or a script shows no capitals', async () => {
  expect(await peopleInRows([{ row: { kind: 'text', text: 'The shop opens at nine.', from: 0 }, where: 'a' }])).toEqual(
    [],
  );
  const arabic = madeCorpora().find(({ language }) => language === 'Arabic')!;
  expect(await peopleInRows(arabic.entries)).toEqual([]);
});
