// The offline verifier: from the bundle's bytes alone to a list of named checks. Everything in a bundle is controlled by whoever hands it over, so a malformed
// value fails its check and never stops the others. Trap: a check that could not be made is a failed check; nothing becomes valid because something is missing.
import { z } from 'zod';
import { BundleIndex, TrustRoot, type BundleFiles } from './bundle.ts';
import { canonicalize, digestOf, type Digest, type Json } from './canonical.ts';
import {
  AttestationPredicate,
  attestationType,
  CERTIFICATE_TYPE,
  CertificatePredicate,
  NEVER_SAID,
  STAGE_NAMES,
  STAGES,
  type Stage,
} from './certificate.ts';
import { Envelope, open, type Statement } from './dsse.ts';
import { EvaluationTables } from './evaluation.ts';
import { EvidenceManifest } from './evidence.ts';
import { GatePolicy, judge, Judgement } from './gate.ts';
import { parseTlogProof } from './ledger/log.ts';
import { leafHash, verifyInclusion } from './ledger/merkle.ts';
import { openNote, parseCheckpoint, type Checkpoint } from './ledger/note.ts';
import { manifestDigest, ModelManifest } from './model.ts';
import { RunManifest, UnlearnPlan } from './run.ts';

export interface Check {
  id: string;
  ok: boolean;
  detail: string;
}

export interface VerifyOptions {
  /** Keys that the verifier got by another way; without them the bundle's own are used, which shows that it agrees with itself. */
  trustRoot?: TrustRoot | undefined;
  /** Manifest of a model folder at hand, to be compared with what was certified. */
  model?: ModelManifest | undefined;
  now: Date;
}

class Failed extends Error {}
const fail = (detail: string): never => {
  throw new Failed(detail);
};
const requireThat = (condition: boolean, detail: string): void => {
  if (!condition) fail(detail);
};

/** Runs every check; `ok` when all hold. */
export const verifyBundle = (files: BundleFiles, options: VerifyOptions): { ok: boolean; checks: Check[] } => {
  const bundle = new Bundle(files, options);
  const checks = CHECKS.map(([id, check]) => run(id, () => check(bundle)));
  return { ok: checks.every(({ ok }) => ok), checks };
};

const run = (id: string, check: () => string): Check => {
  try {
    return { id, ok: true, detail: check() };
  } catch (error) {
    // anything else than a failed check is a malformed value that a parser rejected
    return {
      id,
      ok: false,
      detail: error instanceof Failed ? error.message : `malformed: ${error instanceof Error ? error.name : 'unknown'}`,
    };
  }
};

interface LoggedEvent {
  leaf: Uint8Array;
  index: number;
  type: string;
  body: Record<string, unknown>;
  at: string;
  sequence: number;
}

const EventBody = z.looseObject({
  ticketId: z.string(),
  sequence: z.int(),
  at: z.string(),
  event: z.looseObject({ type: z.string() }),
});

