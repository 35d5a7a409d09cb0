// Which people of a register a row speaks of: by name, by number, by a telephone number however it is grouped, and
// nobody else of those whose numbers begin alike.
import { expect, test } from '@jest/globals';
import { knownPeople } from '#datasets/find/others.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { viewOf } from '#datasets/find/views.ts';

const REGISTER = Array.from({ length: 40 }, (_, i): RegisteredPerson => ({
  id: `K-${70_310 + 17 * i}`,
  name: `Ottla Brand${String.fromCharCode(97 + (i % 20))}${i < 20 ? 'er' : 'ovic'}`,
  aliases: [],
  values: [{ column: 'phone', type: 'phone', text: `+36 ${200 + i} ${551_000 + 101 * i}` }],
}));
const people = knownPeople(REGISTER, { names: [], identifiers: [], born: [] });
const named = (text: string): string[] =>
  people.othersIn(viewOf(0, { row: { kind: 'text', text, from: 0 }, where: 'rows.jsonl:1' })).map(({ id }) => id);

test.each([
  ['by number', `Order of ${REGISTER[3]!.id}.`, [3]],
  ['by name', `Call ${REGISTER[25]!.name} back.`, [25]],
  ['by telephone', `Call ${REGISTER[7]!.values[0]!.text}.`, [7]],
  ['by telephone in other groups', 'Call +36 20 755 1707.', [7]],
  ['by telephone in one group', 'Call +36207551707.', [7]],
  ['two people', `${REGISTER[1]!.id} and ${REGISTER[39]!.name}.`, [1, 39]],
  ['by what everybody’s numbers begin with', 'Letters to K- are late, and +36 is Hungary.', []],
])('%s', (_, text, whom) => expect(named(text).sort()).toEqual(whom.map((i) => REGISTER[i]!.id).sort()));
