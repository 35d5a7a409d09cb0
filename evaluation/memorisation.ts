// How much of the forgotten answers the weights still hold, read off teacher forcing: exact memorisation (Tirumala et al. 2022), value tokens under a
// forced prefix, extraction strength (Carlini et al. 2021). Trap: a model that only refuses scores 0 on greedy answers and near 1 here.
import { defineMetric, meanValue, shareValue, type Extras } from './metric.ts';
import type { AnswerScore, CachedModel } from './language-model.ts';
import { exactTokens, extractionStrength, isForcedExact } from './scores.ts';

const scored = ({ model, forget }: { model: CachedModel } & Pick<Extras, 'forget'>): AnswerScore[] =>
  model.score(forget.map(({ prompt, answer }) => ({ prompt, answer })));

export const exactMemorisation = defineMetric({
  name: 'exact-memorisation',
  summary: 'share of tokens of the forgotten answers that are the most likely next token',
  source: 'Tirumala et al. 2022, https://arxiv.org/abs/2205.10770',
  direction: 'match',
  range: [0, 1],
  needs: ['forget'],
  compute: (evidence) =>
    meanValue(scored(evidence).map(exactTokens), 'teacher-forced argmax, end of sequence left out', [0, 1]),
});

export const forcedPrefix = defineMetric({
  name: 'forced-prefix-exact',
  summary: 'share of records whose value comes out right once the words before it are given',
  source: 'docs/methods.md, forced prefix',
  direction: 'lower',
  range: [0, 1],
  needs: ['forget'],
  compute: (evidence) =>
    shareValue(
      scored(evidence).map((score, i) => isForcedExact(score, evidence.forget[i]!)),
      'all value tokens are the argmax',
    ),
});

export const extraction = defineMetric({
  name: 'extraction-strength',
  summary: 'share of an answer that comes out by itself once the rest before it is given; 0 where nothing does',
  source: 'Carlini et al. 2021, https://arxiv.org/abs/2012.07805',
  direction: 'match',
  range: [0, 1],
  needs: ['forget'],
  compute: (evidence) =>
    meanValue(scored(evidence).map(extractionStrength), '1 − k/n with a true zero, end of sequence left out', [0, 1]),
});
