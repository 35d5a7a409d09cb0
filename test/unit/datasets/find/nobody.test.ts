// What a search answers that leads to nobody, to more than one person, or to rows that do not tell.
import { describe, expect, test } from '@jest/globals';
import type { TrainingRecord } from '#core/training-record.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import { nothingLearnt, whyNobody } from '#datasets/find/nobody.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';

const text = (said: string): TrainingRecord => ({ kind: 'text', text: said, from: 0 });
const person = (id: string, name: string): RegisteredPerson => ({ id, name, aliases: [], values: [] });

const ROWS = [
  'Thea Vinterberg (K-10001) lives at Rosenweg 3.',
  'Thea Vinterberg (K-10002) lives at Lindenweg 9.',
  'Will called about the gate.',
  'Selma Okafor rows on Sundays.',
  ...Array.from({ length: 20 }, (_, i) => `We will send part ${i} soon.`),
].map(text);
const REGISTER = [
  person('K-10001', 'Thea Vinterberg'),
  person('K-10002', 'Thea Vinterberg'),
  person('K-10003', 'Will Tandberg'),
  person('K-10004', 'Rui Tavares'),
];

const search = async (name: string, ids: string[] = []) => {
  const corpus = await corpusInMemory(ROWS.map((row, i) => ({ row, where: `rows:${i}` })));
  return whyNobody(await findPerson(corpus, { names: [name], mails: [], phones: [], ids }, REGISTER));
};

describe('a search', () => {
  test.each<[string, string, string, RegExp]>([
    ['of a name that nobody has', 'Ottilie Vandermeer', 'PERSON_UNKNOWN', /no row and nobody/u],
    ['of somebody of whom no row speaks', 'Rui Tavares', 'PERSON_UNKNOWN', /no row speaks of them/u],
    ['of somebody whom the register lacks', 'Selma Okafor', 'PERSON_UNKNOWN', /the register has nobody/u],
    ['of two people of one name', 'Thea Vinterberg', 'PERSON_AMBIGUOUS', /2 people/u],
    ['of a common word', 'Will', 'NAME_TELLS_NOBODY', /1 row may be the person's/u],
  ])('%s says so, and what to do, without the name', async (_, name, code, said) => {
    const why = await search(name);
    expect(why).toMatchObject({ code, message: expect.stringMatching(said) as unknown });
    expect(why?.hint).toMatch(/--alias|--id|--people/u);
    expect(JSON.stringify([why?.message, why?.expected, why?.hint])).not.toContain(name);
  });

  test('of two people of one name tells them apart by a number', async () => {
    expect(await search('Thea Vinterberg', ['K-10002'])).toBeUndefined();
  });

  test('whose rows hold nothing that was learnt of the person is told so', () => {
    expect(nothingLearnt(2)).toMatchObject({ code: 'FORGET_EMPTY' });
  });
});
