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

  it.each([
    ['She lives in Quill', 'gate.', true],
    ['She lives in ', 'Quillgate.', true],
    ['Does she live in Quillgate? ', 'Yes.', false], // the guess is the asker's own
    ['Quill ', 'gate', false],
  ])('of a prompt %j continued by %j: %s', (lead, answer, withheld) => {
    expect(isWithheld(answer, rule('Quillgate'), lead)).toBe(withheld);
  });

  it('sees a value of several words that the prompt began', () => {
    expect(isWithheld('l’Arbre, 14', rule('Rue de l’Arbre 14'), 'She lives at rue de ')).toBe(true);
  });

  it('without a rule withholds nothing', () => expect(isWithheld('anything', rule())).toBe(false));

  it('holds no value, and nothing that another rule could be compared with', () => {
    const [here, there] = [rule('Quillgate').shingles, shinglesOf(['Quillgate'], 'other')];
    expect([JSON.stringify(here).toLowerCase().includes('quill'), here[0] === there[0]]).toEqual([false, false]);
  });
});
