// Whether the files of a bundle tell one story: plan, run, tables, probe and dates must say of the ticket what the log
// says of it.
// Trap: one person may hold all the keys that signed them. That the files agree shows that nobody told two stories; it
// does not show that the story is true. What can be computed again is computed in results.ts.
import { plural } from '../plural.ts';
import { canonicalize } from '../canonical.ts';
import { EvaluationTables } from '../evaluation.ts';
import { CLOCKS_DIFFER_MS } from '../ledger/log-keys.ts';
import { ladderOf, seedOf } from '../ladder.ts';
import { manifestDigest, ModelManifest } from '../model.ts';
import { GatePolicy } from '../policy.ts';
import { daysAfter } from '../retention.ts';
import { RunManifest, UnlearnPlan } from '../run.ts';
import { countOf, entry } from '../summaries.ts';
import { requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { completed } from './history.ts';

/** What was planned is what was logged before the run, for this ticket. */
export const planLogged: Rule = (bundle) => {
  const plan = bundle.json('plan.json', UnlearnPlan);
  const { sealed, ...ticket } = completed(bundle);
  const { run } = sealed;
  requireThat(
    plan.ticketId === ticket.id && plan.model === ticket.model && plan.quantisation === ticket.quantisation,
    'the plan is of another ticket, model or form of storage than was filed',
  );
  requireThat(
    plan.base === run.base && plan.method === run.method && plan.run === run.number && plan.rung === run.rung,
    'the plan names another base, method, run or rung than the log',
  );
  requireRung(bundle, plan);
  return `run ${plan.run}, rung ${plan.rung + 1} of the ladder, as logged before it`;
};

/** Method, settings and seed are those that policy and ticket give the rung: nobody chose them after looking. */
const requireRung = (bundle: BundleReader, plan: UnlearnPlan): void => {
  const { id, method } = completed(bundle);
  const rung = ladderOf({ method }, bundle.json('policy.json', GatePolicy))[plan.rung];
  requireThat(
    rung?.method === plan.method && canonicalize(rung.config) === canonicalize(plan.config),
    `the plan is not what the ladder has as rung ${plan.rung + 1}`,
  );
  requireThat(plan.seed === seedOf(id, plan.run), 'the seed is not the one that follows from ticket and run');
};

/** The run unlearned as many records as were filed, and made another model of the one that it was given. */
export const runIsOfTicket: Rule = (bundle) => {
  const run = bundle.json('run.json', RunManifest);
  requireRecordsOfTicket(bundle, run);
  requireThat(run.updates > 0, 'the run made no update');
  const last = run.trajectory.at(-1)?.update ?? 0;
  requireThat(last <= run.updates, `the run followed ${last} updates and made ${run.updates}`);
  requireCandidate(bundle, run);
  return `${plural(run.records, 'record')}, ${plural(run.updates, 'update')}`;
};

/** As many records were unlearned as were filed and admitted, and there were some. */
const requireRecordsOfTicket = (bundle: BundleReader, run: RunManifest): void => {
  const { id, counts } = completed(bundle);
  const admitted = bundle.event('forget-set-admitted').body['records'];
  requireThat(admitted === counts.records, `${String(admitted)} records were admitted, filed were ${counts.records}`);
  requireThat(run.ticketId === id, 'the run is of another ticket');
  requireThat(
    run.records === counts.records && run.records > 0,
    `the run was of ${run.records} records, filed were ${counts.records}`,
  );
};

/** The candidate is the model that run, log and plan describe, and not the base given back. */
const requireCandidate = (bundle: BundleReader, run: RunManifest): void => {
  const { sealed } = completed(bundle);
  requireThat(run.base !== run.candidate, 'the run returned the model that it was given');
  requireThat(
    manifestDigest(run.manifest) === run.candidate && sealed.run.candidate === run.candidate,
    'the run describes another candidate than it names',
  );
  const { quantisation } = bundle.json('plan.json', UnlearnPlan);
  requireThat(
    bundle.json('model.json', ModelManifest).quantisation === quantisation,
    'the candidate is stored otherwise than was planned',
  );
};

/** The evaluation is of the ticket's records, sampled as it says. */
export const tablesCount: Rule = (bundle) => {
  const tables = bundle.json('tables.json', EvaluationTables);
  const asked = askedOfAll(bundle, tables);
  requireAsPlanned(bundle, tables);
  return `${plural(asked, 'forgotten record')}, ${plural(tables.sampling.samplesPerPrompt, 'sample')} a prompt`;
};

/** Records that were asked about; with those that only say again what another says they are all that were filed. */
const askedOfAll = (bundle: BundleReader, tables: EvaluationTables): number => {
  const { counts } = completed(bundle);
  const asked = countOf(tables, 'forget.greedyExact')?.n ?? 0;
  const again = entry(tables.repeated ?? {}, 'forget') ?? 0;
  requireThat(
    asked + again === counts.records,
    `asked about were ${plural(asked, 'forgotten record')}, filed were ${counts.records}`,
  );
  return asked;
};

const requireAsPlanned = (bundle: BundleReader, tables: EvaluationTables): void => {
  const { side, seed } = bundle.json('plan.json', UnlearnPlan);
  requireThat(tables.sampling.samplesPerPrompt > 0, 'nothing was sampled');
  // Evaluations were not held to the planned seed when certificates of the first form were written.
  requireThat(
    tables.sampling.seed === seed || bundle.certificate.version === 1,
    'the evaluation was sampled with another seed than was planned',
  );
  requireThat(side === undefined || side.suite === tables.suite.digest, 'the plan names another suite');
};

/** What is served was asked about every record, and knew no more than what was judged. */
export const servedWasProbed: Rule = (bundle) => {
  const { counts, sealed } = completed(bundle);
  const { prompts, exact } = sealed.served;
  const allowed = countOf(bundle.json('tables.json', EvaluationTables), 'forget.greedyExact')?.k ?? 0;
  requireThat(prompts === counts.records, `what is served was asked ${prompts} of ${counts.records} questions`);
  requireThat(exact <= allowed, `what is served recites ${plural(exact, 'record')}, what was judged ${allowed}`);
  return `${plural(prompts, 'question')}, ${exact} answered as before`;
};

/**
 * A certificate holds for as many days as the policy says, counted from when it was written: at the approval, or at the
 * probe of what is served in the older forms.
 */
export const validityFollows: Rule = (bundle) => {
  const { certificateDays } = bundle.json('policy.json', GatePolicy);
  const { served, certificate } = completed(bundle).sealed;
  const { version, approval } = bundle.certificate;
  const from = version === 3 ? approval.at : served.at;
  const follows = daysAfter(new Date(from), certificateDays);
  requireThat(
    follows === certificate.validUntil && bundle.certificate.validUntil === follows,
    `the policy grants ${plural(certificateDays, 'day')}, until ${follows}`,
  );
  return `${plural(certificateDays, 'day')} from ${from}`;
};

/**
 * The events between which the log was that a certificate names: those of the older forms were written when they were
 * issued, those of form 3 when the approver decided.
 */
const LOG_BEFORE_FORM_3 = ['served-verified', 'certified'] as const;

/** What the certificate repeats of the log and the files is as it is there. */
export const certificateAgrees: Rule = (bundle) => {
  const { certificate } = bundle;
  requireTimeOfApproval(bundle);
  requireThat(
    canonicalize(certificate.method.recorded) === canonicalize(bundle.json('run.json', RunManifest).recorded),
    'the certificate repeats something else than the run recorded',
  );
  const tables = bundle.json('tables.json', EvaluationTables);
  requireThat(certificate.evaluation.reference === tables.reference, 'the certificate names another reference');
  requireThat(
    certificate.version !== 3 || certificate.residualCopies.some(({ digest }) => digest === certificate.base),
    'the certificate does not list the model that was replaced among the copies that remain',
  );
  requireLogOfThen(bundle);
  return `as in log and files; the log had ${plural(certificate.log.size, 'entry', 'entries')}`;
};

/** Form 3 is written before the approval is logged, by the clock of another process. */
const requireTimeOfApproval = (bundle: BundleReader): void => {
  const { approval, version } = bundle.certificate;
  const apart = Math.abs(Date.parse(approval.at) - Date.parse(completed(bundle).sealed.approval.at));
  requireThat(
    apart <= (version === 3 ? CLOCKS_DIFFER_MS : 0),
    'the certificate names another time of the approval than the log',
  );
};

/** The log that the certificate names is the log as it was when it was written. */
const requireLogOfThen = (bundle: BundleReader): void => {
  const { log, version } = bundle.certificate;
  const [after, upTo] = version === 3 ? (['run-planned', 'approved'] as const) : LOG_BEFORE_FORM_3;
  requireThat(
    bundle.event(after).index < log.size && log.size <= bundle.event(upTo).index,
    `the certificate names the log from before '${after}', or from after '${upTo}'`,
  );
};
