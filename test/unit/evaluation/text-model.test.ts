// The cache before a model that is asked about texts, and which of many items an evaluation asks.
import { describe, expect, it } from '@jest/globals';
import { spread } from '#evaluation/exam.ts';
import { cached } from '#evaluation/text-model.ts';
import { lookupModel } from './lookup-model.ts';

describe('the cache', () => {
  const sampling = { samplesPerPrompt: 2, temperature: 1, seed: 1 };
  const rows = (...prompts: string[]) => prompts.map((prompt) => ({ prompt, answer: ' x' }));

  it('asks nothing twice, keeps the order and asks what is new in one call', () => {
    const model = lookupModel({ says: (prompt) => ` said ${prompt}`, sampled: (prompt, i) => `${prompt}${i}` });
    const cache = cached(model, sampling);
    cache.score([...rows('a', 'a', 'b')]);
    cache.score([...rows('b'), { prompt: 'a', answer: ' y' }]);
    expect(model.calls.score).toEqual([2, 1]);
    expect(cache.greedy(rows('b', 'a', 'b'), 5).map(({ text }) => text)).toEqual([' said b', ' said a', ' said b']);
    expect(cache.samples(['p', 'q'], 'once', 5).map((said) => said.map(({ text }) => text))).toEqual([
      ['p0', 'p1'],
      ['q2', 'q3'],
    ]);
    cache.samples(['q', 'p'], 'once', 5);
    expect(model.calls.generate).toEqual([2, 4]);
  });

  it('generates no answer that scoring has shown to be the greedy one, and gives the same', () => {
    const model = lookupModel({
      token: ({ prompt }) => ({ logProb: -1, correct: prompt === 'known' }),
      says: () => ' no',
    });
    const cache = cached(model, sampling);
    const said = cache.greedy([...rows('known', 'other')], 5);
    expect(said.map(({ text }) => text)).toEqual([' x', ' no']);
    expect(said[0]!.ids).toHaveLength(1); // one word, without the end
    expect(model.calls.generate).toEqual([1]);
  });

  it('samples each stream anew, and asks again where there is more room', () => {
    const model = lookupModel({});
    const cache = cached(model, sampling);
    cache.samples(['p'], 'one', 5);
    cache.samples(['p'], 'two', 5);
    cache.samples(['p'], 'two', 9);
    expect(model.calls.generate).toEqual([2, 2, 2]);
  });

  it('keeps a prompt that ends where an answer begins apart from another', () => {
    const model = lookupModel({ token: ({ prompt }) => ({ logProb: -prompt.length, correct: false }) });
    const [a, b] = cached(model, sampling).score([
      { prompt: 'ab', answer: 'c' },
      { prompt: 'a', answer: 'bc' },
    ]);
    expect([a!.logProbs[0], b!.logProbs[0]]).toEqual([-2, -1]);
  });
});

describe('an even choice', () => {
  it('takes the same items each time, spread over the whole', () => {
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([0, 2, 4, 6, 8]);
    expect(spread([1, 2], 5)).toEqual([1, 2]);
  });
});
