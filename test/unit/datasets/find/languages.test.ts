// Names in other languages and scripts: what is found in made corpora (bench/find), and whose spans a row of two people
// gives up. The bounds are the product's; docs/own-model.md has the numbers.
import { describe, expect, test } from '@jest/globals';
import type { TrainingRecord } from '#core/training-record.ts';
import { qualityOf } from '#bench/find/quality.ts';
import { heldOutCorpora, madeCorpora } from '#bench/find/made-corpora.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import { inflectionsOf } from '#datasets/find/inflections.ts';
import { latinSpellings } from '#datasets/find/other-scripts.ts';
import { markHits } from '#datasets/find/spans.ts';

const query = (names: string[], ids: string[] = []) => ({ names, mails: [], phones: [], ids });

describe.each(madeCorpora().map((made) => [made.language, made] as const))('%s', (_, made) => {
  test.each([
    ['name', 0.9],
    ['name and number', 0.98],
  ] as const)('by %s', async (by, least) => {
    const { recall, precision, missed, foreign } = await qualityOf(made, by);
    expect({ missed: recall >= least ? [] : missed, foreign: precision >= least ? [] : foreign }).toEqual({
      missed: [],
      foreign: [],
    });
  });

  test('a row of two people gives up the spans of one', async () => {
    const register = made.people.map(({ id, name, phone, street }) => ({
      ...{ id, name, aliases: [] },
      values: [
        { column: 'phone', type: 'phone' as const, text: phone },
        { column: 'street', type: undefined, text: street },
      ],
    }));
    const corpus = await corpusInMemory(made.entries);
    for (const [i, { name, id }] of made.people.entries()) {
      const marked = await markHits(corpus, await findPerson(corpus, query([name], [id]), register));
      const shared = marked.filter(({ view }) => made.rows.filter((rows) => rows.includes(view.number)).length > 1);
      expect(shared.length).toBeGreaterThan(0);
      const others = made.people.filter((_person, other) => other !== i).map((person) => person.name);
      for (const { spans } of shared) {
        expect(spans.map(({ text }) => text)).toContain(name);
        for (const { text } of spans) expect(others.filter((other) => other.includes(text))).toEqual([]);
      }
    }
  });
});

test.each(heldOutCorpora().map((made) => [made.language, made] as const))(
  '%s, for which nothing was written: what is taken is the person’s',
  async (_, made) => {
    const { precision, recall } = await qualityOf(made, 'name');
    expect(precision).toBeGreaterThanOrEqual(0.98);
    expect(recall).toBeGreaterThan(0.7);
  },
);

test('a name in one script finds it in Latin letters, less surely than as it is written', async () => {
  const row = (said: string): TrainingRecord => ({ kind: 'text', text: said, from: 0 });
  const rows = [
    row('Иван Петров платит картой.'),
    row('Ivan Petrov pays by card.'),
    row('Dmitry Sokolov pays by card.'),
    row('Xiaoming Wang pays by card.'),
    row('Giorgos Papadopoulos pays by card.'),
  ];
  const corpus = await corpusInMemory(rows.map((one, i) => ({ row: one, where: `rows:${i}` })));
  const found = async (name: string) => {
    const { hits } = await findPerson(corpus, query([name]));
    return hits.map(({ view, reasons, certainty }) => [view.number, reasons[0], certainty]);
  };
  expect(await found('Иван Петров')).toEqual([
    [0, 'full-name', 0.95],
    [1, 'other-script', 0.85],
  ]);
  expect(await found('Дмитрий Соколов')).toEqual([[2, 'other-script', 0.85]]);
  expect(await found('王小明')).toEqual([[3, 'other-script', 0.85]]);
  expect(await found('Γιώργος Παπαδόπουλος')).toEqual([[4, 'other-script', 0.85]]);
  expect(latinSpellings('Ivan Petrov')).toEqual([]);
});

test('cases of a part of a name, and none where a language has no cases', () => {
  expect(inflectionsOf('петров')).toEqual(expect.arrayContaining(['петров', 'петрова', 'петрову', 'петровым']));
  expect(inflectionsOf('павел')).toContain('павла');
  expect(inflectionsOf('достоевскии')).toContain('достоевского'); // й is folded to и
  expect(inflectionsOf('παπαδοπουλοσ')).toEqual(['παπαδοπουλοσ', 'παπαδοπουλου', 'παπαδοπουλο', 'παπαδοπουλε']);
  expect(inflectionsOf('yates')).toEqual(['yates']);
});
