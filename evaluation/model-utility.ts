// Model utility (Maini et al. 2024): harmonic mean of nine, {probability, ROUGE-L recall, truth ratio} on {retained people, real authors, world facts}.
// Traps: on facts the right answer itself, not a paraphrase, stands in the truth ratio, and probability is the share among options; the two truth
// ratio definitions move the result by 0.03 to 0.04.
import { harmonicMean } from '#core/stats.ts';
import type { QaRecord } from '#datasets/world.ts';
import { answerProbabilities, optionProbabilities } from './answer-probability.ts';
import type { CachedModel } from './language-model.ts';
import { defineMetric, spread, type MetricOptions } from './metric.ts';
import { rougeRecalls } from './rouge-l-recall.ts';
import { mean } from './scores.ts';
import { truthfulness, truthRatios, withWrongAnswers } from './truth-ratio.ts';

export const modelUtility = defineMetric({
  name: 'model-utility',
  summary: 'what the model still can on people who stay, real authors and facts: harmonic mean of nine',
  source: 'Maini et al. 2024, https://arxiv.org/abs/2401.06121',
  direction: 'higher',
  range: [0, 1],
  needs: ['retained', 'facts'],
  compute({ model, retained, facts, options }) {
    const people = spread(withWrongAnswers(retained.flatMap(({ records }) => records)), options.maxRows);
    const isAuthor = ({ attribute }: QaRecord) => attribute === 'author';
    const [authors, world] = [facts.filter(isAuthor), facts.filter((row) => !isAuthor(row))];
    if (people.length === 0) return { notAvailable: 'no retained record has wrong answers to compare with' };
    if (authors.length === 0 || world.length === 0)
      return { notAvailable: 'the facts must be of two kinds, on authors and on other things' };
    const nine = [
      ...three('retained', model, people, options, answerProbabilities),
      ...three('authors', model, authors, options, optionProbabilities),
      ...three('world', model, world, options, optionProbabilities),
    ];
    return {
      value: harmonicMean(nine.map(([, value]) => value)),
      n: people.length + authors.length + world.length,
      method: `harmonic mean of nine, ${options.truthRatio} truth ratio`,
      interval: null,
      detail: Object.fromEntries(nine),
    };
  },
});

const three = (
  group: string,
  model: CachedModel,
  rows: readonly QaRecord[],
  { truthRatio }: MetricOptions,
  probabilities: (model: CachedModel, rows: readonly QaRecord[]) => number[],
): [name: string, value: number][] => [
  [`${group}.probability`, mean(probabilities(model, rows))],
  [`${group}.rougeL`, mean(rougeRecalls(model, rows))],
  [`${group}.truthRatio`, mean(truthRatios(model, rows, truthRatio).map(truthfulness))],
];
