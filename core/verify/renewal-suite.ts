// The suite behind a re-certification: its plan, its tables and its policy are files of the bundle, and the gate is run
// over them again here.
// Trap: whoever makes a re-certification chooses what it asks. A passing suite counts only where it asked what its own
// plan says, of the model that was served, and beside the same never-trained people as the certificate.
import type { z } from 'zod';
import { notAsAsked, sameControls } from '../asked.ts';
import type { Digest } from '../canonical.ts';
import { EvaluationTables } from '../evaluation.ts';
import { judge } from '../gate.ts';
import { GatePolicy } from '../policy.ts';
import { RecertificationEvidence, recertificationPolicy } from '../recertification.ts';
import { daysAfter } from '../retention.ts';
import { RecertificationPlan, UnlearnPlan } from '../run.ts';
import type { RenewalPredicate } from '../statements.ts';
import { fail, requireThat, type BundleReader } from './bundle-reader.ts';
import { requireSameJudgement } from './results.ts';

/** The files that a statement's evidence names. */
interface Suite {
  readonly evidence: z.infer<typeof RecertificationEvidence>;
  readonly plan: RecertificationPlan;
  readonly tables: EvaluationTables;
  readonly policy: GatePolicy;
}

/**
 * That the suite ran as planned on the model that was served, and that the statement claims no more than its verdict,
 * made again, allows. A statement without a suite may say that a model drifted or lapsed, and renews nothing.
 */
export const requireSuite = (bundle: BundleReader, said: RenewalPredicate, served: string, what: string): void => {
  if (said.evidence === undefined)
    return requireThat(said.validUntil === undefined, `${what} renews without a suite that ran`);
  const suite = readSuite(bundle, said.evidence, what);
  requireAsPlanned(bundle, suite, served, what);
  requireSameQuestions(bundle, suite, what);
  requireEarned(said, suite.policy, verdictAgain(suite, what), what);
};

const readSuite = (bundle: BundleReader, named: Digest, what: string): Suite => {
  const file = (digest: Digest) => bundle.nameOf(digest) ?? fail(`${what}: a file that it names is not in the bundle`);
  const evidence = bundle.json(file(named), RecertificationEvidence);
  const plan = bundle.json(file(evidence.plan), RecertificationPlan);
  const tables = bundle.json(file(evidence.tables), EvaluationTables);
  return { evidence, plan, tables, policy: bundle.json(file(plan.policy), GatePolicy) };
};

const requireAsPlanned = (bundle: BundleReader, { plan, tables }: Suite, served: string, what: string): void => {
  requireThat(
    plan.digest === served && tables.model === served && tables.suite.digest === plan.suite,
    `${what} evaluated another model, or by another suite, than it says`,
  );
  requireThat(
    plan.model === bundle.model && tables.sampling.seed === plan.seed,
    `${what} was planned for another model, or sampled with another seed than planned`,
  );
  requireThat(tables.quantisation === plan.quantisation, `${what} evaluated another form of storage than planned`);
};

/** Plans from before the questions were fixed in them do not say what was asked. */
const requireSameQuestions = (bundle: BundleReader, { plan: { asked }, tables }: Suite, what: string): void => {
  if (!asked) return;
  const fault = notAsAsked(asked, tables);
  requireThat(fault === undefined, `${what}: ${fault ?? ''}`);
  const { asked: certified = asked } = bundle.json('plan.json', UnlearnPlan);
  requireThat(
    sameControls(asked, certified),
    `${what} was measured beside other never-trained people than the certificate`,
  );
};

/** The verdict on the tables, by those checks of the policy that need no forgotten data. */
const verdictAgain = ({ evidence, tables, policy }: Suite, what: string) => {
  const rules = recertificationPolicy(policy) ?? fail(`${what}: its policy has no check that outlives the purge`);
  const again = judge(tables, rules);
  requireSameJudgement(evidence.judgement, again);
  return again.verdict;
};

/** `current` takes a suite that passed, and renews for as long as the policy says from the day of the statement. */
const requireEarned = (
  { state, at, validUntil }: RenewalPredicate,
  { certificateDays }: GatePolicy,
  verdict: ReturnType<typeof verdictAgain>,
  what: string,
): void => {
  requireThat(verdict === 'pass' || state !== 'current', `${what} says current, and its suite ${verdict}`);
  const renewed = state === 'current' ? daysAfter(new Date(at), certificateDays) : undefined;
  requireThat(validUntil === renewed, `${what} renews until another day than the policy grants`);
};
