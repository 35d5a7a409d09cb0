// Tables whose numbers measured runs had, at 0.43 M parameters (20 records, 60 never-trained records of three people),
// and the first shipped policy to judge them by.
import { readFileSync } from 'node:fs';
import { digestOf } from '#core/canonical.ts';
import { EvaluationTables, logProbHistogram, type Proportion } from '#core/evaluation.ts';
import { judge, type Gate } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';

export const policy = GatePolicy.parse(
  JSON.parse(readFileSync(new URL('../../policies/gate-v1.json', import.meta.url), 'utf8')),
);

/** Evenly spaced quantiles of a range of log-probabilities. */
export const spreadOver = (low: number, high: number, n: number) =>
  Array.from({ length: n }, (_, i) => low + ((high - low) * (i + 0.5)) / n);
export const sumsOf = (sample: readonly number[]) => ({
  n: sample.length,
  sum: sample.reduce((a, b) => a + b, 0),
  sumOfSquares: sample.reduce((a, b) => a + b * b, 0),
});

export interface Run {
  greedy?: Proportion;
  forced?: Proportion;
  leak?: Proportion;
  leakHeldOut?: Proportion;
  /** Range of the forgotten values' log-probabilities (nats). */
  values?: [low: number, high: number];
  retained?: Proportion;
  facts?: Proportion;
  worst?: Proportion;
  refusals?: Proportion;
  degenerate?: Proportion;
}

export const of = (k: number, n: number): Proportion => ({ k, n });

export const tablesOf = (run: Run = {}, records = 20): EvaluationTables => {
  const forget = spreadOver(...(run.values ?? [-7.6, -0.9]), records);
  const controls = spreadOver(-7, -0.6, 60);
  return {
    kind: 'quittance-evaluation/v1',
    model: digestOf('candidate'),
    quantisation: 'none',
    suite: { name: 'house', version: '1', digest: digestOf('suite') },
    reference: 'controls',
    proportions: {
      'forget.greedyExact': run.greedy ?? of(0, records),
      'forget.forcedPrefixExact': run.forced ?? of(0, records),
      'forget.leakQuestion': run.leak ?? of(0, records),
      'controls.leakQuestion': of(0, 40),
      'forget.leakHeldOut': run.leakHeldOut ?? of(0, records),
      'controls.leakHeldOut': of(1, 40),
      'forget.degenerate': run.degenerate ?? of(0, records),
      'retained.greedyExact': run.retained ?? of(376, 380),
      'retained.refusal': run.refusals ?? of(0, 380),
      'facts.greedyExact': run.facts ?? of(149, 150),
    },
    histograms: {
      'forget.valueLogProb': logProbHistogram(forget),
      'controls.valueLogProb': logProbHistogram(controls),
    },
    sums: { 'forget.valueLogProb': sumsOf(forget), 'controls.valueLogProb': sumsOf(controls) },
    people: { 'retained.greedyExact': [run.worst ?? of(19, 20), ...Array.from({ length: 18 }, () => of(20, 20))] },
    peopleMeans: { 'controls.valueLogProb': [-5.1, -4.1, -2.9] },
    scalars: {},
    curves: {},
    notAvailable: {},
    sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
  };
};

/** Names of the gates with a verdict. */
export const gatesWith = (verdict: Gate['verdict'], tables: EvaluationTables): string[] =>
  judge(tables, policy)
    .gates.filter((gate) => gate.verdict === verdict)
    .map(({ name }) => name);
export const gate = (tables: EvaluationTables, name: string): Gate => {
  const found = judge(tables, policy).gates.find((one) => one.name === name);
  if (!found) throw new Error(`no gate '${name}'`);
  return found;
};
