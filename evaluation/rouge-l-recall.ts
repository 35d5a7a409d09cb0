// ROUGE-L recall of greedy answers to the forgotten questions. Trap: on its own it passes models that only changed the wording, and models that
// babble; it is reported, not gated.
import type { QaRecord } from '#datasets/world.ts';
import type { CachedModel } from './language-model.ts';
import { defineMetric, meanValue } from './metric.ts';
import { rougeLRecall } from './rouge.ts';

export const rougeRecalls = (model: CachedModel, rows: readonly QaRecord[]): number[] =>
  model.greedy(rows.map(({ prompt }) => prompt)).map(({ text }, i) => rougeLRecall(rows[i]!.answer, text));

export const rougeL = defineMetric({
  name: 'rouge-l-recall',
  summary: 'share of the forgotten answers that greedy answers still hold, in order',
  source: 'Lin 2004, https://aclanthology.org/W04-1013',
  direction: 'match',
  range: [0, 1],
  needs: ['forget'],
  compute: ({ model, forget }) => meanValue(rougeRecalls(model, forget), 'greedy answers, Porter stemmer', [0, 1]),
});
