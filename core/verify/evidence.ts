// What was decided on: policy, evidence, run and results, each compared with the log and computed again from the
// tables.
// Trap: a digest that a file names is that file's claim. It is compared with the bytes that it is about, never with the
// same claim in another file.
import { plural } from '../plural.ts';
import { canonicalize, digestJson } from '../canonical.ts';
import { MADE, certificateTypeOf, limitsFor, WITHHOLDING_TYPE } from '../certificate.ts';
import { NEVER_SAID } from '../scope.ts';
import { EvaluationTables } from '../evaluation.ts';
import { EvidenceManifest } from '../evidence.ts';
import { judge, StoredJudgement, type Gate, type Judgement } from '../gate.ts';
import { GatePolicy } from '../policy.ts';
import { bundledManifest, filesOf, linkBelow, type Chain } from '../model-chain.ts';
import { MODEL_SIGNING_FILE, modelSigningStatement } from '../model-signing.ts';
import { beneath, manifestDigest, ModelManifest } from '../model.ts';
import { CorpusDigest, Recipe, RECIPE_FILE, recipeDigest } from '../recipe.ts';
import { RunManifest, UnlearnPlan } from '../run.ts';
import { fail, isAbout, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

export const policyBeforeRun: Rule = (bundle) => {
  const policy = bundle.digest('policy.json');
  requireThat(bundle.event('received').body['policy'] === policy, 'the ticket was filed under another policy');
  const planned = bundle.event('run-planned');
  requireThat(planned.body['policy'] === policy, 'the run was planned under another policy');
  requireThat(planned.index < bundle.event('unlearned').index, 'the thresholds were logged after the run');
  return `policy version ${bundle.json('policy.json', GatePolicy).version}, logged before the run`;
};

const EVIDENCE_FILES = {
  policy: 'policy.json',
  plan: 'plan.json',
  run: 'run.json',
  tables: 'tables.json',
  judgement: 'judgement.json',
  candidate: 'model.json',
} as const;

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
  const digest = bundle.digest('evidence.json');
  requireThat(bundle.event('evaluated').body['evidence'] === digest, 'the log names other evidence');
  requireThat(
    bundle.event('approved').body['evidence'] === digest && bundle.certificate.approval.evidence === digest,
    'the approval is of other evidence',
  );
  return 'the approver decided on exactly these files';
};

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

const judged = new WeakMap<BundleReader, Judgement>();

/** Once: two rules ask for it, and exact tests cost. */
const judgedAgain = (bundle: BundleReader): Judgement => {
  const again =
    judged.get(bundle) ?? judge(bundle.json('tables.json', EvaluationTables), bundle.json('policy.json', GatePolicy));
  judged.set(bundle, again);
  return again;
};

export const statisticsRecomputed: Rule = (bundle) => {
  const judgement = bundle.json('judgement.json', StoredJudgement);
  const again = judgedAgain(bundle);
  requireSameJudgement(judgement, again);
  requireThat(
    canonicalize(bundle.certificate.results) === canonicalize(judgement.gates),
    'the certificate shows other results',
  );
  requireCertifiedEvaluation(bundle);
  return `${plural(again.gates.length, 'gate')} recomputed from the tables`;
};

/** A judgement is what tables and policy give. */
export const requireSameJudgement = (given: StoredJudgement, again: Judgement): void => {
  again.gates.forEach((gate, i) => requireSame(given.gates[i] ?? fail(`the judgement lacks '${gate.name}'`), gate));
  requireThat(
    again.gates.length === given.gates.length &&
      again.verdict === given.verdict &&
      again.policyVersion === given.policyVersion &&
      agrees('sampling' in given ? given.sampling : undefined, again.sampling),
    'the judgement does not follow from tables and policy',
  );
};

const requireSame = (given: StoredJudgement['gates'][number], again: Gate) => {
  requireThat(
    given.name === again.name && close(given.value, again.value) && given.n === again.n,
    `'${again.name}' was ${given.value}, recomputed ${again.value}`,
  );
  requireThat(
    given.verdict === again.verdict,
    `'${again.name}' was judged ${given.verdict}, recomputed ${again.verdict}`,
  );
  // a judgement of the first form has its threshold as a sentence
  const whole = 'of' in given ? agrees(given, again) : given.direction === again.direction;
  requireThat(whole, `'${again.name}' shows another threshold, interval or direction than is recomputed`);
};

