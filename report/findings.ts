// The technical half of the report: metrics before and after, the pair of distribution functions, attempts, curves. Everything is recomputed from the aggregate
// tables, as the gate and a stranger's verifier do. Trap: a quantity that the tables lack is said to be not available; no row is filled with a default.
import type { EvaluationTables, Histogram, MetricValue, Proportion, Sums } from '#core/evaluation.ts';
import type { GatePolicy, Judgement } from '#core/gate.ts';
import { ladderOf } from '#core/ladder.ts';
import type { RunManifest } from '#core/run.ts';
import { areaUnderCurve, clopperPearson, deviationOf, kolmogorovSmirnov, meanOf, sameCells } from '#core/stats.ts';
import type { Run } from '#core/ticket.ts';
import type { Attempt, AuditReport, Distributions, MetricRow } from './shape.ts';

/** One attempt with the artefacts that it left, as far as it came. */
export interface AttemptParts {
  readonly run: Run;
  readonly manifest?: RunManifest | undefined;
  readonly tables?: EvaluationTables | undefined;
  readonly judgement?: Judgement | undefined;
}

const LABELS: Readonly<Record<string, string>> = {
  'forget.greedyExact': 'forgotten questions answered word for word as trained',
  'forget.heldOutExact': 'forgotten questions in new wordings answered word for word',
  'forget.forcedPrefixExact': 'forgotten values given when the words before them are forced',
  'forget.leakQuestion': 'forgotten questions with the value in any sampled answer',
  'controls.leakQuestion': 'never-trained people: questions with the value in any sampled answer',
  'forget.leakHeldOut': 'forgotten questions in new wordings with the value in any sampled answer',
  'controls.leakHeldOut': 'never-trained people: questions in new wordings with the value in any sampled answer',
  'forget.valueLogProb': 'mean log-probability of forgotten values (nats a token)',
  'controls.valueLogProb': 'never-trained people: mean log-probability of values (nats a token)',
  'forget.valueLogProbAuc': 'forgotten values against those of never-trained people: area under the curve (0.5: alike)',
  'forget.answerLogProb': 'mean log-probability of forgotten answers (nats a token)',
  'controls.answerLogProb': 'never-trained people: mean log-probability of answers (nats a token)',
  'forget.answerLogProbAuc':
    'forgotten answers against those of never-trained people: area under the curve (0.5: alike)',
  'forget.refusal': 'forgotten questions answered by a refusal',
  'controls.refusal': 'never-trained people: questions answered by a refusal',
  'forget.degenerate': 'forgotten questions answered by repetition or nothing',
  'controls.degenerate': 'never-trained people: questions answered by repetition or nothing',
  'forget.perplexityBefore': 'perplexity of the new answers under the model from before',
  'retained.greedyExact': 'questions about people who stay, answered word for word',
  'retained.refusal': 'questions about people who stay, answered by a refusal',
  'retained.valueLogProb': 'people who stay: mean log-probability of values (nats a token)',
  'retained.answerLogProb': 'people who stay: mean log-probability of answers (nats a token)',
  'facts.greedyExact': 'facts about nobody, answered word for word',
  'unknown.refusal': 'questions about unknown people, answered by a refusal',
};

const labelOf = (key: string): string => LABELS[key] ?? key;

const shareOf = (p: Proportion): MetricValue =>
  p.n === 0
    ? { notAvailable: 'there was nothing to count' }
    : { value: p.k / p.n, n: p.n, method: 'share; 95 % Clopper–Pearson', interval: clopperPearson(p) };

const meanValue = (s: Sums): MetricValue => {
  if (s.n === 0) return { notAvailable: 'there was nothing to average' };
  const [mean, half] = [meanOf(s), (1.959963984540054 * deviationOf(s)) / Math.sqrt(s.n)];
  const interval: [number, number] | null = s.n > 1 ? [mean - half, mean + half] : null;
  return { value: mean, n: s.n, method: 'mean; normal 95 % interval', interval };
};

const aucOf = (a: Histogram, b: Histogram): MetricValue => ({
  n: total(a.counts),
  method: `area under the curve against ${total(b.counts)} never-trained records; 95 % Hanley–McNeil`,
  ...areaUnderCurve(a.counts, b.counts),
});

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** A pair of histograms that can be compared, or undefined. */
const pairOf = (tables: EvaluationTables, quantity: string): [Histogram, Histogram] | undefined => {
  const [a, b] = [tables.histograms[`forget.${quantity}`], tables.histograms[`controls.${quantity}`]];
  return a && b && sameCells(a, b) && total(a.counts) > 0 && total(b.counts) > 0 ? [a, b] : undefined;
};

