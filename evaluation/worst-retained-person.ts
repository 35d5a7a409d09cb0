// The retained person who fares worst: a mean over people hides a namesake who was dragged along.
import { clopperPearson } from '#core/stats.ts';
import { defineMetric } from './metric.ts';
import { isExact } from './scores.ts';

export const worstRetainedPerson = defineMetric({
  name: 'worst-retained-person',
  summary: 'lowest share of exact answers among the people who stay',
  source: 'docs/methods.md, worst retained person',
  direction: 'higher',
  range: [0, 1],
  needs: ['retained'],
  compute({ model, retained }) {
    const people = retained.filter(({ records }) => records.length > 0);
    const shares = people.map(({ records }) => {
      const scores = model.score(records.map(({ prompt, answer }) => ({ prompt, answer })));
      return { k: scores.filter(isExact).length, n: records.length };
    });
    const worst = shares.reduce((a, b) => (b.k / b.n < a.k / a.n ? b : a));
    return {
      value: worst.k / worst.n,
      n: people.length,
      method: 'greedy exact answers; Clopper–Pearson 95 % interval of this person alone',
      interval: clopperPearson(worst),
      detail: { k: worst.k, records: worst.n },
    };
  },
});
