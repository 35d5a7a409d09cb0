// Words of a text, and when two texts are one.
import { describe, expect, it } from '@jest/globals';
import { textsOfWords, wordsIn } from '#core/words/streams.ts';
import { sameWords, tokensOf } from '#core/words/tokens.ts';
import { random } from '#engine/random.ts';

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

describe('the texts of words', () => {
  const same = (text: string) =>
    expect([text, textsOfWords(text)]).toEqual([text, wordsIn(text).map((one) => one.text)]);

  it.each([
    "Don't pay 1,250.50 to K-77120 -5 (x2y).",
    'a_b#c\td\r\n+42 766',
    "3'000 `x` 7-8 -9",
    'Zoë lives in 12 Åse',
  ])('of %j are those of the words', (text) => same(text));

  it('are those of the words of whatever stands on a keyboard', () => {
    const rng = random('keyboard');
    for (let i = 0; i < 2_000; i++)
      same(Array.from({ length: 24 }, () => String.fromCharCode(32 + rng.below(95))).join(''));
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
