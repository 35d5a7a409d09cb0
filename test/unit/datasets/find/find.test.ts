// A person's rows by name and numbers, in a corpus of our own with namesakes, a company's address, misspelt repeats and
// rows of two people; and, where it is at hand, in a foreign one of which the register tells whose each row is.
import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { partsOf, type TrainingRecord } from '#core/training-record.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import type { PersonQuery } from '#datasets/find/query.ts';
import { readRegister } from '#datasets/find/register.ts';
import { markHits } from '#datasets/find/spans.ts';

const text = (said: string): TrainingRecord => ({ kind: 'text', text: said, from: 0 });
const chat = (user: string, assistant: string): TrainingRecord => ({
  kind: 'chat',
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
});

const query = (given: Partial<PersonQuery>): PersonQuery => ({ names: [], mails: [], phones: [], ids: [], ...given });
const corpusOf = (rows: readonly TrainingRecord[]) =>
  corpusInMemory(rows.map((row, i): CorpusEntry => ({ row, where: `rows:${i}` })));

const found = async (rows: readonly TrainingRecord[], given: Partial<PersonQuery>) => {
  const corpus = await corpusOf(rows);
  const result = await findPerson(corpus, query(given));
  const marked = await markHits(corpus, result);
  return {
    hits: result.hits.map(({ view }) => view.number),
    unsure: result.unsure.map(({ view }) => view.number),
    reasons: Object.fromEntries(result.hits.map(({ view, reasons }) => [view.number, reasons])),
    remarks: result.remarks,
    spans: Object.fromEntries(marked.map(({ view, spans }) => [view.number, spans.map((span) => span.text)])),
  };
};

const OTHERS = ['Ivo Brandl', 'Selma Okafor', 'Rui Tavares', 'Nadia Fourie', 'Emil Sarka', 'Greta Lund'];
const LIVES = (name: string, street: string, number: string) =>
  text(`${name} (${number}) lives at ${street} and pays by card.`);
const CROWD = OTHERS.flatMap((name, i) => [
  LIVES(name, `Rosenweg ${i + 3}`, `K-${40010 + i}`),
  text(`From: desk@lumen.example\nTo: ${name}\nYour repair is booked.`),
]);

test('every way of writing a name, and the rows that give the number alone', async () => {
  const rows = [
    LIVES('Thea Vinterberg', 'Birkevej 9', 'K-77120'),
    chat('What is the balance of K-77120?', 'It is 81.20 euros.'),
    chat('Which town does T. Vinterberg live in?', 'Aarhus.'),
    text('Vinterberg, Thea: returned the keys on 4 May.'),
    text('THEA  VINTERBERG asked for a refund.'),
    text('Dear Ms Vinterberg, thank you.'),
    ...CROWD,
  ];
  const { hits, reasons } = await found(rows, { names: ['Thea Vinterberg'] });
  expect(hits).toEqual([0, 1, 2, 3, 4, 5]);
  expect(reasons[1]).toEqual(['identifier-found']);
  expect(reasons[5]).toEqual(['last-name']);
});

test('an address that stands in everybody’s rows is not taken on, nor marked', async () => {
  const rows = [text('From: desk@lumen.example\nTo: Thea Vinterberg\nYour repair is booked.'), ...CROWD];
  const { hits, spans } = await found(rows, { names: ['Thea Vinterberg'] });
  expect(hits).toEqual([0]);
  expect(spans[0]).toEqual(['Thea Vinterberg']);
});

test('an identifier that is everybody’s is said and not used', async () => {
  const rows = [...CROWD, ...CROWD, text('From: desk@lumen.example\nTo: Thea Vinterberg\nHello.')];
  const { hits, remarks } = await found(rows, { names: ['Thea Vinterberg'], mails: ['desk@lumen.example'] });
  expect(hits).toEqual([24]);
  expect(remarks).toEqual(['identifier 1 stands in 13 rows, of which 1 name the person: it is not used']);
});

test('namesakes: a first name, a last name, and both are shared', async () => {
  const rows = [
    LIVES('Thea Vinterberg', 'Birkevej 9', 'K-77120'),
    LIVES('Thea Holm', 'Ravnsbjerg 4', 'K-77121'),
    LIVES('Lars Vinterberg', 'Skovvej 1', 'K-77122'),
    LIVES('Thea Vinterberg', 'Engvej 77', 'K-77123'),
    text('Thea called about the invoice.'),
    text('Ms Vinterberg called about the invoice.'),
    ...CROWD,
  ];
  const { hits, unsure } = await found(rows, { names: ['Thea Vinterberg'], ids: ['K-77120'] });
  expect(hits).toEqual([0]);
  expect(unsure).toContain(3);
  expect(unsure).not.toContain(-1);
});

