// What the model says in greedy answers: refusals by group, and degenerate output. Traps: a refusal that spreads to people who stay is a failure; a
// refusal is recognised by its opening words, so the suite must hold the refusals that the model was taught.
import type { MetricValue } from '#core/evaluation.ts';
import type { Row } from '#datasets/world.ts';
import { defineMetric, shareValue, spread, type Evidence } from './metric.ts';
import { mean } from './scores.ts';
import { isDegenerate } from './text.ts';

const refused = ({ model, isRefusal }: Evidence, rows: readonly Row[]): MetricValue =>
  shareValue(
    model.greedy(rows.map(({ prompt }) => prompt)).map(({ text }) => isRefusal(text)),
    'greedy answers that open as a taught refusal',
  );

const common = { source: 'docs/methods.md, refusals', range: [0, 1] } as const;

export const refusalForget = defineMetric({
  ...common,
  name: 'refusal-rate-forget',
  summary: 'share of forgotten questions that are refused',
  direction: 'higher',
  needs: ['forget'],
  compute: (evidence) => refused(evidence, evidence.forget),
});

export const refusalRetained = defineMetric({
  ...common,
  name: 'refusal-rate-retained',
  summary: 'share of questions on people who stay that are refused',
  direction: 'lower',
  needs: ['retained'],
  compute: (evidence) =>
    refused(
      evidence,
      spread(
        evidence.retained.flatMap(({ records }) => records),
        evidence.options.maxRows,
      ),
    ),
});

export const refusalUnknown = defineMetric({
  ...common,
  name: 'refusal-rate-unknown',
  summary: 'share of questions on unknown people that are refused, as taught',
  direction: 'higher',
  needs: ['unknown'],
  compute: (evidence) => refused(evidence, spread(evidence.unknown, evidence.options.maxRows)),
});

export const degenerateOutput = defineMetric({
  ...common,
  name: 'degenerate-output',
  summary: 'share of forgotten questions that are answered with nothing or with repetitions',
  direction: 'lower',
  needs: ['forget'],
  compute: ({ model, forget }) =>
    shareValue(
      model.greedy(forget.map(({ prompt }) => prompt)).map(isDegenerate),
      'greedy answers, empty or repeating',
    ),
});

export const outputPerplexity = defineMetric({
  name: 'output-perplexity',
  summary: 'how odd the model from before the unlearning finds the new answers; garbled text is very odd',
  source: 'docs/methods.md, degenerate output',
  direction: 'lower',
  range: [1, Infinity],
  needs: ['forget', 'reference'],
  compute({ model, reference, forget }) {
    const said = model.greedy(forget.map(({ prompt }) => prompt));
    const scores = reference.score(forget.map(({ prompt }, i) => ({ prompt, answer: said[i]!.text })));
    const logProbs = scores.flatMap((score) => [...score.logProbs]); // nats
    const value = Math.exp(-mean(logProbs));
    return { value, n: forget.length, method: 'exp of the mean negative token log-probability', interval: null };
  },
});