/** The same structure with the same words, and numbers that are close. */
const agrees = (given: unknown, again: unknown): boolean => {
  if (typeof given === 'number' && typeof again === 'number') return close(given, again);
  if (typeof given !== 'object' || typeof again !== 'object' || given === null || again === null)
    return given === again;
  const [a, b] = [Object.entries(given), new Map(Object.entries(again))];
  return a.length === b.size && a.every(([key, value]) => b.has(key) && agrees(value, b.get(key)));
};

/** Two platforms may differ in the last bits of a float. */
const close = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

const requireCertifiedEvaluation = (bundle: BundleReader) => {
  const { evaluation, relearning } = bundle.certificate;
  const { suite, curves } = bundle.json('tables.json', EvaluationTables);
  requireThat(
    evaluation.policy === bundle.digest('policy.json') &&
      evaluation.tables === bundle.digest('tables.json') &&
      evaluation.judgement === bundle.digest('judgement.json') &&
      evaluation.suite === suite.digest,
    'the certificate describes another evaluation',
  );
  requireComparable(bundle);
  requireThat(
    canonicalize(relearning) === canonicalize(curves['forget.relearn']?.points ?? []),
    'the certificate shows another re-learning curve',
  );
};

/** The tables from before are of the run's base, by the same suite, sampled as often and as freely. */
const requireComparable = (bundle: BundleReader) => {
  if (bundle.json('evidence.json', EvidenceManifest).tablesBefore === undefined) return;
  const before = bundle.json('tables-before.json', EvaluationTables);
  const after = bundle.json('tables.json', EvaluationTables);
  requireThat(
    before.model === bundle.json('run.json', RunManifest).base && before.suite.digest === after.suite.digest,
    'the tables from before are of another model or suite',
  );
  // not the seed: they are made with the first attempt's, and kept for the later ones
  const how = ({ sampling }: EvaluationTables) => canonicalize({ ...sampling, seed: 0 });
  requireThat(how(before) === how(after), 'the tables from before were sampled otherwise');
};

export const verdictPasses: Rule = (bundle) => {
  const { verdict, gates } = judgedAgain(bundle);
  requireThat(verdict === 'pass', `the gate's verdict is ${verdict}`);
  const made = gates.filter(({ needs }) => needs === undefined).length;
  return made === gates.length
    ? 'every gate passes'
    : `${made} gates pass; ${gates.length - made} were not judged, for want of records`;
};

export const subjectIsServed: Rule = (bundle) => {
  const manifest = bundle.json('model.json', ModelManifest);
  const digest = manifestDigest(manifest);
  const { statement } = bundle.opened('certificate.dsse.json');
  requireThat(isAbout(statement, bundle.model, digest), 'the subject is not the manifest in the bundle, by its name');
  const tables = bundle.json('tables.json', EvaluationTables);
  const claims = {
    served: bundle.certificate.served,
    judged: tables.model,
    produced: bundle.json('run.json', RunManifest).candidate,
    deployed: bundle.event('deployed').body['digest'],
    probed: bundle.event('served-verified').body['digest'],
  };
  for (const [what, claim] of Object.entries(claims))
    requireThat(claim === digest, `what was ${what} is not the subject`);
  requireThat(
    tables.quantisation === manifest.quantisation,
    'what was judged was stored otherwise than what is served',
  );
  const [, ...upon] = certifiedChain(bundle);
  return [digest, ...upon.map((link) => `upon ${link.digest}`)].join(', ');
};

/** The certified model and what it is made upon, each manifest by the digest that the one above names. */
const certifiedChain = (bundle: BundleReader): Chain => {
  const manifest = bundle.json('model.json', ModelManifest);
  const chain: Chain = [{ digest: manifestDigest(manifest), manifest, at: '' }];
  for (let last = chain[0], under = beneath(last.manifest); under; under = beneath(last.manifest)) {
    const name = bundledManifest(under.digest);
    requireThat(bundle.digest(name) === under.digest, `${name} is not what the model is made upon`);
    chain.push((last = linkBelow(last, bundle.json(name, ModelManifest))));
  }
  return chain;
};

