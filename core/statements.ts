// What the service signs beside the certificate (certificate.ts): a statement for each stage that a ticket passed, what
// a later re-certification found, and what a bundle holds. Statements are in-toto v1 in DSSE envelopes.
// Trap: each is about a digest, so that its words can be moved to no other artefact.
import { z } from 'zod';
import { Digest } from './canonical.ts';
import { signEnvelope, STATEMENT_TYPE, subjectOf, type Envelope, type Statement } from './dsse.ts';
import { LOG_KEY } from './ledger/log-keys.ts';
import type { Signer } from './ports.ts';

/** Name of the key that the Signer port holds for the service. */
export const SERVICE_KEY = 'service';

export const statement = (
  predicateType: string,
  name: string,
  digest: Digest,
  predicate: Statement['predicate'],
): Statement => ({
  _type: STATEMENT_TYPE,
  subject: [subjectOf(name, digest)],
  predicateType,
  predicate,
});

export const attestationType = (stage: Stage): string => `https://quittance.dev/attestation/${stage}/v1`;

/** Stages in the order in which they happen, with the event that each rests on. */
export const STAGES = {
  received: 'received',
  validated: 'forget-set-admitted',
  unlearned: 'unlearned',
  evaluated: 'evaluated',
  approved: 'approved',
  deployed: 'deployed',
  purged: 'purged',
} as const;
export type Stage = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as Stage[];

export const AttestationPredicate = z.strictObject({
  ticketId: z.string(),
  stage: z.enum(STAGE_NAMES as [Stage, ...Stage[]]),
  at: z.string(),
  /** Digest of the event's leaf, and where it stands in the log. */
  event: Digest,
  logIndex: z.int().nonnegative(),
});
export type AttestationPredicate = z.infer<typeof AttestationPredicate>;

/** Signs one stage by the service. */
export const attest = (signer: Signer, model: string, predicate: AttestationPredicate): Promise<Envelope> =>
  signEnvelope(statement(attestationType(predicate.stage), model, predicate.event, predicate), signer, [SERVICE_KEY]);

export const RENEWAL_TYPE = 'https://quittance.dev/recertification/v1';

/**
 * What a later re-certification found about a certificate. `validUntil`: only where the suite ran and passed, which
 * alone renews. Without a time of its own making: `at` is when it was found, and the log says when it was written down.
 */
export const RenewalPredicate = z.strictObject({
  ticketId: z.string(),
  /** Digest of the certificate's envelope. */
  certificate: Digest,
  state: z.enum(['current', 'lapsed', 'drifted']),
  at: z.iso.datetime(),
  /** Plan, tables and judgement of the suite, where it ran. */
  evidence: Digest.optional(),
  validUntil: z.iso.datetime().optional(),
});
export type RenewalPredicate = z.infer<typeof RenewalPredicate>;

/**
 * Signs what was found by the service and by the log's key; nobody is there to decide on it. `served`: the model that
 * was looked at.
 */
export const signRenewal = (
  signer: Signer,
  { evidence, validUntil, ...found }: RenewalPredicate,
  { model, served }: { model: string; served: Digest },
): Promise<Envelope> => {
  const renewed = { ...(evidence !== undefined && { evidence }), ...(validUntil !== undefined && { validUntil }) };
  const said = statement(RENEWAL_TYPE, model, served, { ...found, ...renewed });
  return signEnvelope(said, signer, [SERVICE_KEY, LOG_KEY]);
};

export const BUNDLE_TYPE = 'https://quittance.dev/evidence-bundle/v1';

/**
 * What the service says of a bundle as a whole: how many events of the ticket's history it holds, so that the last ones
 * cannot be left out unnoticed.
 */
export const BundlePredicate = z.strictObject({
  ticketId: z.string(),
  events: z.int().positive(),
  log: z.strictObject({ origin: z.string(), size: z.int().positive() }),
});
export type BundlePredicate = z.infer<typeof BundlePredicate>;

/** Signs the list of a bundle's files. */
export const signBundle = (signer: Signer, index: Digest, predicate: BundlePredicate): Promise<Envelope> =>
  signEnvelope(statement(BUNDLE_TYPE, 'bundle.json', index, predicate), signer, [SERVICE_KEY]);
