// The technical half of the report: metrics before and after, the pair of distribution functions, attempts, curves.
// Everything is recomputed from the aggregate tables, as the gate and a stranger's verifier do. Trap: a quantity that
// the tables lack is shown as not available; no row is filled with a default.
import type { EvaluationTables, Histogram, MetricValue } from '#core/evaluation.ts';
import type { Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import { ladderOf } from '#core/ladder.ts';
import { QUANTITIES, quantityOf, type QuantityKey } from '#core/quantities.ts';
import type { RunManifest } from '#core/run.ts';
import { kolmogorovSmirnov } from '#core/stats.ts';
import { countOf, pairOf, ratio, summarise, total } from '#core/summaries.ts';
import type { Run } from '#core/ticket.ts';
import type { Attempt, AuditReport, Distributions, MetricRow } from './shape.ts';

/** One attempt with the artefacts that it left, as far as it came. */
export interface AttemptParts {
  readonly run: Run;
  readonly manifest?: RunManifest | undefined;
  readonly tables?: EvaluationTables | undefined;
  readonly judgement?: Judgement | undefined;
}

/** Where the base has no tables, the state before the first update tells how well the forget records were known. */
const beforeFirstUpdate = (manifest: RunManifest | undefined): Map<QuantityKey, MetricValue> => {
  const start = manifest?.trajectory.find(({ update }) => update === 0);
  if (!manifest || !start) return new Map();
  const { greedyExact, meanValueLogProb } = start;
  const own = { n: manifest.records, method: 'before the first update, by the run itself', interval: null };
  return new Map([
    ['forget.greedyExact', { ...own, value: greedyExact }],
    ['forget.valueLogProb', { ...own, value: meanValueLogProb }],
  ]);
};

/** Every quantity of the registry, in its order; a quantity that was not measured is listed with the reason. */
export const metricRows = (
  after: EvaluationTables | undefined,
  before: EvaluationTables | undefined,
  manifest: RunManifest | undefined,
): MetricRow[] => {
  if (!after) return [];
  const start = beforeFirstUpdate(manifest);
  return QUANTITIES.map(({ key, label }) => ({
    key,
    label,
    before: before ? summarise(before, key) : (start.get(key) ?? null),
    after: summarise(after, key),
  }));
};

/** Distribution functions of the value log-probabilities and their largest gap, on the cells that the gate uses. */
export const distributionsOf = (tables: EvaluationTables | undefined): AuditReport['distributions'] => {
  const pair = tables && pairOf(tables, quantityOf('forget.valueLogProbKs').from);
  if (!pair) return { notAvailable: 'the tables hold no values of forgotten and never-trained records to compare' };
  const [a, b] = pair;
  const { d, p, n, m, rejectsFrom } = kolmogorovSmirnov(a.counts, b.counts);
  const band = { forget: halfWidth(n), controls: halfWidth(m) };
  return { unit: a.unit, forget: steps(a), controls: steps(b), at: furthest(a, b), d, p, n, m, rejectsFrom, band };
};

/** Dvoretzky–Kiefer–Wolfowitz with Massart's constant, for both bands together at 95 %. */
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

const shareOf = (tables: EvaluationTables | undefined, key: QuantityKey): number | null => {
  const p = tables && countOf(tables, key);
  return p && p.n > 0 ? ratio(p) : null;
};

export const attemptOf = (
  { run, manifest, tables, judgement }: AttemptParts,
  policy: GatePolicy,
  method: string | undefined,
): Attempt => ({
  number: run.number,
  rung: run.rung,
  method: run.method,
  reason: ladderOf({ method }, policy)[run.rung]?.reason ?? 'not on the ladder of this policy',
  config: manifest?.config ?? {},
  updates: manifest?.updates ?? null,
  stop: manifest?.stop ?? null,
  verdict: run.verdict ?? null,
  failed:
    judgement?.gates
      .filter(({ verdict, needs }) => verdict !== 'pass' && needs === undefined)
      .map(({ name }) => name) ?? [],
  forgotten: shareOf(tables, 'forget.greedyExact'),
  retained: shareOf(tables, 'retained.greedyExact'),
});

export const trajectoryOf = (manifest: RunManifest | undefined): AuditReport['trajectory'] =>
  manifest?.trajectory.map((point) => ({ ...point, loss: point.update === 0 ? null : point.loss })) ?? [];
