// What came after the certificate: re-certifications, each a statement with the plan and the tables behind it, which
// are judged again here.
// Traps: only a suite that passed renews a certificate, or mends one that failed or drifted, and only in a statement
// that the service's and the log's key both signed; so a later event cannot hide a failure. An event that nobody signed
// (from logs before there were statements, or a forged leaf), or that the service alone signed, may bring bad news, no
// good.
import { plural } from '../plural.ts';
import { notAsAsked, sameControls } from '../asked.ts';
import type { Digest } from '../canonical.ts';
import { RENEWAL_TYPE, RenewalPredicate } from '../statements.ts';
import { EvaluationTables } from '../evaluation.ts';
import { judge } from '../gate.ts';
import { CLOCKS_DIFFER_MS } from '../ledger/log.ts';
import { GatePolicy } from '../policy.ts';
import { RecertificationEvidence, recertificationPolicy } from '../recertification.ts';
import { daysAfter } from '../retention.ts';
import { RecertificationPlan, UnlearnPlan } from '../run.ts';
import { fail, isAbout, requireThat, type BundleReader, type LoggedEvent, type Rule } from './bundle-reader.ts';
import { requireSameJudgement } from './results.ts';

export const renewals: Rule = (bundle) => {
  const found = recertifications(bundle);
  const signed = found.filter(({ body }) => body['statement'] !== undefined);
  for (const event of signed) signedRenewal(bundle, event);
  if (found.length === 0) return 'no re-certification yet';
  const renewing = signed.filter((event) => signedRenewal(bundle, event).renews).length;
  return `${plural(found.length, 're-certification')}, ${signed.length} of them signed, ${renewing} by both keys, with their results judged again`;
};

/** In the order of the log. */
const recertifications = (bundle: BundleReader): LoggedEvent[] => {
  const certified = bundle.event('certified').index;
  return bundle.events.filter(({ type, index }) => type === 'recertified' && index > certified);
};

/** A statement, and whether it is by the two keys that a renewal takes. */
interface Renewal extends RenewalPredicate {
  readonly renews: boolean;
}

/** The state in which the re-certifications leave the certificate, and until when they renew it. */
export const standing = (bundle: BundleReader): { state: string; validUntil?: string } =>
  recertifications(bundle).reduce<{ state: string; validUntil?: string }>(
    (before, event) => {
      const state = String(event.body['state']);
      if (state !== 'current') return { ...before, state };
      if (event.body['statement'] === undefined) return before;
      const { validUntil, renews } = signedRenewal(bundle, event);
      return validUntil === undefined || !renews ? before : { state, validUntil };
    },
    { state: 'current' },
  );

/** By event: three rules ask for each, and its tables are judged again. */
const read = new WeakMap<LoggedEvent, Renewal>();

const signedRenewal = (bundle: BundleReader, event: LoggedEvent): Renewal => {
  const said = read.get(event) ?? readRenewal(bundle, event);
  read.set(event, said);
  return said;
};

const readRenewal = (bundle: BundleReader, event: LoggedEvent): Renewal => {
  const what = `re-certification ${event.sequence}`;
  const name = bundle.nameOf(event.body['statement']) ?? fail(`${what}: its statement is not in the bundle`);
  const { statement, signers } = bundle.opened(name);
  requireThat(statement.predicateType === RENEWAL_TYPE, `${what} is a statement of another type`);
  const said = RenewalPredicate.safeParse(statement.predicate).data ?? fail(`${what} does not have its form`);
  requireThat(
    said.ticketId === event.ticketId && said.certificate === bundle.digest('certificate.dsse.json'),
    `${what} is about another certificate`,
  );
  requireThat(
    said.state === event.body['state'] && said.evidence === event.body['evidence'],
    `${what}: the log says something else than was signed`,
  );
  requireBetween(bundle, said.at, event, what);
  const signedBy = (role: 'service' | 'log') => signers.some((id) => bundle.keys(role).has(id));
  requireThat(signedBy('service'), `${what} is not signed by the service`);
  const served = `sha256:${statement.subject[0]!.digest.sha256}`;
  requireThat(isAbout(statement, bundle.model, served), `${what} is about another model`);
  requireSuite(bundle, said, served, what);
  return { ...said, renews: signedBy('log') };
};

