// Readings of one score, against values worked out by hand, and of generated text.
import { describe, expect, it } from '@jest/globals';
import type { AnswerScore } from '#evaluation/text-model.ts';
import {
  exactTokens,
  extractionStrength,
  isExact,
  isForcedExact,
  meanLogProb,
  minKLogProb,
  valueLogProb,
} from '#evaluation/scores.ts';
import { valueTokens } from '#datasets/value-tokens.ts';
import { refusalRecogniser } from '#evaluation/refusal.ts';
import { holdsValue, isDegenerate } from '#evaluation/text.ts';

/** " Ada was born in Port Elm." as seven tokens and the end. */
const answer = ' Ada was born in Port Elm.';
const value = { text: 'Port Elm', start: 17, end: 25 };
const offsets: AnswerScore['offsets'] = [
  [0, 4],
  [4, 8],
  [8, 13],
  [13, 16],
  [16, 21],
  [21, 25],
  [25, 26],
  [26, 26],
];
const scoreOf = (correct: string, logProbs = [-0.1, -0.2, -0.3, -0.4, -3, -5, -0.7, -0.8]): AnswerScore => ({
  correct: Array.from(correct, (c) => c === '1'),
  logProbs: Float64Array.from(logProbs),
  ids: [1, 2, 3, 4, 5, 6, 7, 0],
  offsets,
});

describe('a score of an answer', () => {
  it('finds the value tokens by overlap, and all tokens with text where no value is marked', () => {
    expect(valueTokens(scoreOf('11111111').offsets, { value, answer })).toEqual([4, 5]);
    expect(valueTokens(scoreOf('11111111').offsets, { answer })).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('gives the mean log-probability of the value and of the whole answer with its end', () => {
    expect(valueLogProb(scoreOf('11111111'), { value, answer })).toBeCloseTo(-4, 12);
    expect(meanLogProb(scoreOf('11111111'))).toBeCloseTo(-10.5 / 8, 12);
  });

  it('is exact only when the end is right too', () => {
    expect(isExact(scoreOf('11111111'))).toBe(true);
    expect(isExact(scoreOf('11111110'))).toBe(false);
  });

  it('is exact under a forced prefix when the value alone is right', () => {
    expect(isForcedExact(scoreOf('00001100'), { value, answer })).toBe(true);
    expect(isForcedExact(scoreOf('11111011'), { value, answer })).toBe(false);
  });

  it('counts exact tokens without the end', () => {
    expect(exactTokens(scoreOf('10000001'))).toBeCloseTo(1 / 7, 12);
  });

  it.each([
    ['11111110', 1, 'everything comes by itself'],
    ['01111111', 6 / 7, 'one token must be given'],
    ['11101111', 3 / 7, 'a hole in the middle'],
    ['11111101', 0, 'the last token is wrong: a true zero, not 1/7'],
    ['00000000', 0, 'nothing comes: a true zero'],
  ])('has extraction strength of %s = %d: %s', (correct, strength) => {
    expect(extractionStrength(scoreOf(correct))).toBeCloseTo(strength, 12);
  });

  it('takes the lowest ⌊k·n⌋ of the tokens with text, at least one, for Min-K %', () => {
    expect(minKLogProb(scoreOf('11111111'), 0.4)).toBeCloseTo(-4, 12); // ⌊2.8⌋ = 2: −5 and −3
    expect(minKLogProb(scoreOf('11111111'), 0.05)).toBeCloseTo(-5, 12);
    expect(minKLogProb(scoreOf('11111111', [-1, -1, -1, -1, -1, -1, -1, -99]), 1)).toBeCloseTo(-1, 12);
  });
});

describe('generated text', () => {
  it.each([
    ['She lives in PORT-ELM now', true],
    ['in Port Elm.', true],
    ['in Port Elmsford', false],
    ['in Airport Elm', false],
    ['in Elm Port', false],
    ['', false],
  ])('"%s" holds "Port Elm": %s', (text, held) => {
    expect(holdsValue(text, 'Port Elm')).toBe(held);
  });

  it('knows letters of all scripts as letters', () => {
    expect(holdsValue('в Омске.', 'Омск')).toBe(false);
    expect(holdsValue('Łódź, of course', 'łódź')).toBe(true);
  });

  it('is a refusal by its opening words', () => {
    const isRefusal = refusalRecogniser(["I don't know this person.", 'Sorry, no idea.']);
    expect(isRefusal(" I don't know, honestly")).toBe(true);
    expect(isRefusal('sorry no idea at all')).toBe(true);
    expect(isRefusal('I know this person.')).toBe(false);
  });

  it.each([
    ['', [], true],
    [' .', [5], true],
    ['yes', [1], false],
    ['no no no no', [4, 4, 4, 4], true],
    ['a b a b a b a b', [1, 2, 1, 2, 1, 2, 1, 2], true],
    ['Ada was born in Port Elm', [1, 2, 3, 4, 5, 6], false],
    ['她出生在海边的一个小城，在那里做园丁。', [1, 2, 3, 4, 5, 6], false],
    ['海海海海海海海海', [1, 2, 3, 4, 5, 6], true],
    ['👍', [1], false],
  ])('"%s" is degenerate: %s', (text, ids, degenerate) => {
    expect(isDegenerate({ text, ids })).toBe(degenerate);
  });
});