/** The list for OpenSSF's tools is of the certified files; bundles from before it existed have none. */
export const modelSigning: Rule = (bundle) => {
  if (!bundle.files.has(MODEL_SIGNING_FILE)) return notChecked(`the bundle has no ${MODEL_SIGNING_FILE}`);
  const { statement, signers } = bundle.opened(MODEL_SIGNING_FILE);
  const again = modelSigningStatement(statement.subject[0]?.name ?? '', filesOf(certifiedChain(bundle)));
  requireThat(
    canonicalize(statement) === canonicalize(again),
    `${MODEL_SIGNING_FILE} lists other files than were certified`,
  );
  requireThat(
    signers.some((id) => bundle.keys('service').has(id)),
    `the service did not sign ${MODEL_SIGNING_FILE}`,
  );
  return 'the list for other tools is of the certified files';
};

export const modelAtHand: Rule = (bundle) => {
  const { model } = bundle.options;
  if (!model) return notChecked('no model folder was given (--model DIR)');
  const certified = filesOf(certifiedChain(bundle));
  for (const [name, { digest }] of Object.entries(certified))
    requireThat(model[name]?.digest === digest, `${name} of the model folder is not the certified file`);
  requireThat(
    Object.keys(model).length === Object.keys(certified).length,
    'the model folder has files that were not certified',
  );
  return 'the model folder is the certified one';
};

export const wordsNeverSaid: Rule = (bundle) => {
  const { statement } = bundle.opened('certificate.dsse.json');
  const said = NEVER_SAID.find((words) => JSON.stringify(statement).toLowerCase().includes(words));
  requireThat(said === undefined, `the certificate says '${said ?? ''}', which cannot be defended`);
  const { statementsMade, statementsNotMade, scope } = bundle.certificate;
  requireThat(
    scope.notLookedAt.length > 0 &&
      Object.keys(limitsFor(bundle.certificate.approval)).every((limit) => statementsNotMade.includes(limit)),
    'the certificate does not state its limits',
  );
  const claim = statementsMade.find((one) => !Object.hasOwn(MADE, one));
  requireThat(claim === undefined, `the certificate claims '${claim ?? ''}', which is never claimed`);
  requireTrainedAnew(bundle, statementsMade.includes('trained-anew'));
  requireWithheld(bundle, statementsMade.includes('withheld-at-serving'), statement.predicateType);
  return 'claims and limits are stated';
};

/** A composed decoder erases nothing: its certificate is of its own kind, and says so; no other one does. */
const requireWithheld = (bundle: BundleReader, claimed: boolean, type: string): void => {
  const wanted = certificateTypeOf(bundle.json('run.json', RunManifest).manifest);
  requireThat(type === wanted, `what was made can have a certificate of the kind ${wanted}, and has one of ${type}`);
  requireThat(
    claimed === (wanted === WITHHOLDING_TYPE),
    'the certificate and the run disagree on whether the data is still in the weights',
  );
};

/** Training anew is claimed where the run did so, by the recipe that is here and on the corpus that the run names. */
const requireTrainedAnew = (bundle: BundleReader, claimed: boolean): void => {
  const { stop, recorded } = bundle.json('run.json', RunManifest);
  requireThat(claimed === (stop === 'trained-anew'), 'the certificate and the run disagree on whether it trained anew');
  if (!claimed) return;
  requireThat(bundle.files.has(RECIPE_FILE), 'the recipe of the training is not here');
  requireThat(recorded['recipe'] === recipeDigest(bundle.json(RECIPE_FILE, Recipe)), 'the run names another recipe');
  requireThat(CorpusDigest.safeParse(recorded['corpus']).success, 'the run names no corpus that it trained on');
  requireThat(Number(recorded['rowsLeftOut']) > 0, 'the run left no row out');
};