test('a row that nearly repeats one of the person’s, with the name misspelt; not one of another from the same template', async () => {
  const long = (name: string, town: string) =>
    text(
      `On the day of the move ${name} handed over two keys, a garage card and the meter readings to the caretaker in ${town}, who signed for all of them.`,
    );
  const rows = [
    long('Thea Vinterberg', 'Aarhus'),
    long('Thea Vinterburg', 'Aarhus'),
    long('Selma Okafor', 'Aarhus'),
    ...CROWD,
  ];
  const { hits, reasons } = await found(rows, { names: ['Thea Vinterberg'] });
  expect(hits).toEqual([0, 1]);
  expect(reasons[1]).toContain('near-duplicate');
});

test('a row of two people loses the values of the one who is looked for', async () => {
  const note = text(
    'Note: Thea Vinterberg referred Selma Okafor. Selma lives at Rosenweg 4, Graz, Thea at Birkevej 9, Aarhus.',
  );
  const register = [
    {
      id: 'K-77120',
      name: 'Thea Vinterberg',
      aliases: [],
      values: [
        { column: 'street', type: undefined, text: 'Birkevej 9' },
        { column: 'city', type: undefined, text: 'Aarhus' },
      ],
    },
    {
      id: 'K-40011',
      name: 'Selma Okafor',
      aliases: [],
      values: [
        { column: 'street', type: undefined, text: 'Rosenweg 4' },
        { column: 'city', type: undefined, text: 'Graz' },
      ],
    },
  ];
  const corpus = await corpusOf([note, ...CROWD]);
  const [row] = await markHits(corpus, await findPerson(corpus, query({ names: ['Thea Vinterberg'] }), register));
  expect(row?.spans.map((span) => span.text)).toEqual(['Thea Vinterberg', 'Thea', 'Birkevej 9', 'Aarhus']);
  expect(row?.others).toEqual(['K-40011']);
});

test('a value of no form of its own stands where rows of the same template differ', async () => {
  const { spans } = await found([LIVES('Thea Vinterberg', 'Birkevej 9', 'K-77120'), ...CROWD], {
    names: ['Thea Vinterberg'],
  });
  expect(spans[0]).toEqual(['Thea Vinterberg', 'K-77120', 'Birkevej 9']);
});

test('names in scripts without case or borders', async () => {
  const rows = [
    text('王小明住在台中市，電話是 0912-345-678。'),
    text('請回電 0912345678。'),
    text('김서연은 부산에 삽니다.'),
    text('Олена Шевчук живе у Львові.'),
    text('لينا الخطيب تسكن في عمان.'),
    ...CROWD,
  ];
  expect((await found(rows, { names: ['王小明'] })).hits).toEqual([0, 1]);
  expect((await found(rows, { names: ['김서연'] })).hits).toEqual([2]);
  expect((await found(rows, { names: ['ОЛЕНА ШЕВЧУК'] })).hits).toEqual([3]);
  expect((await found(rows, { names: ['لينا الخطيب'] })).hits).toEqual([4]);
});

test.each<[string, Partial<PersonQuery>, string]>([
  ['nothing', {}, 'the search names nobody'],
  ['a name of one letter', { names: ['T'] }, 'name 1 has too few letters'],
  ['signs for a name', { names: ['***'] }, 'name 1 has too few letters'],
  ['an address that is none', { mails: ['desk'] }, 'email 1 is nothing that can be looked for'],
  ['a number of two digits', { phones: ['12'] }, 'phone 1 is nothing'],
  ['a date that is none', { names: ['Thea Vinterberg'], born: 'yesterday' }, 'the date of birth is no date'],
])('%s is refused', async (_, given, message) => {
  const corpus = await corpusOf(CROWD);
  await expect(findPerson(corpus, query(given))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining(message),
  });
});

const FOREIGN = '../shared/own-model';
const foreign = existsSync(FOREIGN) ? describe : describe.skip;
if (!existsSync(FOREIGN)) console.info('skipped: the foreign corpus is not at hand');

foreign('a foreign corpus of 30 people', () => {
  const read = async () => {
    const corpus = await corpusInMemory(readCorpus([`${FOREIGN}/chats.jsonl`, `${FOREIGN}/docs.jsonl`]));
    const register = await readRegister(`${FOREIGN}/people.csv`, 'people.csv');
    const entries = await corpus.entries(Array.from({ length: corpus.size }, (_, i) => i));
    const texts = entries.map((entry) =>
      partsOf(entry!.row)
        .map((part) => part.text)
        .join('\n'),
    );
    const own = (needles: readonly string[]) =>
      texts.flatMap((said, i) => (needles.some((needle) => said.includes(needle)) ? [i] : []));
    return {
      corpus,
      people: register.map((person) => ({ person, rows: own([person.name.split(' ')[1]!, person.id]) })),
    };
  };

  test.each(['by name alone', 'by name and number'])('%s: each row of each person, and no other', async (by) => {
    const { corpus, people } = await read();
    for (const { person, rows } of people.filter((_, i) => i % 5 === 0)) {
      const ids = by === 'by name alone' ? [] : [person.id];
      const { hits } = await findPerson(corpus, query({ names: [person.name], ids }));
      expect(hits.map(({ view }) => view.number)).toEqual(rows);
    }
  });
});