/** The bundle's files, parsed when first asked for. */
class Bundle {
  readonly files: BundleFiles;
  readonly options: VerifyOptions;
  constructor(files: BundleFiles, options: VerifyOptions) {
    this.files = files;
    this.options = options;
  }
  file(name: string): Uint8Array {
    return this.files.get(name) ?? fail(`${name} is missing`);
  }
  json<S extends z.ZodType>(name: string, schema: S): z.output<S> {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(this.file(name)).toString('utf8')));
    return parsed.success ? parsed.data : fail(`${name} does not have its form`);
  }
  digest(name: string): Digest {
    return digestOf(this.file(name));
  }
  get index() {
    return this.json('bundle.json', BundleIndex);
  }
  get trustRoot(): TrustRoot {
    return this.options.trustRoot ?? this.json('trust-root.json', TrustRoot);
  }
  keys(role: 'log' | 'service' | 'person') {
    const keys = this.trustRoot.keys.filter((key) => key.role === role);
    return new Map(keys.map(({ id, publicKey }) => [id as string, Buffer.from(publicKey, 'base64')]));
  }
  get allKeys() {
    return new Map([...this.keys('service'), ...this.keys('person')]);
  }
  opened(name: string): { statement: Statement; signers: string[] } {
    return (
      open(this.json(name, Envelope), this.allKeys) ?? fail(`${name}: a signature does not verify with the trust root`)
    );
  }
  get certificate(): CertificatePredicate {
    const { statement } = this.opened('certificate.dsse.json');
    requireThat(statement.predicateType === CERTIFICATE_TYPE, 'the statement is not a certificate');
    const parsed = CertificatePredicate.safeParse(statement.predicate);
    return parsed.success ? parsed.data : fail('the certificate does not have its form');
  }
  get checkpoint(): Checkpoint {
    const [publicKey] = this.keys('log').values();
    const text =
      publicKey &&
      openNote(Buffer.from(this.file('checkpoint')).toString('utf8'), { name: this.trustRoot.origin, publicKey });
    return parseCheckpoint(text ?? fail("the checkpoint does not carry the log's signature"));
  }
  get events(): LoggedEvent[] {
    const names = [...this.files.keys()].filter((name) => /^log\/\d+\.json$/.test(name)).sort();
    return names.map((name) => this.#event(name));
  }
  #event(name: string): LoggedEvent {
    const leaf = this.file(name);
    const { index } = parseTlogProof(Buffer.from(this.file(name.replace('.json', '.tlog-proof'))).toString('utf8'));
    const { event, at, sequence } = this.json(name, EventBody);
    return { leaf, index, type: event.type, body: event, at, sequence };
  }
  /** The latest event of a type. */
  event(type: string): LoggedEvent {
    return this.events.findLast((event) => event.type === type) ?? fail(`there is no '${type}' event`);
  }
}

type Rule = (bundle: Bundle) => string;

const bundleFiles: Rule = (bundle) => {
  const { files } = bundle.index;
  const listed = new Set([...Object.keys(files), 'bundle.json']);
  const strange = [...bundle.files.keys()].find((name) => !listed.has(name));
  requireThat(strange === undefined, `${strange ?? ''} is not listed in bundle.json`);
  for (const [name, digest] of Object.entries(files))
    requireThat(bundle.digest(name) === digest, `${name} does not have its listed digest`);
  requireThat(
    Buffer.from(bundle.file('bundle.json')).toString('utf8') === canonicalize(bundle.index),
    'bundle.json is not in canonical form',
  );
  return `${listed.size} files have their digests`;
};

const bundleTicket: Rule = (bundle) => {
  const { ticketId } = bundle.index;
  requireThat(bundle.certificate.ticketId === ticketId, 'the certificate belongs to another ticket');
  const first = bundle.events[0] ?? fail('the bundle has no event');
  requireThat(
    bundle.events.every(({ leaf }) => EventBody.parse(JSON.parse(Buffer.from(leaf).toString())).ticketId === ticketId),
    'an event belongs to another ticket',
  );
  return `${ticketId}, received ${first.at}`;
};

const trustRootKeys: Rule = (bundle) => {
  const { keys } = bundle.trustRoot;
  for (const key of keys)
    requireThat(digestOf(Buffer.from(key.publicKey, 'base64')) === key.id, `key ${key.name} does not have its id`);
  for (const role of ['log', 'service', 'person'] as const) requireThat(bundle.keys(role).size > 0, `no ${role} key`);
  requireThat(new Set(keys.map(({ id }) => id)).size === keys.length, 'two roles share a key');
  return bundle.options.trustRoot
    ? 'keys pinned by the verifier'
    : "the bundle's own keys: it agrees with itself; pin --trust-root to know whose keys they are";
};

