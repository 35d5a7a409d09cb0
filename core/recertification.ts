// Which checks of a gate policy can be made again after the purge, which destroyed the forgotten person's data: those
// that are about everybody else. Trap: a judgement without any check would pass. New policies must have such a check
// (parsePolicy); under an older one that has none, nothing is renewed and certificates lapse by their date.
import { z } from 'zod';
import { Digest } from './canonical.ts';
import { StoredJudgement } from './gate.ts';
import { outlivesPurge, type GatePolicy } from './policy.ts';

/** The policy without the checks on forget data; undefined where no check is left. */
export const recertificationPolicy = (policy: GatePolicy): GatePolicy | undefined => {
  const checks = policy.checks.filter(outlivesPurge);
  return checks.length === 0 ? undefined : { ...policy, checks };
};

/** What the suite of a re-certification leaves. `job`: which run it was; the first ones do not say. */
export const RecertificationEvidence = z.strictObject({
  kind: z.literal('quittance-recertification/v1'),
  plan: Digest,
  tables: Digest,
  judgement: StoredJudgement,
  job: z.string().optional(),
});