const requireBetween = (bundle: BundleReader, at: string, event: LoggedEvent, what: string): void => {
  const [from, to] = [Date.parse(bundle.event('certified').at), Date.parse(event.at)];
  const time = Date.parse(at);
  requireThat(
    time >= from - CLOCKS_DIFFER_MS && time <= to + CLOCKS_DIFFER_MS,
    `${what} is dated before the certificate or after its entry in the log`,
  );
};

/** The suite that ran is what was planned, and its verdict, made again, is the state that was signed. */
const requireSuite = (bundle: BundleReader, said: RenewalPredicate, served: string, what: string): void => {
  if (said.evidence === undefined)
    return requireThat(said.validUntil === undefined, `${what} renews without a suite that ran`);
  const file = (digest: Digest) => bundle.nameOf(digest) ?? fail(`${what}: a file that it names is not in the bundle`);
  const evidence = bundle.json(file(said.evidence), RecertificationEvidence);
  const plan = bundle.json(file(evidence.plan), RecertificationPlan);
  const tables = bundle.json(file(evidence.tables), EvaluationTables);
  const policy = bundle.json(file(plan.policy), GatePolicy);
  requireThat(
    plan.digest === served && tables.model === served && tables.suite.digest === plan.suite,
    `${what} evaluated another model, or by another suite, than it says`,
  );
  requireThat(
    plan.model === bundle.model && tables.sampling.seed === plan.seed,
    `${what} was planned for another model, or sampled with another seed than planned`,
  );
  requireThat(tables.quantisation === plan.quantisation, `${what} evaluated another form of storage than planned`);
  requireSameQuestions(bundle, plan, tables, what);
  const rules = recertificationPolicy(policy) ?? fail(`${what}: its policy has no check that outlives the purge`);
  const again = judge(tables, rules);
  requireSameJudgement(evidence.judgement, again);
  const passed = again.verdict === 'pass';
  requireThat(passed || said.state !== 'current', `${what} says current, and its suite ${again.verdict}`);
  const renewed = passed && said.state === 'current' ? daysAfter(new Date(said.at), policy.certificateDays) : undefined;
  requireThat(said.validUntil === renewed, `${what} renews until another day than the policy grants`);
};

/**
 * A renewal asks what its own plan says, of the same never-trained people as the certificate: others could be chosen
 * until the model passes beside them. Plans from before that was fixed do not say it.
 */
const requireSameQuestions = (
  bundle: BundleReader,
  { asked }: RecertificationPlan,
  tables: EvaluationTables,
  what: string,
): void => {
  if (!asked) return;
  const fault = notAsAsked(asked, tables);
  requireThat(fault === undefined, `${what}: ${fault ?? ''}`);
  const { asked: certified = asked } = bundle.json('plan.json', UnlearnPlan);
  requireThat(
    sameControls(asked, certified),
    `${what} was measured beside other never-trained people than the certificate`,
  );
};

export const notExpired: Rule = (bundle) => {
  const { validUntil } = bundle.certificate;
  requireThat(bundle.event('certified').body['validUntil'] === validUntil, 'the log names another date');
  const until = standing(bundle).validUntil ?? validUntil;
  const now = bundle.options.now.getTime();
  requireThat(Date.parse(until) > now, `certificate-expired: re-certification was due on ${until}`);
  return `valid until ${until}${until === validUntil ? '' : ', by a signed re-certification'}`;
};

const revokes = ({ type }: LoggedEvent): boolean => type === 'rolled-back' || type === 'revoked';

export const notRevoked: Rule = (bundle) => {
  const certified = bundle.event('certified').index;
  const bad = bundle.events.find((event) => event.index > certified && revokes(event));
  requireThat(bad === undefined, `the log holds a later '${bad?.type ?? ''}' event`);
  const { state } = standing(bundle);
  requireThat(state === 'current', `a re-certification found the model ${state}, and no suite has passed since`);
  return `none in the history up to entry ${bundle.checkpoint.size}; what came later needs a newer bundle`;
};