const certificateSignatures: Rule = (bundle) => {
  const { signers } = bundle.opened('certificate.dsse.json');
  const [services, people] = [bundle.keys('service'), bundle.keys('person')];
  requireThat(
    signers.some((id) => services.has(id)),
    'the service did not sign',
  );
  requireThat(
    signers.some((id) => people.has(id)),
    'no approver signed',
  );
  const { keys } = bundle.certificate;
  requireThat(
    signers.includes(keys.service) && signers.includes(keys.approver),
    'the keys named in the certificate did not sign it',
  );
  return `signed by ${signers.length} keys: service and approver`;
};

const separationOfDuties: Rule = (bundle) => {
  const { approval, keys } = bundle.certificate;
  requireThat(approval.filer !== approval.approver, 'the filer approved the ticket');
  requireThat(keys.service !== keys.approver, 'service and approver share a key');
  const received = bundle.event('received');
  const approved = bundle.event('approved');
  requireThat(received.body['filer'] === approval.filer, 'the certificate names another filer than the log');
  requireThat(approved.body['approver'] === approval.approver, 'the certificate names another approver than the log');
  const key = bundle.trustRoot.keys.find(({ id }) => id === keys.approver);
  requireThat(
    key?.role === 'person' && key.name === approval.approver,
    "the approver's signature is not made with the approver's key",
  );
  return `filed by ${approval.filer}, approved by ${approval.approver}`;
};

const checkpointRule: Rule = (bundle) => {
  const { size, time, origin } = bundle.checkpoint;
  requireThat(origin === bundle.trustRoot.origin, 'the checkpoint is of another log');
  requireThat(
    Date.parse(time) <= bundle.options.now.getTime() + 5 * 60_000,
    `the checkpoint is dated ${time}, after the present`,
  );
  requireThat(
    bundle.certificate.log.size <= size && bundle.certificate.log.origin === origin,
    'the log is shorter than when the certificate was written',
  );
  return `${size} entries at ${time}`;
};

const logInclusion: Rule = (bundle) => {
  const { size, root } = bundle.checkpoint;
  const note = Buffer.from(bundle.file('checkpoint')).toString('utf8');
  for (const name of [...bundle.files.keys()].filter((file) => /^log\/\d+\.json$/.test(file))) {
    const proof = parseTlogProof(Buffer.from(bundle.file(name.replace('.json', '.tlog-proof'))).toString('utf8'));
    requireThat(proof.note === note, `${name}: its proof is for another checkpoint`);
    requireThat(
      verifyInclusion(leafHash(bundle.file(name)), proof.index, size, proof.hashes, root),
      `${name} is not in the log where its proof says`,
    );
  }
  return `${bundle.events.length} events are in the log`;
};

const eventOrder: Rule = (bundle) => {
  const events = bundle.events;
  events.forEach(({ sequence, index }, i) => {
    requireThat(sequence === i + 1, `event ${i + 1} of the ticket is missing`);
    requireThat(i === 0 || index > events[i - 1]!.index, `event ${sequence} stands before its predecessor in the log`);
  });
  const at = STAGE_NAMES.filter((stage) => stage !== 'purged').map((stage) => bundle.event(STAGES[stage]).index);
  requireThat(
    at.every((index, i) => i === 0 || index > at[i - 1]!),
    'the stages are out of order',
  );
  return `${events.length} events without a gap, stages in order`;
};

const stageAttestations: Rule = (bundle) => {
  for (const stage of STAGE_NAMES) attestation(bundle, stage);
  return `${STAGE_NAMES.length} stages attested`;
};

const attestation = (bundle: Bundle, stage: Stage) => {
  const { statement, signers } = bundle.opened(`attestations/${stage}.dsse.json`);
  requireThat(statement.predicateType === attestationType(stage), `attestation ${stage} is of another type`);
  const predicate =
    AttestationPredicate.safeParse(statement.predicate).data ?? fail(`attestation ${stage} does not have its form`);
  const event = bundle.event(STAGES[stage]);
  requireThat(
    predicate.stage === stage &&
      predicate.event === digestOf(event.leaf) &&
      predicate.logIndex === event.index &&
      predicate.at === event.at,
    `attestation ${stage} is about another event`,
  );
  requireThat(
    signers.some((id) => bundle.keys('service').has(id)),
    `attestation ${stage} lacks the service's signature`,
  );
  if (stage === 'approved')
    requireThat(
      signers.some((id) => bundle.keys('person').has(id)),
      "the approval lacks the approver's signature",
    );
};

