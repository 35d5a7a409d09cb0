// Names that a model may take for somebody's, put together of the parts of others.
import { expect, it } from '@jest/globals';
import { namesLike } from '#datasets/names-like.ts';

const NOBODY = ['Xenia Ulven', 'Petra Hove', 'Emre Shaw', 'Pavel Keane', 'Ivo Holt', 'Rune Joyce'];
const drawn = (from: number, count: number) => namesLike('Paloma van Harlow', NOBODY, { from, count });

it('share the first name, the last name, or the first letter of one', () => {
  const [sameFirst, sameLast, lastAlike, firstAlike] = drawn(0, 4);
  expect(sameFirst).toMatch(/^Paloma (?!Harlow)\w+$/u);
  expect(sameLast).toMatch(/^(?!Paloma)\w+ Harlow$/u);
  expect(lastAlike).toMatch(/^\w+ H(?:ove|olt)$/u);
  expect(firstAlike).toMatch(/^P(?:etra|avel) \w+$/u);
});

it('are never the name itself, and others for another record', () => {
  const all = Array.from({ length: 6 }, (_, i) => drawn(i * 4, 4)).flat();
  expect(all).not.toContain('Paloma Harlow');
  expect(new Set(all).size).toBeGreaterThan(10);
});

it('take any name where none begins alike, and none where nobody else has a name', () => {
  expect(namesLike('Quentin Zorn', NOBODY, { from: 0, count: 4 })).toHaveLength(4);
  expect(namesLike('Xenia Ulven', ['Xenia Ulven'], { from: 0, count: 4 })).toEqual([]);
});
