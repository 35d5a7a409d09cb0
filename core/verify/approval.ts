// What the approver decided on and signed, and that filer and approver are two people with a key each.
// Trap: the certificate, the log and the trust root each name the approver. All three are compared, as a name in one of
// them alone proves nothing.
import { APPROVAL_TYPE, ApprovalPredicate } from '../certificate.ts';
import { Envelope } from '../dsse.ts';
import { couldBeOne } from '../words/names.ts';
import { fail, isAbout, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

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
  requireThat(!couldBeOne(approval.filer, approval.approver), 'the filer approved the ticket');
  requireThat(keys.service !== keys.approver, 'service and approver share a key');
  requireNamesAsLogged(bundle);
  requireOwnKey(bundle);
  return `filed by ${approval.filer}, approved by ${approval.approver}`;
};

const requireNamesAsLogged = (bundle: BundleReader): void => {
  const { filer, approver } = bundle.certificate.approval;
  const [received, approved] = [bundle.event('received').body, bundle.event('approved').body];
  requireThat(received['filer'] === filer, 'the certificate names another filer than the log');
  requireThat(approved['approver'] === approver, 'the certificate names another approver than the log');
};

/** The trust root, too, has the approver's key as a person's of that name. */
const requireOwnKey = (bundle: BundleReader): void => {
  const { approval, keys } = bundle.certificate;
  const key = bundle.trustRoot.keys.find(({ id }) => id === keys.approver);
  requireThat(
    key?.role === 'person' && key.name === approval.approver,
    "the approver's signature is not made with the approver's key",
  );
};