const policyBeforeRun: Rule = (bundle) => {
  const policy = bundle.digest('policy.json');
  requireThat(bundle.event('received').body['policy'] === policy, 'the ticket was filed under another policy');
  const planned = bundle.event('run-planned');
  requireThat(planned.body['policy'] === policy, 'the run was planned under another policy');
  requireThat(planned.index < bundle.event('unlearned').index, 'the thresholds were logged after the run');
  return `policy version ${bundle.json('policy.json', GatePolicy).version}, logged before the run`;
};

const evidenceDigests: Rule = (bundle) => {
  const evidence = bundle.json('evidence.json', EvidenceManifest);
  const named = {
    policy: 'policy.json',
    plan: 'plan.json',
    run: 'run.json',
    tables: 'tables.json',
    judgement: 'judgement.json',
    candidate: 'model.json',
  } as const;
  for (const [field, file] of Object.entries(named))
    requireThat(
      evidence[field as keyof typeof named] === bundle.digest(file),
      `${file} is not the one of the evidence`,
    );
  const digest = bundle.digest('evidence.json');
  requireThat(bundle.event('evaluated').body['evidence'] === digest, 'the log names other evidence');
  requireThat(
    bundle.event('approved').body['evidence'] === digest && bundle.certificate.approval.evidence === digest,
    'the approval is of other evidence',
  );
  return 'the approver decided on exactly these files';
};

const runMatchesPlan: Rule = (bundle) => {
  const [plan, run] = [bundle.json('plan.json', UnlearnPlan), bundle.json('run.json', RunManifest)];
  requireThat(
    run.plan === bundle.digest('plan.json') &&
      run.base === plan.base &&
      run.method === plan.method &&
      run.seed === plan.seed,
    'the run is of another plan',
  );
  requireThat(canonicalize(run.config) === canonicalize(plan.config), 'the run used other settings than planned');
  const { method, base } = bundle.certificate;
  requireThat(
    method.name === run.method && method.seed === run.seed && base === run.base && method.updates === run.updates,
    'the certificate describes another run',
  );
  return `${run.method}, ${run.updates} updates, seed ${run.seed}, ${run.backend}`;
};

const statisticsRecomputed: Rule = (bundle) => {
  const tables = bundle.json('tables.json', EvaluationTables);
  const judgement = bundle.json('judgement.json', Judgement);
  const again = judge(tables, bundle.json('policy.json', GatePolicy));
  again.gates.forEach((gate, i) => {
    const given = judgement.gates[i] ?? fail(`the judgement lacks '${gate.name}'`);
    requireThat(
      given.name === gate.name && close(given.value, gate.value) && given.n === gate.n,
      `'${gate.name}' was ${given.value}, recomputed ${gate.value}`,
    );
    requireThat(
      given.verdict === gate.verdict,
      `'${gate.name}' was judged ${given.verdict}, recomputed ${gate.verdict}`,
    );
  });
  requireThat(
    again.gates.length === judgement.gates.length && again.verdict === judgement.verdict,
    'the judgement does not follow from tables and policy',
  );
  requireThat(
    canonicalize(bundle.certificate.results as unknown as Json) === canonicalize(judgement.gates as unknown as Json),
    'the certificate shows other results',
  );
  return `${again.gates.length} gates recomputed from the tables`;
};

/** Two platforms may differ in the last bits of a float. */
const close = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

const verdictPasses: Rule = (bundle) => {
  const { verdict } = judge(bundle.json('tables.json', EvaluationTables), bundle.json('policy.json', GatePolicy));
  requireThat(verdict === 'pass', `the gate's verdict is ${verdict}`);
  return 'every gate passes';
};

