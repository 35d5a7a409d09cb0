// Who signed: the bundle's files, the trust root and the certificate; and that filer and approver are two people.
// Trap: a key is known by the hash of its bytes alone. The name or role that stands beside it counts only where the
// verifier pinned the trust root.
import { plural } from '../plural.ts';
import { z } from 'zod';
import { canonicalize } from '../canonical.ts';
import { APPROVAL_TYPE, ApprovalPredicate } from '../certificate.ts';
import { BUNDLE_TYPE, BundlePredicate } from '../statements.ts';
import { Envelope } from '../dsse.ts';
import { Revealed } from '../revealed.ts';
import { misnamedKey, TrustRoot } from '../trust-root.ts';
import { sameName } from '../words/names.ts';
import { requireEndAsLogged, serviceKeyAt } from './key-ends.ts';
import { fail, isAbout, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

export const bundleFiles: Rule = (bundle) => {
  const { files } = bundle.index;
  const listed = new Set([...Object.keys(files), 'bundle.json', 'bundle.dsse.json']);
  const strange = [...bundle.files.keys()].find((name) => !listed.has(name));
  requireThat(strange === undefined, `${strange ?? ''} is not listed in bundle.json`);
  for (const [name, digest] of Object.entries(files))
    requireThat(bundle.digest(name) === digest, `${name} does not have its listed digest`);
  requireThat(
    Buffer.from(canonicalize(bundle.index)).equals(bundle.file('bundle.json')),
    'bundle.json is not in canonical form',
  );
  return `${listed.size} files have their digests`;
};

export const bundleSealed: Rule = (bundle) => {
  const name = 'bundle.dsse.json';
  const { statement, signers } = bundle.opened(name);
  requireThat(statement.predicateType === BUNDLE_TYPE, `${name} is a statement of another type`);
  serviceKeyAt(bundle, signers, bundle.checkpoint.time, 'the list of files');
  requireThat(
    isAbout(statement, 'bundle.json', bundle.digest('bundle.json')),
    'the service signed another list of files',
  );
  const held = BundlePredicate.safeParse(statement.predicate).data ?? fail(`${name} does not have its form`);
  requireThat(
    held.ticketId === bundle.index.ticketId &&
      held.events === bundle.events.length &&
      held.log.size === bundle.checkpoint.size,
    'the service signed for more of the history than is here',
  );
  const canonical = canonicalize(bundle.json(name, Envelope));
  requireThat(Buffer.from(canonical).equals(bundle.file(name)), `${name} is not in canonical form`);
  return `the service signed the list, with ${plural(held.events, 'event')}`;
};

export const bundleTicket: Rule = (bundle) => {
  const { ticketId } = bundle.index;
  if (bundle.certified)
    requireThat(bundle.certificate.ticketId === ticketId, 'the certificate belongs to another ticket');
  const first = bundle.events[0] ?? fail('the bundle has no event');
  requireThat(
    bundle.events.every((event) => event.ticketId === ticketId),
    'an event belongs to another ticket',
  );
  if (bundle.certified) requireAsFiled(bundle);
  return `${ticketId}, received ${first.at}`;
};

const Refusal = z.looseObject({ records: z.array(z.int()), reason: z.string() });

/** The certificate is about what was filed and admitted, in the log's words. */
const requireAsFiled = (bundle: BundleReader) => {
  const { certificate } = bundle;
  const received = bundle.event('received').body;
  for (const field of ['commitment', 'regime', 'ground'] as const)
    requireThat(certificate[field] === received[field], `the certificate names another ${field} than was filed`);
  requireThat(
    canonicalize(certificate.approval.revealed ?? null) ===
      canonicalize(Revealed.nullable().parse(received['revealed'] ?? null)),
    'the certificate says otherwise than what was filed how the records were had',
  );
  const { records } = z.looseObject({ records: z.int() }).parse(received['counts']);
  const { refusedInPart: said } = certificate.approval;
  requireThat(
    certificate.records + (said?.records ?? 0) === records,
    'the certificate counts other records than were filed',
  );
  const found = bundle.events.find(({ body }) => body['type'] === 'partly-refused');
  const refused = found && Refusal.parse(found.body);
  requireThat(
    said?.records === refused?.records.length && said?.reason === refused?.reason,
    'the certificate names another refusal of a part than the log',
  );
};

export const trustRootKeys: Rule = (bundle) => {
  const { keys } = bundle.trustRoot;
  const misnamed = misnamedKey(bundle.trustRoot);
  requireThat(misnamed === undefined, `${bundle.whose}: key ${misnamed ?? ''} does not have its id`);
  const roles = ['log', 'service', ...(bundle.certified ? ['person' as const] : [])] as const;
  for (const role of roles) requireThat(bundle.keys(role).size > 0, `${bundle.whose} has no ${role} key`);
  requireThat(new Set(keys.map(({ id }) => id)).size === keys.length, `${bundle.whose}: two roles share a key`);
  return `${plural(keys.length, 'key')}, each with its id`;
};

/** Whose keys they are, only the verifier can know. */
export const keysPinned: Rule = (bundle) => {
  if (!bundle.options.trustRoot)
    return notChecked("the bundle's own keys: it agrees with itself; whose they are needs --trust-root FILE");
  const own = new Set(ownKeys(bundle));
  requireThat(
    own.size === 0 || bundle.trustRoot.keys.some(({ id }) => own.has(id)),
    `${bundle.whose} has none of the keys that the bundle names: it is another installation's, or the bundle is`,
  );
  return 'keys pinned by the verifier';
};

/** None where the bundle's own list cannot be read, which other checks say. */
const ownKeys = (bundle: BundleReader): string[] => {
  try {
    return bundle.json('trust-root.json', TrustRoot).keys.map(({ id }) => id);
  } catch {
    return [];
  }
};

export const certificateSignatures: Rule = (bundle) => {
  const { signers } = bundle.opened('certificate.dsse.json');
  const service = serviceKeyAt(bundle, signers, bundle.event('certified').at, 'the certificate');
  requireEndAsLogged(bundle, 'service-key-ended', service, "the service's key");
  const { keys, version } = bundle.certificate;
  requireThat(version !== 2, 'certificates of form 2 carry the signature of the service alone, and two are asked for');
  requireThat(
    signers.some((id) => bundle.keys('person').has(id)),
    `no person's key of ${bundle.whose} signed: the approver did not`,
  );
  requireThat(
    signers.includes(keys.approver) && (keys.service === undefined || signers.includes(keys.service)),
    'the keys named in the certificate did not sign it',
  );
  requireThat(version === 3 || keys.service !== undefined, 'the certificate does not name the key of the service');
  return `signed by ${plural(signers.length, 'key')}: service and approver`;
};

const DECISION = 'approval.dsse.json';

/** What the approver signed when they decided, as the log names it, is what was certified. */
export const approvalSignature: Rule = (bundle) => {
  const { approval, keys, version } = bundle.certificate;
  const { signers } = bundle.opened(DECISION);
  requireThat(signers.includes(keys.approver), "the approval lacks the approver's signature");
  requireThat(bundle.event('approved').body['decision'] === bundle.digest(DECISION), 'the log names another approval');
  if (version === 3) requireSameBytes(bundle);
  else requireSameEvidence(bundle);
  return `${approval.approver} signed ${version === 3 ? 'the certificate, byte for byte' : 'the digest of the evidence'}`;
};

const requireSameBytes = (bundle: BundleReader): void => {
  const payload = (name: string) => bundle.json(name, Envelope).payload;
  requireThat(
    payload(DECISION) === payload('certificate.dsse.json'),
    'the approver signed something else than was certified',
  );
};

/** Of a certificate from before its approver signed it: they signed the digest of the evidence. */
const requireSameEvidence = (bundle: BundleReader): void => {
  const { statement } = bundle.opened(DECISION);
  requireThat(statement.predicateType === APPROVAL_TYPE, `${DECISION} is a statement of another type`);
  const said = ApprovalPredicate.safeParse(statement.predicate).data ?? fail(`${DECISION} does not have its form`);
  const { approval, ticketId } = bundle.certificate;
  requireThat(
    said.ticketId === ticketId && said.evidence === approval.evidence && said.approver === approval.approver,
    'the approver decided on something else',
  );
  requireThat(isAbout(statement, 'evidence.json', said.evidence), 'the decision is signed as one on another object');
};

export const separationOfDuties: Rule = (bundle) => {
  const { approval, keys } = bundle.certificate;
  requireThat(!sameName(approval.filer, approval.approver), 'the filer approved the ticket');
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
