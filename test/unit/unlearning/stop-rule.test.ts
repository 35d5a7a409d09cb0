// When a run may stop: known no better than never-trained people, and neither recited nor there behind a forced prefix.
// The latter is held against what greedy generation says after the answer's own words.
import { describe, expect, it } from '@jest/globals';
import { generate } from '#engine/generate.ts';
import type { TrajectoryPoint } from '#unlearning/method.ts';
import { probe, shouldStop, StopConfig } from '#unlearning/stop-rule.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const point = (given: Partial<TrajectoryPoint>): TrajectoryPoint => ({
  ...{ update: 1, loss: 0, valueAuc: 0.5, answerAuc: 0.5, greedyExact: 0, valueExact: 0, meanValueLogProb: -5 },
  ...given,
});

describe('the stop rule', () => {
  const stops = (given: Partial<TrajectoryPoint>, config: object) =>
    shouldStop(point(given), StopConfig.parse({ valueAuc: 0.5, ...config }));

  it.each([
    ['known no better, nothing exact', {}, {}, true],
    ['still known', { valueAuc: 0.51 }, {}, false],
    ['still known, but whole answers far too unlikely', { valueAuc: 0.9, answerAuc: 0.1 }, { answerAuc: 0.1 }, true],
    ['whole answers, where they are not watched', { valueAuc: 0.9, answerAuc: 0.1 }, {}, false],
    ['answers recited', { greedyExact: 0.1 }, {}, false],
    ['values behind a forced prefix', { valueExact: 0.1 }, { valueExact: 0.05 }, false],
    ['the same, where they are not asked for', { valueExact: 1 }, {}, true],
  ])('%s', (_name, given, config, expected) => {
    expect(stops(given, config)).toBe(expected);
  });

  it('counts a value as exact where greedy generation says it after the words before it', () => {
    const model = tinyModel();
    const examples = Array.from({ length: 12 }, (_, i) => {
      const [prompt, words] = [tokens(3, `p${i}`), tokens(2, `w${i}`)];
      const said = generate(model, [[...prompt, ...words]], { maxTokens: 2 })[0]!.ids;
      const value = said.length === 2 && i % 2 === 0 ? said : tokens(2, `v${i}`);
      const exact = value.every((id, k) => id === said[k]);
      return { example: { prompt, answer: [...words, ...value, 0], valueTokens: [2, 3] }, exact };
    });
    const { valueExact } = probe(
      model,
      examples.map(({ example }) => example),
    );
    expect(valueExact).toEqual(examples.map(({ exact }) => (exact ? 1 : 0)));
    expect(new Set(valueExact).size).toBe(2);
    model.dispose();
  });
});
