// Whether forgotten records can be told from records of never-trained people: AUC of value tokens, and of Min-K % (Shi et al. 2024). 0.5 is no
// difference, above is still known, below over-forgotten. Trap: values are binned as in the evaluation tables, so that report and gate agree.
import { logProbHistogram, type MetricValue } from '#core/evaluation.ts';
import { areaUnderCurve } from '#core/stats.ts';
import type { QaRecord } from '#datasets/world.ts';
import type { AnswerScore, CachedModel } from './language-model.ts';
import { defineMetric } from './metric.ts';
import { minKLogProb, valueLogProb } from './scores.ts';

type Read = (score: AnswerScore, row: QaRecord) => number;

const aucOf = (
  model: CachedModel,
  forget: readonly QaRecord[],
  controls: readonly QaRecord[],
  read: Read,
  what: string,
): MetricValue => {
  const scores = model.score([...forget, ...controls].map(({ prompt, answer }) => ({ prompt, answer })));
  const values = scores.map((score, i) => read(score, i < forget.length ? forget[i]! : controls[i - forget.length]!));
  const [a, b] = [logProbHistogram(values.slice(0, forget.length)), logProbHistogram(values.slice(forget.length))];
  const { value, interval } = areaUnderCurve(a.counts, b.counts);
  const method = `AUC of ${what}, bins of ${a.width} nats; Hanley–McNeil 95 % interval`;
  return { value, n: forget.length, method, interval, detail: { m: controls.length } };
};

const valued = (rows: readonly QaRecord[]) => rows.filter(({ value }) => value !== undefined);

export const valueAuc = defineMetric({
  name: 'value-auc',
  summary: 'chance that a forgotten value is found likelier than one of a never-trained person',
  source: 'docs/methods.md, value AUC',
  direction: 'match',
  range: [0, 1],
  needs: ['forget', 'controls'],
  compute({ model, forget, controls }) {
    const [own, others] = [valued(forget), valued(controls.flatMap(({ records }) => records))];
    if (own.length === 0 || others.length === 0) return { notAvailable: 'no value is marked in the records' };
    return aucOf(model, own, others, valueLogProb, 'mean value-token log-probability');
  },
});

export const minKAuc = defineMetric({
  name: 'min-k-auc',
  summary: 'the same for the least likely tokens of whole answers',
  source: 'Shi et al. 2024, https://arxiv.org/abs/2310.16789',
  direction: 'match',
  range: [0, 1],
  needs: ['forget', 'controls'],
  compute: ({ model, forget, controls, options: { minK } }) =>
    aucOf(
      model,
      forget,
      controls.flatMap(({ records }) => records),
      (score) => minKLogProb(score, minK),
      `Min-${Math.round(100 * minK)} % log-probability, end of sequence left out`,
    ),
});
