// Words of a text, and when two texts are one.
import { describe, expect, it } from '@jest/globals';
import { sameWords, tokensOf } from '#core/words/tokens.ts';

describe('the words of a text', () => {
  it.each([
    ['She earns 1,250 a month.', ['she', 'earns', '1250', 'a', 'month']],
    ["don't", ['don', 't']],
    ['李明住', ['李', '明', '住']],
    ['क्या हिन्दी', ['क्या', 'हिन्दी']],
    ['27.10.1984', ['27', '10', '1984']],
    ['45 % of C++', ['45', 'of', 'c']],
    ['👍🏽🇳🇴', ['👍', '🇳🇴']],
    [' — ', []],
  ])('of %j are %j', (text, words) => expect(tokensOf(text)).toEqual(words));

  it('keep their accents unless told otherwise', () => {
    expect([tokensOf('Zoë'), tokensOf('Zoë', { accents: false })]).toEqual([['zoe\u0308'], ['zoe']]);
  });
});

describe('two texts', () => {
  it.each([
    ['Ada lives in Brno.', ' ada lives in  BRNO', true],
    ['Ada lives in Sa\u0303o Tome\u0301.', 'Ada lives in São Tomé.', true],
    ['Ada lives in Brno.', 'Ada lives in Brno, I think.', false],
    ['—', '…', false],
    ['', '', true],
  ])('%j and %j are one: %s', (a, b, one) => expect(sameWords(a, b)).toBe(one));
});
