// A true bundle of a walked ticket, and the means to forge one: as a stranger, who edits files and lists them again;
// and as an insider with every private key, who writes the history anew, so that nothing but the rules on its content
// stands in the way.
import { assembleBundle, type BundleFiles, type BundleIndex } from '#core/bundle.ts';
import { canonicalize, digestOf, type Json } from '#core/canonical.ts';
import { personKey, type CertificatePredicate } from '#core/certificate.ts';
import { attest, signBundle, SERVICE_KEY, STAGE_NAMES, STAGES } from '#core/statements.ts';
import { keyIdOf, signEnvelope, type Envelope, type Statement } from '#core/dsse.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Signer } from '#core/ports.ts';
import { daysAfter } from '#core/retention.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import { verifyBundle, type VerifyOptions } from '#core/verify.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { originOf, root, writtenLeaves, writtenLog } from './small-log.ts';
import { walkedToEnd } from './hand-walked.ts';

export interface Leaf {
  ticketId: string;
  sequence: number;
  at: string;
  event: { type: string } & Record<string, Json>;
}

export interface TrueBundle {
  files: BundleFiles;
  trustRoot: TrustRoot;
  now: Date;
  signer: Signer;
}

export const trueBundle = async (): Promise<TrueBundle> => {
  const { harness, ticketId } = await walkedToEnd();
  const files = await assembleBundle(harness.ports, ticketId);
  const { signer, clock } = harness.ports;
  return { files, trustRoot: await trustRootOf(signer), now: clock.now(), signer };
};

/**
 * Ids of the checks that fail, by default with the true keys pinned. `ok` must say the same. `references` finds most
 * forged digests as well as the check that is there for them; it is named where it alone does, and has its own tests in
 * bundle.test.ts.
 */
export const failedChecks = (truth: TrueBundle, files: BundleFiles, options: Partial<VerifyOptions> = {}): string[] => {
  const { ok, checks } = verifyBundle(files, { now: truth.now, trustRoot: truth.trustRoot, ...options });
  const failed = checks.filter(({ state }) => state === 'fails').map(({ id }) => id);
  if (ok !== (failed.length === 0)) throw new Error(`ok is ${ok}, but ${failed.length} checks failed`);
  return failed.length > 1 ? failed.filter((id) => id !== 'references') : failed;
};

/** Public keys of these holders, under the names that the trust root of a controller gives them. */
export const trustRootOf = async (
  signer: Signer,
  { log = LOG_KEY, service = SERVICE_KEY, people = [APPROVER] } = {},
): Promise<TrustRoot> => {
  const key = async (keyName: string, role: 'log' | 'service' | 'person', name: string) => {
    const publicKey = await signer.publicKey(keyName);
    return { id: keyIdOf(publicKey), role, name, publicKey: Buffer.from(publicKey).toString('base64') };
  };
  const origin = await originOf(signer);
  const persons = people.map((name) => key(personKey(name), 'person', name));
  const keys = [key(log, 'log', origin), key(service, 'service', 'service'), ...persons];
  return { kind: 'quittance-trust-root/v1', origin, keys: await Promise.all(keys) };
};

export const readJson = <T>(files: BundleFiles, name: string): T =>
  JSON.parse(Buffer.from(files.get(name)!).toString('utf8')) as T;
export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(canonicalize(value as Json));

const indexOf = (files: BundleFiles): Uint8Array => {
  const head = readJson<Omit<BundleIndex, 'files'>>(files, 'bundle.json');
  const listed = [...files].filter(([name]) => !/^bundle\.(json|dsse\.json)$/.test(name));
  const digests = Object.fromEntries(listed.map(([name, bytes]) => [name, digestOf(bytes)]));
  return jsonBytes({ ...head, files: digests });
};

/**
 * What a stranger can do: change files, then list every digest again. The service's signature under the list stays the
 * old one.
 */
