// What an evaluation leaves behind for strangers: aggregate tables from which every statistic of the gate can be
// recomputed offline. Zone C: counts, histograms and sums only; no text, no per-example value, no name. Trap: KS and
// AUC are defined on the binned values, so that the job that measured and the verifier that recomputes cannot differ.
import { z } from 'zod';
import { Digest } from './canonical.ts';
import { Quantisation } from './quantisation.ts';

const Count = z.int().nonnegative();

/** k successes of n trials. */
export const Proportion = z.strictObject({ k: Count, n: Count }).refine(({ k, n }) => k <= n, 'k is at most n');
export type Proportion = z.infer<typeof Proportion>;

/**
 * Counts of values in bins of equal width: bin i holds [lo + i·width, lo + (i+1)·width); values outside fall into the
 * end bins.
 */
export const Histogram = z.strictObject({
  lo: z.number(),
  width: z.number().positive(),
  counts: z.array(Count).min(1).max(4096),
  unit: z.string(),
});
export type Histogram = z.infer<typeof Histogram>;

export const Sums = z.strictObject({ n: Count, sum: z.number(), sumOfSquares: z.number() });
export type Sums = z.infer<typeof Sums>;

/** A curve for reports: x is a step or update count. */
export const Curve = z.strictObject({
  xLabel: z.string(),
  yLabel: z.string(),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type Curve = z.infer<typeof Curve>;

/**
 * Keys are those of the registry (quantities.ts), e.g. `forget.greedyExact`. Groups: forget (the ticket's records),
 * controls (never-trained people, the gate's own set), retained (trained people who stay), facts (non-personal),
 * unknown (people the model was taught to refuse), general (questions about nobody).
 */
export const EvaluationTables = z.strictObject({
  kind: z.literal('quittance-evaluation/v1'),
  /** Manifest digest of the model that was evaluated: the artefact that would be served. */
  model: Digest,
  quantisation: Quantisation,
  suite: z.strictObject({ name: z.string(), version: z.string(), digest: Digest }),
  /** Which reference the comparisons use; a retain-trained model exists only in benchmarks. */
  reference: z.enum(['controls', 'retain-model']),
  proportions: z.record(z.string(), Proportion),
  histograms: z.record(z.string(), Histogram),
  sums: z.record(z.string(), Sums),
  /** Per-person aggregates without identity, sorted ascending by k/n or value. */
  people: z.record(z.string(), z.array(Proportion)),
  peopleMeans: z.record(z.string(), z.array(z.number())),
  /**
   * Single numbers without a count, in tables made before every quantity had sums. Kept so that old tables parse; no
   * code reads them.
   */
  scalars: z.record(z.string(), z.number()).optional(),
  curves: z.record(z.string(), Curve),
  notAvailable: z.record(z.string(), z.string()),
  /** By group: records that stood there more than once and count once in everything else here. */
  repeated: z.record(z.string(), Count).optional(),
  sampling: z.strictObject({
    temperature: z.number(),
    samplesPerPrompt: Count,
    seed: z.int(),
    truthRatio: z.enum(['geometric', 'arithmetic']).optional(),
  }),
});
export type EvaluationTables = z.infer<typeof EvaluationTables>;

/** What was measured and how it was asked, without what it was measured on. */
export type Measured = Omit<EvaluationTables, 'kind' | 'model' | 'quantisation' | 'suite' | 'reference' | 'scalars'>;

/** Of one model, what was measured in two parts; all else is the first one's. */
export const measuredTogether = <T extends Measured>(one: T, more: Measured): T => ({
  ...one,
  proportions: { ...one.proportions, ...more.proportions },
  histograms: { ...one.histograms, ...more.histograms },
  sums: { ...one.sums, ...more.sums },
  people: { ...one.people, ...more.people },
  peopleMeans: { ...one.peopleMeans, ...more.peopleMeans },
  curves: { ...one.curves, ...more.curves },
  notAvailable: { ...one.notAvailable, ...more.notAvailable },
});

/** A metric as `quittance evaluate` prints it. */
export const MetricValue = z.union([
  z.strictObject({
    value: z.number(),
    n: Count,
    method: z.string(),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    detail: z.record(z.string(), z.number()).optional(),
  }),
  z.strictObject({ notAvailable: z.string() }),
]);
export type MetricValue = z.infer<typeof MetricValue>;

/** Places `values` into a histogram of `bins` bins; see Histogram for the ends. */
export const histogram = (
  values: readonly number[],
  lo: number,
  width: number,
  bins: number,
  unit: string,
): Histogram => {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - lo) / width)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { lo, width, counts, unit };
};

/**
 * Bins of log-probabilities (nats): 0.05 wide from −20, so that rounding moves a statistic by less than its own noise.
 */
export const logProbHistogram = (values: readonly number[]): Histogram => histogram(values, -20, 0.05, 401, 'nats');