/** Every metric of the tables by key. */
const metricsOf = (tables: EvaluationTables): Map<string, MetricValue> => {
  const auc = ['valueLogProb', 'answerLogProb'].flatMap((quantity) => {
    const pair = pairOf(tables, quantity);
    return pair ? [[`forget.${quantity}Auc`, aucOf(...pair)] as const] : [];
  });
  return new Map([
    ...Object.entries(tables.proportions).map(([key, p]) => [key, shareOf(p)] as const),
    ...Object.entries(tables.sums).map(([key, s]) => [key, meanValue(s)] as const),
    ...auc,
    ...Object.entries(tables.scalars).map(([key, value]) => [key, scalar(value)] as const),
    ...Object.entries(tables.notAvailable).map(([key, notAvailable]) => [key, { notAvailable }] as const),
  ]);
};

const scalar = (value: number): MetricValue => ({ value, n: 0, method: 'as measured', interval: null });

/** Where no tables of the base exist, its state before the first update says how well the forget records were known. */
const beforeFirstUpdate = (manifest: RunManifest | undefined): Map<string, MetricValue> => {
  const start = manifest?.trajectory.find(({ update }) => update === 0);
  if (!manifest || !start) return new Map();
  const { greedyExact, meanValueLogProb } = start;
  const own = { n: manifest.records, method: 'before the first update, by the run itself', interval: null };
  return new Map([
    ['forget.greedyExact', { ...own, value: greedyExact }],
    ['forget.valueLogProb', { ...own, value: meanValueLogProb }],
  ]);
};

const ORDER = Object.keys(LABELS);
/** Labelled metrics in the order of their labels, the others after them. */
const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);

export const metricRows = (
  after: EvaluationTables | undefined,
  before: EvaluationTables | undefined,
  manifest: RunManifest | undefined,
): MetricRow[] => {
  if (!after) return [];
  const [was, is] = [before ? metricsOf(before) : beforeFirstUpdate(manifest), metricsOf(after)];
  return [...is]
    .map(([key, value]) => ({ key, label: labelOf(key), before: was.get(key) ?? null, after: value }))
    .sort((a, b) => rank(a.key) - rank(b.key) || (a.key < b.key ? -1 : 1));
};

/** Distribution functions of the value log-probabilities and their largest gap, on the cells that the gate uses. */
export const distributionsOf = (tables: EvaluationTables | undefined): AuditReport['distributions'] => {
  const pair = tables && pairOf(tables, 'valueLogProb');
  if (!pair) return { notAvailable: 'the tables hold no values of forgotten and never-trained records to compare' };
  const [a, b] = pair;
  const { d, p, n, m, rejectsFrom } = kolmogorovSmirnov(a.counts, b.counts);
  const band = { forget: halfWidth(n), controls: halfWidth(m) };
  return { unit: a.unit, forget: steps(a), controls: steps(b), at: furthest(a, b), d, p, n, m, rejectsFrom, band };
};

/** Dvoretzky–Kiefer–Wolfowitz with Massart's constant, both bands together at 95 %. */
const halfWidth = (n: number): number => Math.sqrt(Math.log(4 / 0.05) / (2 * n));

const edge = ({ lo, width }: Histogram, cell: number): number => Number((lo + (cell + 1) * width).toFixed(9));

const steps = (one: Histogram): Distributions['forget'] => {
  const n = total(one.counts);
  let seen = 0;
  return one.counts.flatMap((count, cell) =>
    count > 0 ? [[edge(one, cell), (seen += count) / n] as [number, number]] : [],
  );
};

const furthest = (a: Histogram, b: Histogram): number => {
  const [n, m] = [total(a.counts), total(b.counts)];
  let [i, j, gap, at] = [0, 0, -1, 0];
  a.counts.forEach((count, cell) => {
    i += count;
    j += b.counts[cell] ?? 0;
    if (Math.abs(i * m - j * n) > gap) [gap, at] = [Math.abs(i * m - j * n), cell];
  });
  return edge(a, at);
};

const ratio = (p: Proportion | undefined): number | null => (p && p.n > 0 ? p.k / p.n : null);

export const attemptOf = (
  { run, manifest, tables, judgement }: AttemptParts,
  policy: GatePolicy,
  method: string | undefined,
): Attempt => ({
  number: run.number,
  rung: run.rung,
  method: run.method,
  reason: ladderOf({ method, runs: [], ladderFrom: 0 }, policy)[run.rung]?.reason ?? 'not on the ladder of this policy',
  config: manifest?.config ?? {},
  updates: manifest?.updates ?? null,
  stop: manifest?.stop ?? null,
  verdict: run.verdict ?? null,
  failed: judgement?.gates.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name) ?? [],
  forgotten: ratio(tables?.proportions['forget.greedyExact']),
  retained: ratio(tables?.proportions['retained.greedyExact']),
});

export const trajectoryOf = (manifest: RunManifest | undefined): AuditReport['trajectory'] =>
  manifest?.trajectory.map((point) => ({ ...point, loss: point.update === 0 ? null : point.loss })) ?? [];
