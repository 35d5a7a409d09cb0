// The certificate of unlearning: a statement about the artefact that is served (in-toto v1 in a DSSE envelope), what it
// claims and what it does not, and who signs it.
// Traps: the subject is the manifest of what is served, not the weights file alone; some claims may never appear
// (NEVER_SAID in scope.ts); and the approver signs the certificate before anything is deployed, so that it holds what
// is known then, and is a certificate only once the service has signed the same bytes.
import { z } from 'zod';
import { Digest, digestJson } from './canonical.ts';
import { countersigned, signEnvelope, type Envelope, type Statement } from './dsse.ts';
import { Gate, GateV1, type StoredJudgement } from './gate.ts';
import type { EvaluationTables } from './evaluation.ts';
import type { PeopleKeys, Signer } from './ports.ts';
import { daysAfter } from './retention.ts';
import type { ModelManifest } from './model.ts';
import type { RunManifest } from './run.ts';
import { RECALL_UNKNOWN, Revealed } from './revealed.ts';
import { Scope } from './scope.ts';
import { SERVICE_KEY, statement } from './statements.ts';
import type { Ticket, TicketIn } from './ticket.ts';

export const CERTIFICATE_TYPE = 'https://quittance.dev/erasure-certificate/v1';
/** Of a model in which the data still is: what answers withholds it. */
export const WITHHOLDING_TYPE = 'https://quittance.dev/withholding-certificate/v1';
export const CertificateType = z.enum([CERTIFICATE_TYPE, WITHHOLDING_TYPE]);

/** Which kind of certificate what is served can have. */
export const certificateTypeOf = ({ kind }: Pick<ModelManifest, 'kind'>): z.infer<typeof CertificateType> =>
  kind === 'quittance-composed/v1' ? WITHHOLDING_TYPE : CERTIFICATE_TYPE;

/**
 * The name of a person's key that the Signer port holds. It has a prefix of its own, so that nobody's name can be that
 * of a service key.
 */
export const personKey = (principal: string): string => `person.${principal}`;

/** The person whose key a name is. */
export const personOf = (keyName: string): string | undefined => /^person\.(.+)$/.exec(keyName)?.[1];

export const MADE = {
  'ran-method': 'the named method ran with the named settings on the committed forget set and made the named artefact',
  'trained-anew':
    'the named artefact was trained anew, from the named base by the named recipe on the committed corpus, without the rows of the request',
  'withheld-at-serving':
    'what is served withholds the data under the named tests; the data is still in the weights beneath it',
  'tests-passed': 'the named tests, fixed and logged before the run, gave the listed results on that artefact',
  'not-distinguished':
    'the tests did not distinguish the forgotten records from those of never-trained people, within the stated limits',
  'locality-tested': 'retained records and facts were tested and stayed within the stated bounds',
  'second-person': 'a person other than the filer approved the deployment on this evidence',
  'served-probed':
    'the service signed this only after what is served had been asked and had the digest that this certificate names',
} as const;

export const NOT_MADE = {
  absence: 'that no trace of the data is in the weights',
  'retraining-equivalence': 'that the model equals one that was trained without the data',
  'all-attacks': 'that no attack, known or to come, finds the data',
  'legal-status': 'any legal conclusion',
} as const;

/** What is not claimed of a ticket's deletion, by code: more where the model itself revealed the records. */
export const limitsFor = ({
  revealed,
}: {
  readonly revealed?: Revealed | undefined;
}): Readonly<Record<string, string>> => ({
  ...NOT_MADE,
  ...(revealed && RECALL_UNKNOWN),
});

/** A copy that still exists, and when it goes: on a day, or so many days after something else is served instead. */
const ResidualCopy = z.union([
  z.strictObject({ what: z.string(), digest: Digest, until: z.string() }),
  z.strictObject({ what: z.string(), digest: Digest, daysAfterReplacement: z.int().positive() }),
]);

export const CertificatePredicate = z.strictObject({
  /**
   * 1: written when it was issued, and signed by the service with both keys. 2: signed by the service alone, and no
   * longer taken. 3: written when the approver decides, and signed by them; by the service once it is served.
   */
  version: z.literal([1, 2, 3]),
  ticketId: z.string(),
  commitment: z.string(),
  records: z.int().positive(),
  regime: z.string(),
  ground: z.string(),
  base: Digest,
  served: Digest,
  method: z.strictObject({
    name: z.string(),
    configDigest: Digest,
    seed: z.int(),
    backend: z.string(),
    updates: z.int(),
    recorded: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  }),
  evaluation: z.strictObject({
    suite: Digest,
    tables: Digest,
    policy: Digest,
    judgement: Digest,
    reference: z.string(),
    verdict: z.literal('pass'),
  }),
  results: z.array(z.union([Gate, GateV1])),
  relearning: z.array(z.tuple([z.number(), z.number()])),
  approval: z.strictObject({
    filer: z.string(),
    approver: z.string(),
    at: z.string(),
    evidence: Digest,
    decision: Digest.optional(),
    /** How many objects of case data there were then; absent where it was not counted. */
    caseObjects: z.int().positive().optional(),
    /** Records that people refused, and that are not unlearned; the commitment is to the whole request. */
    refusedInPart: z.strictObject({ records: z.int().positive(), reason: z.string() }).optional(),
    /** How the records were had, where nobody held them and the model itself gave them. */
    revealed: Revealed.optional(),
  }),
  scope: Scope,
  statementsMade: z.array(z.string()),
  statementsNotMade: z.array(z.string()),
  residualCopies: z.array(ResidualCopy),
  validUntil: z.iso.datetime(),
  /** `service` until version 2: since then the one who writes it has no part in the service's key. */
  keys: z.strictObject({ service: Digest.optional(), approver: Digest }),
  /**
   * The log when the certificate was written (root in base64): the events before are in it, and every later log begins
   * with it.
   */
  log: z.strictObject({ origin: z.string(), size: z.int().nonnegative(), root: z.base64() }),
  /** Slots that stay empty: both are made of what is signed already, and lie beside it in the bundle. */
  timestamps: z.array(z.string()),
  cosignatures: z.array(z.string()),
});
export type CertificatePredicate = z.infer<typeof CertificatePredicate>;

