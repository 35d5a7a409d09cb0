// People of a corpus without a register: from the column that says whom a row is about.
import { expect, test } from '@jest/globals';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { registerOfRows } from '#datasets/find/register-of-rows.ts';

const row = (text: string, subject?: string): CorpusEntry => ({
  row: { kind: 'text', text, from: 0 },
  where: 'rows:1',
  ...(subject !== undefined && { subject }),
});

test('each by the name that their own rows say', async () => {
  const people = ['Thea Vinterberg', 'Selma Okafor', 'Rui Tavares', 'Ivo Brandl'];
  const entries = people.flatMap((name, i) => [
    row(`From Lumen Support: ${name} moved house.`, `K-${i}`),
    row(`Lumen Support called ${name} back.`, `K-${i}`),
    row('The balance is 3 euros.', `K-${i}`),
  ]);
  const shared = row('Note: Thea Vinterberg referred Selma Okafor.', 'K-0');
  expect(await registerOfRows([...entries, shared, row('Canal Street is closed.')])).toEqual({
    people: people.map((name, i) => ({ id: `K-${i}`, name, aliases: [], values: [] })),
    nameless: 0,
  });
});

test('who is named by no row is counted', async () => {
  expect(await registerOfRows([row('the balance is 3 euros', 'K-9')])).toEqual({ people: [], nameless: 1 });
});
