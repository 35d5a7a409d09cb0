// A model in the registry: which artefact answers, where it came from, how many people it has forgotten. Zone C: names
// and digests only.
// Trap: `digest` is the digest of the manifest of what is served (weights, tokenizer, config, quantisation), not of the
// weights alone.
import { z } from 'zod';
import { Digest, digestJson } from './canonical.ts';
import { Quantisation } from './quantisation.ts';

/** Files of a model folder by name, with their digests: the subject of every certificate. */
export const ModelManifest = z.strictObject({
  kind: z.literal('quittance-model/v1'),
  files: z.record(z.string(), z.strictObject({ digest: Digest, bytes: z.int().nonnegative() })),
  /** How the weights are stored and computed with: what is judged is what is served. */
  quantisation: Quantisation,
});
export type ModelManifest = z.infer<typeof ModelManifest>;

export const manifestDigest = (manifest: ModelManifest): Digest => digestJson(manifest);

/** What stands beside a model's weights and changes with them. */
export const SideArtefacts = z.strictObject({
  suite: Digest.optional(),
  trainingManifest: Digest.optional(),
  moments: Digest.optional(),
});
export type SideArtefacts = z.infer<typeof SideArtefacts>;

export const ModelRecord = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  /** Manifest digest of the artefact that is deployed under this name. */
  digest: Digest,
  status: z.enum(['active', 'retired']),
  /**
   * Deletions carried out on this line of models. Each one uses up some of what the model can lose before its utility
   * suffers.
   */
  deletions: z.int().nonnegative(),
  /**
   * Earlier artefacts: kept for a roll-back but served to nobody, and destroyed after retention.ts's days. What stood
   * beside them is kept until the case that replaced them is purged.
   */
  quarantined: z.array(
    z.strictObject({
      digest: Digest,
      since: z.iso.datetime(),
      destroyAfter: z.iso.datetime(),
      destroyedAt: z.iso.datetime().optional(),
      side: SideArtefacts.optional(),
    }),
  ),
  /** Evaluation suite, training manifest (keyed digests of its rows) and corpus moments, as artefacts. */
  ...SideArtefacts.shape,
  /** Certificates in force for this name, newest last. */
  certificates: z.array(
    z.strictObject({
      ticketId: z.string(),
      certificateDigest: Digest,
      modelDigest: Digest,
      validUntil: z.iso.datetime(),
    }),
  ),
  recertification: z.strictObject({
    state: z.enum(['never', 'current', 'lapsed', 'drifted']),
    checkedAt: z.iso.datetime().optional(),
  }),
  updatedAt: z.iso.datetime(),
});
export type ModelRecord = z.infer<typeof ModelRecord>;