export interface CertificateParts {
  ticket: TicketIn<'AWAITING_APPROVAL'>;
  approver: string;
  /** When the approver decides. */
  at: Date;
  run: RunManifest;
  tables: EvaluationTables;
  judgement: StoredJudgement;
  certificateDays: number;
  caseObjects: number;
  residualCopies: CertificatePredicate['residualCopies'];
  keys: CertificatePredicate['keys'];
  log: CertificatePredicate['log'];
  scope: Scope;
}

const refusedInPart = ({ partlyRefused }: Pick<Ticket, 'partlyRefused'>) =>
  partlyRefused && {
    refusedInPart: { records: partlyRefused.records.length, reason: partlyRefused.reason },
  };

export const certificateStatement = (parts: CertificateParts): Statement => {
  const { ticket, run, tables, judgement } = parts;
  const predicate: CertificatePredicate = {
    version: 3,
    ticketId: ticket.id,
    commitment: ticket.commitment,
    records: ticket.counts.records,
    regime: ticket.regime,
    ground: ticket.ground,
    base: run.base,
    served: ticket.run.candidate,
    method: methodOf(run),
    evaluation: evaluationOf(ticket, tables),
    results: judgement.gates,
    relearning: tables.curves['forget.relearn']?.points ?? [],
    approval: {
      filer: ticket.filer,
      approver: parts.approver,
      at: parts.at.toISOString(),
      evidence: ticket.evidence,
      caseObjects: parts.caseObjects,
      ...refusedInPart(ticket),
      ...(ticket.revealed && { revealed: ticket.revealed }),
    },
    scope: parts.scope,
    statementsMade: claimsOf(run),
    statementsNotMade: Object.keys(limitsFor(ticket)),
    residualCopies: parts.residualCopies,
    validUntil: daysAfter(parts.at, parts.certificateDays),
    keys: parts.keys,
    log: parts.log,
    timestamps: [],
    cosignatures: [],
  };
  return statement(certificateTypeOf(run.manifest), ticket.model, ticket.run.candidate, predicate);
};

/** What is claimed of a run: one that trained anew, or that withholds and erases nothing, says so. */
export const claimsOf = ({ stop, manifest }: Pick<RunManifest, 'stop' | 'manifest'>): string[] => {
  const unclaimed = new Set([
    ...(stop === 'trained-anew' ? [] : ['trained-anew']),
    ...(certificateTypeOf(manifest) === WITHHOLDING_TYPE ? [] : ['withheld-at-serving']),
  ]);
  return Object.keys(MADE).filter((claim) => !unclaimed.has(claim));
};

const methodOf = ({ method, config, seed, backend, updates, recorded }: RunManifest) => ({
  name: method,
  configDigest: digestJson(config),
  seed,
  backend,
  updates,
  recorded,
});

const evaluationOf = ({ run, policy }: CertificateParts['ticket'], { suite, reference }: EvaluationTables) => ({
  suite: suite.digest,
  tables: run.tables,
  policy,
  judgement: run.judgement,
  reference,
  verdict: 'pass' as const,
});

export const APPROVAL_TYPE = 'https://quittance.dev/approval/v1';

/** What a person signed of their decision before they signed the certificate itself: in bundles of its older forms. */
export const ApprovalPredicate = z.strictObject({
  ticketId: z.string(),
  decision: z.literal('approved'),
  approver: z.string(),
  evidence: Digest,
});
export type ApprovalPredicate = z.infer<typeof ApprovalPredicate>;

/** Signs by the one who decides what will be certified, while they decide. */
export const signDecision = (
  people: PeopleKeys,
  approver: string,
  certificate: Statement,
  passphrase: string | undefined,
): Promise<Envelope> => {
  const theirs: Signer = {
    sign: (_key, message) => people.sign(approver, message, passphrase),
    publicKey: () => people.publicKey(approver),
  };
  return signEnvelope(certificate, theirs, [personKey(approver)]);
};

/** Signs by the service the very bytes that the approver signed: from then on they are a certificate. */
export const issueDecided = (signer: Signer, decision: Envelope): Promise<Envelope> =>
  countersigned(decision, signer, [SERVICE_KEY]);
