// What an approver decides on, as one manifest of digests: policy, plan, run, tables, judgement. The decision is bound
// to the manifest's digest, so that a change of any of them makes it stale. Zone C.
import { z } from 'zod';
import { Digest } from './canonical.ts';

export const EvidenceManifest = z.strictObject({
  kind: z.literal('quittance-evidence/v1'),
  ticketId: z.string(),
  model: z.string(),
  base: Digest,
  candidate: Digest,
  policy: Digest,
  plan: Digest,
  /** RunManifest. */
  run: Digest,
  /** EvaluationTables. */
  tables: Digest,
  /** EvaluationTables of the base, by the same suite. */
  tablesBefore: Digest.optional(),
  /** Only in evidence made before every quantity stood in the tables. */
  metrics: Digest.optional(),
  judgement: Digest,
});
export type EvidenceManifest = z.infer<typeof EvidenceManifest>;
