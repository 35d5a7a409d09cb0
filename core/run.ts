// A plan for one attempt at unlearning, and what the attempt did: the contract between workflow steps and jobs. Zone C:
// digests, names, numbers.
// Trap: the plan carries the digest of the gate policy, so that thresholds are fixed and logged before the first
// update.
import { z } from 'zod';
import { Asked } from './asked.ts';
import { Digest, JsonValue } from './canonical.ts';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import { ModelManifest } from './model.ts';
import { Quantisation } from './quantisation.ts';

/**
 * Another ticket's attempt that this run carries out too: all of its plan except what is known only during the run (the
 * base, which is the candidate before it).
 */
const Gathered = z.strictObject({
  ticketId: z.string(),
  method: z.string(),
  config: z.record(z.string(), JsonValue),
  seed: z.int(),
  run: z.int().positive(),
  rung: z.int().nonnegative(),
});
export type Gathered = z.infer<typeof Gathered>;

export const UnlearnPlan = z.strictObject({
  kind: z.literal('quittance-plan/v1'),
  ticketId: z.string(),
  model: z.string(),
  base: Digest,
  method: z.string(),
  config: z.record(z.string(), JsonValue),
  seed: z.int(),
  run: z.int().positive(),
  rung: z.int().nonnegative(),
  policy: Digest,
  quantisation: Quantisation,
  /** What stands beside the base, where the base is a candidate that is not served yet. */
  side: z.strictObject({ suite: Digest, moments: Digest.optional(), training: Digest.optional() }).optional(),
  /** What its evaluation asks; plans from before this was fixed in them do not say it. */
  asked: Asked.optional(),
  /** Attempts of other tickets, carried out after this one by the same job, one on another where it passed. */
  gathers: z.array(Gathered).min(1).optional(),
  /** The ticket whose run this attempt was part of, and that run's plan, which was logged before it. */
  // In a gathered attempt: the ticket whose run carried it out, and the plan of that run, which was logged before it.
  gatheredBy: z.strictObject({ ticketId: z.string(), plan: Digest }).optional(),
});
export type UnlearnPlan = z.infer<typeof UnlearnPlan>;

export const RunManifest = z.strictObject({
  kind: z.literal('quittance-run/v1'),
  ticketId: z.string(),
  plan: Digest,
  base: Digest,
  /** Digest of `manifest`: the artefact that would be served. */
  candidate: Digest,
  manifest: ModelManifest,
  method: z.string(),
  config: z.record(z.string(), JsonValue),
  seed: z.int(),
  backend: z.string(),
  records: z.int().nonnegative(),
  updates: z.int().nonnegative(),
  stop: z.enum(['stop-rule', 'update-limit', 'landed', 'trained-anew']),
  recorded: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Aggregates after each update, on forget data and stop controls. */
  trajectory: z.array(
    z.strictObject({
      update: z.int(),
      loss: z.number(),
      valueAuc: z.number(),
      answerAuc: z.number().optional(),
      greedyExact: z.number(),
      valueExact: z.number().optional(),
      meanValueLogProb: z.number(),
    }),
  ),
});
export type RunManifest = z.infer<typeof RunManifest>;

/**
 * What a job leaves under its name: the digest of its result in the artifact store (unlearn: RunManifest; evaluate:
 * EvaluationTables), and of what goes with it: `suite` and `moments` of the candidate (unlearn), the tables of the
 * base, `before` (evaluate); `metrics` stands in results of earlier versions.
 */
export const JobResult = z.strictObject({
  kind: z.literal('quittance-job-result/v1'),
  result: Digest,
  also: z.partialRecord(z.enum(['suite', 'moments', 'training', 'before', 'metrics']), Digest).default({}),
});
export type JobResult = z.infer<typeof JobResult>;

/** The name under which a ticket's job reports, given to it as its parameter `job`; a repeat is the same job. */
export const jobName = (kind: 'unlearn' | 'evaluate', ticketId: string, run: number): string =>
  `${ticketId}-${kind}-${run}`;

/** What a failed job leaves beside its results. The workflow itself sees one error name, whatever failed. */
export const JobFailure = z.strictObject({
  kind: z.literal('quittance-job-failure/v1'),
  code: z.enum(Object.keys(ERROR_CODES) as ErrorCode[]),
});
export type JobFailure = z.infer<typeof JobFailure>;
export const failureName = (job: string): string => `${job}.failure`;

/** What a run leaves for a ticket that it gathered, to be taken up when that ticket plans its next attempt. */
export const GatheredResult = z.strictObject({
  kind: z.literal('quittance-gathered-result/v1'),
  plan: Digest,
  base: Digest,
  candidate: Digest,
  /**
   * Whether it passed the gate within the run, so that the next candidate may be built on it. The ticket's own
   * judgement follows separately.
   */
  passed: z.boolean(),
  unlearn: JobResult,
  evaluate: JobResult,
});
export type GatheredResult = z.infer<typeof GatheredResult>;

export const gatheredName = (ticketId: string, run: number): string => `${ticketId}-gathered-${run}`;

/** The full suite on the model as it is served, without any forgotten person's data. */
export const RecertificationPlan = z.strictObject({
  kind: z.literal('quittance-recertification-plan/v1'),
  model: z.string(),
  digest: Digest,
  suite: Digest,
  policy: Digest,
  seed: z.int(),
  quantisation: Quantisation,
  asked: Asked.optional(),
});
export type RecertificationPlan = z.infer<typeof RecertificationPlan>;