const subjectIsServed: Rule = (bundle) => {
  const manifest = bundle.json('model.json', ModelManifest);
  const digest = manifestDigest(manifest);
  const { statement } = bundle.opened('certificate.dsse.json');
  requireThat(
    statement.subject.length === 1 && `sha256:${statement.subject[0]!.digest.sha256}` === digest,
    'the subject is not the manifest in the bundle',
  );
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
  return digest;
};

const modelAtHand: Rule = (bundle) => {
  const { model } = bundle.options;
  if (!model) return 'no model folder was given';
  const certified = bundle.json('model.json', ModelManifest);
  for (const [name, { digest }] of Object.entries(certified.files))
    requireThat(model.files[name]?.digest === digest, `${name} of the model folder is not the certified file`);
  requireThat(
    Object.keys(model.files).length === Object.keys(certified.files).length,
    'the model folder has files that were not certified',
  );
  return 'the model folder is the certified one';
};

const certificateLogged: Rule = (bundle) => {
  requireThat(
    bundle.event('certified').body['certificate'] === bundle.digest('certificate.dsse.json'),
    'the log names another certificate',
  );
  return `at index ${bundle.event('certified').index}`;
};

const notExpired: Rule = (bundle) => {
  const { validUntil } = bundle.certificate;
  requireThat(bundle.event('certified').body['validUntil'] === validUntil, 'the log names another date');
  requireThat(Date.parse(validUntil) > bundle.options.now.getTime(), `re-certification was due on ${validUntil}`);
  return `valid until ${validUntil}`;
};

const casePurged: Rule = (bundle) => {
  const { objects, readsRefused } = bundle.event('purged').body;
  requireThat(
    typeof objects === 'number' && objects > 0 && readsRefused === objects,
    'reading the case data was not refused for every object',
  );
  return `${String(objects)} objects, every read refused`;
};

const notRevoked: Rule = (bundle) => {
  const bad = bundle.events.find(
    ({ type, body }) =>
      type === 'rolled-back' || type === 'revoked' || (type === 'recertified' && body['state'] !== 'current'),
  );
  const after = bad && bad.index > bundle.event('certified').index;
  requireThat(!after, `the log holds a later '${bad?.type ?? ''}' event`);
  return `none up to entry ${bundle.checkpoint.size}; a later one needs a newer checkpoint`;
};

const wordsNeverSaid: Rule = (bundle) => {
  const { statement } = bundle.opened('certificate.dsse.json');
  const text = JSON.stringify(statement).toLowerCase();
  const said = NEVER_SAID.find((words) => text.includes(words));
  requireThat(said === undefined, `the certificate says '${said ?? ''}', which cannot be defended`);
  const { statementsNotMade, scope } = bundle.certificate;
  requireThat(
    statementsNotMade.length > 0 && scope.notLookedAt.length > 0,
    'the certificate does not state its limits',
  );
  return 'claims and limits are stated';
};

const CHECKS: readonly (readonly [id: string, rule: Rule])[] = [
  ['bundle-files', bundleFiles],
  ['bundle-ticket', bundleTicket],
  ['trust-root', trustRootKeys],
  ['certificate-signatures', certificateSignatures],
  ['separation-of-duties', separationOfDuties],
  ['checkpoint', checkpointRule],
  ['log-inclusion', logInclusion],
  ['event-order', eventOrder],
  ['stage-attestations', stageAttestations],
  ['policy-before-run', policyBeforeRun],
  ['evidence', evidenceDigests],
  ['run-matches-plan', runMatchesPlan],
  ['statistics', statisticsRecomputed],
  ['verdict', verdictPasses],
  ['subject', subjectIsServed],
  ['model', modelAtHand],
  ['certificate-logged', certificateLogged],
  ['validity', notExpired],
  ['case-purged', casePurged],
  ['revocation', notRevoked],
  ['words', wordsNeverSaid],
];
