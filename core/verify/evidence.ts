// The files that the approver decided on (policy, plan, run, tables, judgement, model) are those that the log and the
// certificate name, and the policy was logged before the run.
// Trap: a digest that a file names is that file's claim. It is compared with the bytes that it is about, never with the
// same claim in another file.
import { plural } from '../plural.ts';
import { canonicalize, digestJson, type Digest } from '../canonical.ts';
import { EvaluationTables } from '../evaluation.ts';
import { EvidenceManifest } from '../evidence.ts';
import { GatePolicy } from '../policy.ts';
import { RunManifest, UnlearnPlan } from '../run.ts';
import { requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

/** The thresholds were fixed, and in the log, before anything was unlearned. */
export const policyBeforeRun: Rule = (bundle) => {
  const policy = bundle.digest('policy.json');
  requireThat(bundle.event('received').body['policy'] === policy, 'the ticket was filed under another policy');
  const planned = bundle.event('run-planned');
  requireThat(planned.body['policy'] === policy, 'the run was planned under another policy');
  requireThat(planned.index < bundle.event('unlearned').index, 'the thresholds were logged after the run');
  return `policy version ${bundle.json('policy.json', GatePolicy).version}, logged before the run`;
};

/** Fields of the evidence manifest, and the files whose digests they hold. */
const EVIDENCE_FILES = {
  policy: 'policy.json',
  plan: 'plan.json',
  run: 'run.json',
  tables: 'tables.json',
  judgement: 'judgement.json',
  candidate: 'model.json',
} as const;

/** Each file is the one whose digest the approver decided on. */
export const evidenceDigests: Rule = (bundle) => {
  const evidence = bundle.json('evidence.json', EvidenceManifest);
  const fields = Object.keys(EVIDENCE_FILES) as (keyof typeof EVIDENCE_FILES)[];
  for (const field of fields)
    requireThat(
      evidence[field] === bundle.digest(EVIDENCE_FILES[field]),
      `${EVIDENCE_FILES[field]} is not the one of the evidence`,
    );
  const before = evidence.tablesBefore;
  requireThat(
    before === undefined || before === bundle.digest('tables-before.json'),
    'tables-before.json is not the one of the evidence',
  );
  requireThat(evidence.ticketId === bundle.index.ticketId, 'the evidence belongs to another ticket');
  requireDecidedOn(bundle, bundle.digest('evidence.json'));
  return 'the approver decided on exactly these files';
};

/** Log, approval and certificate all name this evidence. */
const requireDecidedOn = (bundle: BundleReader, evidence: Digest): void => {
  requireThat(bundle.event('evaluated').body['evidence'] === evidence, 'the log names other evidence');
  requireThat(
    bundle.event('approved').body['evidence'] === evidence && bundle.certificate.approval.evidence === evidence,
    'the approval is of other evidence',
  );
};

/** What the model of before was measured at; undefined where the evidence names no such tables. */
export const tablesBefore = (bundle: BundleReader): EvaluationTables | undefined =>
  bundle.json('evidence.json', EvidenceManifest).tablesBefore === undefined
    ? undefined
    : bundle.json('tables-before.json', EvaluationTables);

/** The run carried out the logged plan, and is the run that log and certificate name. */
export const runMatchesPlan: Rule = (bundle) => {
  const [plan, run] = [bundle.json('plan.json', UnlearnPlan), bundle.json('run.json', RunManifest)];
  requireThat(
    run.plan === bundle.digest('plan.json') &&
      run.base === plan.base &&
      run.method === plan.method &&
      run.seed === plan.seed,
    'the run is of another plan',
  );
  requireThat(canonicalize(run.config) === canonicalize(plan.config), 'the run used other settings than planned');
  requireThat(plan.policy === bundle.digest('policy.json'), 'the plan names another policy');
  requireThat(bundle.event('unlearned').body['manifest'] === bundle.digest('run.json'), 'the log names another run');
  requireCertifiedRun(bundle, run);
  return `${run.method}, ${plural(run.updates, 'update')}, seed ${run.seed}, ${run.backend}`;
};

const requireCertifiedRun = ({ certificate }: BundleReader, run: RunManifest) => {
  const { method, base } = certificate;
  requireThat(
    method.name === run.method &&
      method.configDigest === digestJson(run.config) &&
      method.seed === run.seed &&
      method.updates === run.updates &&
      method.backend === run.backend &&
      base === run.base,
    'the certificate describes another run',
  );
};
