// What a search and a register are given when something is wrong with it: a clear answer each, and nobody else's rows.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from '@jest/globals';
import type { TrainingRecord } from '#core/training-record.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import { PersonQuery } from '#datasets/find/query.ts';
import { readRegister } from '#datasets/find/register.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const text = (said: string): TrainingRecord => ({ kind: 'text', text: said, from: 0 });
const found = async (rows: readonly TrainingRecord[], name: string, ids: string[] = []) => {
  const corpus = await corpusInMemory(rows.map((row, i) => ({ row, where: `rows:${i}` })));
  const { hits, unsure, remarks } = await findPerson(corpus, { names: [name], mails: [], phones: [], ids });
  return { hits: hits.map(({ view }) => view.number), unsure: unsure.map(({ view }) => view.number), remarks };
};

describe('a name that tells nobody by itself', () => {
  const PARTS = Array.from({ length: 30 }, (_, i) => text(`We will send part ${i} soon.`));

  it('is looked at where it is a common word, and found where a number tells', async () => {
    const rows = [...PARTS, text('Will called about K-77120.'), text('The balance of K-77120 is 3 euros.')];
    const byName = await found(rows, 'Will');
    expect(byName).toEqual({
      hits: [],
      unsure: [30],
      remarks: ['name 1 is a single word, which stands as a name in 1 row: they are listed to be looked at'],
    });
    expect((await found(rows, 'Will', ['K-77120'])).hits).toEqual([30, 31]);
  });

  it('is found by an address as long as a ticket may have one, and a longer one is refused', async () => {
    const address = Array.from({ length: 24 }, (_, i) => `line ${i} of the house Vinterhus`).join(', ');
    expect(address.length).toBeGreaterThan(600);
    const rows = [...PARTS, text(`It goes to ${address}.`)];
    const ids = PersonQuery.parse({ ids: [address] });
    expect((await found(rows, 'Will', [...ids.ids])).hits).toEqual([30]);
    expect(PersonQuery.safeParse({ ids: ['a'.repeat(1_001)] }).success).toBe(false);
    expect(PersonQuery.safeParse({ names: ['a'.repeat(201)] }).success).toBe(false);
  });

  it('is looked at where it signs a good part of all rows, and found where it does more', async () => {
    const signed = Array.from({ length: 40 }, (_, i) =>
      text(
        `Order ${i} of ${['Ivo', 'Selma', 'Rui', 'Nadia'][i % 4]!} is ready at gate ${i}.\nBest regards,\nJana Novak, Lumen Support`,
      ),
    );
    const rows = [...signed, text('Jana Novak lives at Rosenweg 3.'), ...PARTS];
    const { hits, unsure, remarks } = await found(rows, 'Jana Novak');
    expect(hits).toEqual([40]);
    expect(unsure).toEqual(signed.map((_row, i) => i));
    expect(remarks).toEqual([
      'name 1 stands in 41 of 71 rows, in 40 of them only in a line that many rows have: does the person sign for the company? These are listed to be looked at',
    ]);
  });

  it('of a customer who is addressed often is theirs all the same', async () => {
    const mails = Array.from({ length: 24 }, (_, i) => text(`Dear Thea Vinterberg,\nyour order ${i} has left us.`));
    const rows = [...mails, ...Array.from({ length: 120 }, (_, i) => text(`Shelf ${i} holds ${i * 3} boxes.`))];
    expect((await found(rows, 'Thea Vinterberg')).hits).toHaveLength(24);
  });
});

test('thousands of rows of one person are all found', async () => {
  const rows = Array.from({ length: 2_000 }, (_, i) =>
    text(`Thea Vinterberg ordered item ${i * 7} on day ${i % 300}.`),
  );
  expect((await found([...rows, ...rows.map((_row, i) => text(`Box ${i}.`))], 'Thea Vinterberg')).hits).toHaveLength(
    2_000,
  );
});

describe('a register', () => {
  const { dir, remove } = temporaryFolder();
  afterAll(remove);
  const HEAD = 'customer_id,name,email,phone,born';
  const GOOD = 'K-1,Thea Vinterberg,thea@mail.example,+45 700 55 01,1984-03-12';

  test.each<[string, string, string]>([
    ['an id twice', `${GOOD}\nK-1,Selma Okafor,,,`, 'people.csv:3: the id stands in line 2 too'],
    [
      'a line that lost a cell',
      `${GOOD}\nK-2,Selma Okafor,+45 700 55 02,1990-01-01,`,
      'people.csv:3: email does not hold an e-mail address',
    ],
    [
      'a line with a cell too many',
      `${GOOD}\nK-2,Okafor, Selma,,,`,
      'people.csv:3: the line has not as many cells as the heading',
    ],
    ['nobody’s id', `,Selma Okafor,,,`, 'people.csv:2: the person has no id'],
    ['no name', `K-2,,,,`, 'people.csv:2: the person has no name'],
    ['a name of one letter', `K-2,A,,,`, 'people.csv:2: a name has too few letters to be looked for'],
    [
      'a formula',
      `K-2,"=HYPERLINK(""http://x.example"",""Thea"")",,,`,
      'people.csv:2: name is a formula of a spreadsheet',
    ],
    [
      'a formula that begins with a sign',
      `K-2,+cmd|' /C calc'!A0,,,`,
      'people.csv:2: name is a formula of a spreadsheet',
    ],
    ['a telephone that is a word', `K-2,Selma Okafor,,soon,`, 'people.csv:2: phone does not hold a telephone number'],
    ['a day that is none', `K-2,Selma Okafor,,,1990-13-40`, 'people.csv:2: born does not hold a date'],
    ['no line', '', 'people.csv lists nobody'],
  ])('with %s is refused by its line', async (_, lines, message) => {
    const path = join(dir, 'people.csv');
    writeFileSync(path, `${HEAD}\n${lines}\n`);
    await expect(readRegister(path, 'people.csv')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['a mark and lines that end as on Windows', `\uFEFF${HEAD}\r\n${GOOD}\r\n`],
    ['semicolons', `${HEAD}\n${GOOD}\n`.replaceAll(',', ';')],
  ])('with %s is read', async (_, bytes) => {
    const path = join(dir, 'people.csv');
    writeFileSync(path, bytes);
    expect(await readRegister(path, 'people.csv')).toEqual([
      expect.objectContaining({ id: 'K-1', name: 'Thea Vinterberg', values: expect.arrayContaining([]) }),
    ]);
  });
});