export const relisted = (files: BundleFiles, change: (files: BundleFiles) => void): BundleFiles => {
  const copy: BundleFiles = new Map([...files].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
  change(copy);
  return copy.set('bundle.json', indexOf(new Map(copy).set('bundle.json', files.get('bundle.json')!)));
};

export const payloadOf = (files: BundleFiles, name: string): Statement =>
  JSON.parse(Buffer.from(readJson<Envelope>(files, name).payload, 'base64').toString('utf8')) as Statement;

export const leavesOf = (files: BundleFiles): Leaf[] =>
  [...files.keys()].filter((name) => /^log\/\d+\.json$/.test(name)).map((name) => readJson<Leaf>(files, name));

export interface Forgery {
  /** Evidence artefacts by file name; the manifest of evidence, the log and the certificate follow them. */
  artefacts?: Readonly<Record<string, unknown>>;
  leaves?: (leaves: Leaf[]) => Leaf[];
  certificate?: (predicate: CertificatePredicate) => CertificatePredicate;
  /** Any statement that is signed with the ticket, its subject and type included. */
  statement?: (statement: Statement, file: string) => Statement;
  /** Names of the keys that sign the certificate; by default that of `approver`, who decides, and the service's. */
  signers?: readonly string[];
  approver?: string;
  /** Of an insider with every key but the approver's: certificate and decision stay as the approver signed them. */
  kept?: true;
  /** What the approver signed, where that is another statement than the certificate. */
  decided?: Statement;
  /** Names of the log's and the service's keys. */
  keys?: { log?: string; service?: string };
  checkpointTime?: Date;
}

const EVIDENCE_FIELD: Readonly<Record<string, string>> = {
  'policy.json': 'policy',
  'plan.json': 'plan',
  'run.json': 'run',
  'tables.json': 'tables',
  'judgement.json': 'judgement',
  'model.json': 'candidate',
  'tables-before.json': 'tablesBefore',
};

/** What an insider with all keys can do. Everything that is not asked to differ is made consistent again. */
export const forged = async (truth: TrueBundle, forgery: Forgery = {}): Promise<BundleFiles> => {
  const { approver = APPROVER, keys: { service = SERVICE_KEY, log = LOG_KEY } = {} } = forgery;
  const signer = renamed(truth.signer, { [SERVICE_KEY]: service, [LOG_KEY]: log });
  const files: BundleFiles = new Map(truth.files);
  const evidence = replaceArtefacts(files, forgery.artefacts ?? {});
  const leaves = (forgery.leaves ?? ((all) => all))(
    leavesOf(truth.files).map((leaf) => boundTo(leaf, files, evidence)),
  );
  const said = forgery.statement ?? ((same) => same);
  const statement = payloadOf(truth.files, 'certificate.dsse.json');
  const predicate = certifiedAgain(statement.predicate as CertificatePredicate, files, evidence);
  predicate.log = { ...predicate.log, root: root(bodiesOf(leaves).slice(0, predicate.log.size)).toString('base64') };
  const name = 'certificate.dsse.json';
  const certificate = (forgery.certificate ?? ((same) => same))(predicate);
  const written = said({ ...statement, predicate: { ...certificate } }, name);
  if (!forgery.kept) {
    const decision = await signEnvelope(forgery.decided ?? written, signer, [personKey(approver)]);
    files.set('approval.dsse.json', jsonBytes(decision));
    const approved = leaves.find(({ event }) => event.type === 'approved');
    if (approved) approved.event['decision'] = digestOf(files.get('approval.dsse.json')!);
    const envelope = await signEnvelope(written, signer, forgery.signers ?? [personKey(approver), SERVICE_KEY]);
    files.set(name, jsonBytes(envelope));
  }
  const certified = leaves.find(({ event }) => event.type === 'certified');
  if (certified) certified.event['certificate'] = digestOf(files.get(name)!);
  const { size } = certificate.log;
  const { origin } = truth.trustRoot;
  const earlier = Math.min(size, leaves.length);
  await logAgain(files, leaves, { origin, earlier, signer, time: forgery.checkpointTime ?? truth.now, said });
  return sealedAgain(files, leaves, signer, origin);
};

const sealedAgain = async (
  files: BundleFiles,
  leaves: readonly Leaf[],
  signer: Signer,
  origin: string,
): Promise<BundleFiles> => {
  files.set('bundle.json', indexOf(files));
  const { ticketId } = readJson<{ ticketId: string }>(files, 'bundle.json');
  const log = { origin, size: leaves.length };
  const envelope = await signBundle(signer, digestOf(files.get('bundle.json')!), {
    ticketId,
    events: leaves.length,
    log,
  });
  return files.set('bundle.dsse.json', jsonBytes(envelope));
};

const renamed = (signer: Signer, names: Readonly<Record<string, string>>): Signer => ({
  sign: (name, message) => signer.sign(names[name] ?? name, message),
  publicKey: (name) => signer.publicKey(names[name] ?? name),
});

const replaceArtefacts = (files: BundleFiles, artefacts: Readonly<Record<string, unknown>>): string => {
  for (const [name, value] of Object.entries(artefacts)) files.set(name, jsonBytes(value));
  if ('model.json' in artefacts) files.delete('model-signing.dsse.json'); // it would be of the true model
  const manifest = readJson<Record<string, string>>(files, 'evidence.json');
  for (const [name, field] of Object.entries(EVIDENCE_FIELD)) manifest[field] = digestOf(files.get(name)!);
  files.set('evidence.json', jsonBytes(manifest));
  return digestOf(files.get('evidence.json')!);
};

const boundTo = (leaf: Leaf, files: BundleFiles, evidence: string): Leaf => {
  const event = { ...leaf.event };
  if ('evidence' in event && event.type !== 'recertified') event['evidence'] = evidence;
  if (event.type === 'evaluated')
    for (const name of ['tables', 'judgement']) event[name] = digestOf(files.get(`${name}.json`)!);
  if (event.type === 'unlearned') event['manifest'] = digestOf(files.get('run.json')!);
  if (event.type === 'run-planned')
    event['run'] = { ...(event['run'] as Record<string, Json>), plan: digestOf(files.get('plan.json')!) };
  return { ...leaf, event };
};

const certifiedAgain = (
  predicate: CertificatePredicate,
  files: BundleFiles,
  evidence: string,
): CertificatePredicate => ({
  ...predicate,
  evaluation: {
    ...predicate.evaluation,
    policy: digestOf(files.get('policy.json')!),
    tables: digestOf(files.get('tables.json')!),
    judgement: digestOf(files.get('judgement.json')!),
  },
  results: readJson<{ gates: CertificatePredicate['results'] }>(files, 'judgement.json').gates,
  approval: { ...predicate.approval, evidence },
});

const bodiesOf = (leaves: readonly Leaf[]): string[] => leaves.map((leaf) => canonicalize(leaf as unknown as Json));

interface LogAgain {
  origin: string;
  earlier: number;
  signer: Signer;
  time: Date;
  said: NonNullable<Forgery['statement']>;
}

const logAgain = async (
  files: BundleFiles,
  leaves: readonly Leaf[],
  { origin, earlier, signer, time, said }: LogAgain,
) => {
  for (const name of [...files.keys()].filter((one) => /^(log|attestations)\//.test(one))) files.delete(name);
  const bodies = bodiesOf(leaves);
  const { checkpoint, proofs, consistency } = await writtenLog(origin, signer, bodies, earlier, time);
  files.set('checkpoint', Buffer.from(checkpoint)).set('consistency', Buffer.from(consistency));
  const { ticketId: id } = readJson<BundleIndex>(files, 'bundle.json');
  files.set('leaves', Buffer.from(await writtenLeaves(origin, signer, id, bodies)));
  for (const [i, body] of bodies.entries()) {
    const name = `log/${String(i + 1).padStart(4, '0')}`;
    files.set(`${name}.json`, Buffer.from(body)).set(`${name}.tlog-proof`, Buffer.from(proofs[i]!));
    const { ticketId, at, event } = leaves[i]!;
    const stage = STAGE_NAMES.find((one) => STAGES[one] === event.type);
    if (!stage) continue;
    const predicate = { ticketId, stage, at, event: digestOf(body), logIndex: i };
    const file = `attestations/${stage}.dsse.json`;
    files.set(file, jsonBytes(await attest(signer, 'house', predicate)));
    files.set(file, jsonBytes(await signEnvelope(said(payloadOf(files, file), file), signer, [SERVICE_KEY])));
  }
};

const DAYS = 36_500;

/** For a process, which has the clock of the day: of a policy whose certificates hold for long. */
export const lasting = (truth: TrueBundle): Promise<BundleFiles> => {
  const policy = { ...readJson<GatePolicy>(truth.files, 'policy.json'), certificateDays: DAYS };
  const digest = digestOf(jsonBytes(policy));
  const plan = { ...readJson<UnlearnPlan>(truth.files, 'plan.json'), policy: digest };
  const run = { ...readJson<RunManifest>(truth.files, 'run.json'), plan: digestOf(jsonBytes(plan)) };
  const event = (leaves: Leaf[], type: string) => leaves.find((leaf) => leaf.event.type === type)!;
  const { approval } = payloadOf(truth.files, 'certificate.dsse.json').predicate as CertificatePredicate;
  const validUntil = daysAfter(new Date(approval.at), DAYS);
  return forged(truth, {
    artefacts: { 'policy.json': policy, 'plan.json': plan, 'run.json': run },
    certificate: (predicate) => ({ ...predicate, validUntil }),
    leaves: (leaves) => {
      for (const type of ['received', 'run-planned']) event(leaves, type).event['policy'] = digest;
      event(leaves, 'certified').event['validUntil'] = validUntil;
      return leaves;
    },
  });
};
