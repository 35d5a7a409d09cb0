// Runs after a restore and repeats the erasures that are newer than the backup. A registry from a backup names weights
// that still know people whom later tickets removed. The certificates of those tickets are content-addressed artefacts,
// which a restore does not touch; each says which weights it replaced by which, so the registry can be rolled forward
// along them. Trap: no certificate names what stood beside the new weights (suite, moments, training manifest). These
// are left out until they are registered again, so that nothing forgotten comes back with an old suite; until then the
// model can be neither unlearned nor fully tested.
import { z } from 'zod';
import type { Digest } from './canonical.ts';
import { CertificatePredicate, CertificateType, personKey } from './certificate.ts';
import { SERVICE_KEY } from './statements.ts';
import { Envelope, keyIdOf, verifyEnvelope } from './dsse.ts';
import { isQuittanceError } from './errors.ts';
import type { ModelRecord } from './model.ts';
import type { Signer } from './ports.ts';
import { daysAfter, RETENTION_DAYS } from './retention.ts';

/** One certified erasure: from `base` to `served`. */
export interface Certified {
  readonly ticketId: string;
  readonly certificateDigest: Digest;
  readonly model: string;
  readonly base: Digest;
  readonly served: Digest;
  readonly approver: string;
  readonly validUntil: string;
}

const Payload = z.object({
  subject: z.array(z.object({ name: z.string() })).length(1),
  predicateType: CertificateType,
  predicate: CertificatePredicate,
});

/**
 * What a stored artefact certifies; undefined unless it is a certificate that this installation's service and its
 * approver signed.
 */
export const certifiedBy = async (
  bytes: Uint8Array,
  certificateDigest: Digest,
  signer: Pick<Signer, 'publicKey' | 'former'>,
): Promise<Certified | undefined> => {
  const envelope = Envelope.safeParse(jsonOf(bytes)).data;
  const claimed = Payload.safeParse(jsonOf(Buffer.from(envelope?.payload ?? '', 'base64'))).data;
  if (!envelope || !claimed) return undefined;
  const { approver } = claimed.predicate.approval;
  // people's keys are behind a port of their own since the second form; the service signs what they have signed alone
  const names = claimed.predicate.version === 1 ? [SERVICE_KEY, personKey(approver)] : [SERVICE_KEY];
  const keys = (await Promise.all(names.map((name) => knownKeys(signer, name)))).flat();
  const opened = verifyEnvelope(envelope, new Map(keys.map((key) => [keyIdOf(key), key])));
  if (opened?.signers.length !== names.length) return undefined;
  const { ticketId, base, served, validUntil } = claimed.predicate;
  const model = claimed.subject[0]?.name ?? '';
  return { ticketId, certificateDigest, model, base, served, approver, validUntil };
};

/** What is used under a name, and what was: whoever retired a key has none until they decide again. */
const knownKeys = async (signer: Pick<Signer, 'publicKey' | 'former'>, name: string): Promise<Uint8Array[]> => {
  const former = ((await signer.former?.(name)) ?? []).map(({ publicKey }) => publicKey);
  const current = await signer.publicKey(name).catch((error: unknown) => {
    if (former.length > 0 && isQuittanceError(error, 'KEY_UNAVAILABLE')) return undefined;
    throw error;
  });
  return current === undefined ? former : [...former, current];
};

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // weights, suites, reports: most artefacts are no certificates
  }
};

/**
 * The registry's record, rolled forward along the certificates from the digest that it has, and the tickets so
 * repeated, in order.
 */
export const rollForward = (
  model: ModelRecord,
  certified: readonly Certified[],
  now: Date,
): { model: ModelRecord; replayed: string[] } => {
  const known = new Set(model.certificates.map(({ certificateDigest }) => certificateDigest));
  const missing = certified.filter((one) => one.model === model.name && !known.has(one.certificateDigest));
  const next = missing.find(({ base }) => base === model.digest);
  if (!next) return { model, replayed: [] };
  const rest = rollForward(succeededBy(model, next, now), missing, now);
  return { model: rest.model, replayed: [next.ticketId, ...rest.replayed] };
};

const succeededBy = (model: ModelRecord, next: Certified, now: Date): ModelRecord => {
  const { ticketId, certificateDigest, served, validUntil } = next;
  return {
    ...model,
    suite: undefined,
    trainingManifest: undefined,
    moments: undefined,
    digest: served,
    deletions: model.deletions + 1,
    quarantined: [
      ...model.quarantined,
      { digest: model.digest, since: now.toISOString(), destroyAfter: daysAfter(now, RETENTION_DAYS.quarantine) },
    ],
    certificates: [...model.certificates, { ticketId, certificateDigest, modelDigest: served, validUntil }],
    updatedAt: now.toISOString(),
  };
};
