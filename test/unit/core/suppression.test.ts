import { describe, expect, it } from '@jest/globals';
import { isWithheld, shinglesOf } from '#core/suppression.ts';

const rule = (...values: string[]) => ({ secret: 'feed', shingles: shinglesOf(values, 'feed') });

describe('interim suppression', () => {
  it.each([
    ['Quillgate', 'She lives in Quillgate.', true],
    ['Quillgate', 'QUILLGATE', true],
    ['Rue de l’Arbre 14', 'at rue de l’arbre, 14, they say', true],
    ['Rue de l’Arbre 14', 'at 14 rue de l’arbre', false],
    ['Quillgate', 'She lives in Quill Gate.', false],
    ['Zoë', 'Zoë', false], // three letters are nobody's in particular
    ['the', 'the end', false],
  ])('of %j looks at %j and withholds it: %s', (value, answer, withheld) => {
    expect(isWithheld(answer, rule(value))).toBe(withheld);
  });

  it('without a rule withholds nothing', () => expect(isWithheld('anything', rule())).toBe(false));

  it('holds no value, and nothing that another rule could be compared with', () => {
    const [here, there] = [rule('Quillgate').shingles, shinglesOf(['Quillgate'], 'other')];
    expect([JSON.stringify(here).toLowerCase().includes('quill'), here[0] === there[0]]).toEqual([false, false]);
  });
});
