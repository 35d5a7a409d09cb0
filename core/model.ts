// A model in the registry: which artefact answers, where it came from, how many people it has forgotten. Zone C: names
// and digests only.
// Trap: `digest` is the digest of the manifest of what is served (weights, tokenizer, config, quantisation), not of the
// weights alone.
import { z } from 'zod';
import { Digest, digestJson } from './canonical.ts';
import { Quantisation } from './quantisation.ts';

const FileEntry = z.strictObject({ digest: Digest, bytes: z.int().nonnegative() });
export type FileEntry = z.infer<typeof FileEntry>;

/** Weights of their own: the files of a model folder by name. */
export const WeightsManifest = z.strictObject({
  kind: z.literal('quittance-model/v1'),
  files: z.record(z.string(), FileEntry),
  /** How the weights are stored and computed with: what is judged is what is served. */
  quantisation: Quantisation,
});
export type WeightsManifest = z.infer<typeof WeightsManifest>;

/** A LoRA as PEFT keeps it. */
const AdapterFiles = z.strictObject({ 'adapter_config.json': FileEntry, 'adapter_model.safetensors': FileEntry });

/** A LoRA beside the weights that it was made for. The digest is over both, as it is over the base's digest. */
export const AdapterManifest = z.strictObject({
  kind: z.literal('quittance-adapter/v1'),
  /** Manifest digest of the weights beneath. */
  base: Digest,
  files: AdapterFiles,
  /** The base's. */
  quantisation: Quantisation,
});
export type AdapterManifest = z.infer<typeof AdapterManifest>;

/** How the logits of a target and its assistants become those that are said. */
export const Combination = z.discriminatedUnion('form', [
  /**
   * target − alpha · assistant (ULD, Ji et al. 2024, eq. 2). With a filter, only over tokens that the target finds at
   * least that likely compared with its likeliest, and at least that share of the vocabulary; the others are never
   * said, whether asked for or scored.
   */
  z.strictObject({
    form: z.literal('difference'),
    alpha: z.number().positive(),
    filter: z.number().min(0).max(1).default(0),
  }),
  /** target + weight · (assistant − assistant before its training): nothing where the assistant learnt nothing. */
  z.strictObject({ form: z.literal('offset'), weight: z.number() }),
]);
export type Combination = z.infer<typeof Combination>;

/**
 * A target whose logits are changed by small assistants, each the target's own first layers under a LoRA. The target
 * still holds what it was taught.
 */
export const ComposedManifest = z.strictObject({
  kind: z.literal('quittance-composed/v1'),
  /** Manifest digest of what is composed with: weights, or an adapter on weights. */
  target: Digest,
  assistants: z.array(z.strictObject({ layers: z.int().positive(), files: AdapterFiles })).min(1),
  combination: Combination,
  /** The target's. */
  quantisation: Quantisation,
});
export type ComposedManifest = z.infer<typeof ComposedManifest>;

/**
 * What is served, and the subject of every certificate. Its digest names it: a candidate before it is approved, a model
 * afterwards.
 */
export const ModelManifest = z.discriminatedUnion('kind', [WeightsManifest, AdapterManifest, ComposedManifest]);
export type ModelManifest = z.infer<typeof ModelManifest>;

export const manifestDigest = (manifest: ModelManifest): Digest => digestJson(manifest);

/** What a model is made upon and cannot be without: its folder within the model's, its digest, and what it may be. */
export const beneath = (
  manifest: ModelManifest,
): { folder: 'base' | 'target'; digest: Digest; kinds: readonly ModelManifest['kind'][] } | undefined => {
  switch (manifest.kind) {
    case 'quittance-model/v1':
      return undefined;
    case 'quittance-adapter/v1':
      return { folder: 'base', digest: manifest.base, kinds: ['quittance-model/v1'] };
    case 'quittance-composed/v1':
      return { folder: 'target', digest: manifest.target, kinds: ['quittance-model/v1', 'quittance-adapter/v1'] };
  }
};

/** The folder of an assistant, counted from 0. */
export const assistantFolder = (index: number): string => `assistant-${index + 1}`;

/** A model's own files by their paths in its folder, without those of what it is made upon. */
export const ownFiles = (manifest: ModelManifest): Readonly<Record<string, FileEntry>> =>
  manifest.kind === 'quittance-composed/v1'
    ? Object.fromEntries(
        manifest.assistants.flatMap(({ files }, i) =>
          Object.entries(files).map(([name, file]) => [`${assistantFolder(i)}/${name}`, file]),
        ),
      )
    : manifest.files;

/** What stands beside a model's weights and changes with them. */
export const SideArtefacts = z.strictObject({
  suite: Digest.optional(),
  trainingManifest: Digest.optional(),
  moments: Digest.optional(),
  /** How it was trained (core/recipe.ts, Lineage). */
  training: Digest.optional(),
});
export type SideArtefacts = z.infer<typeof SideArtefacts>;

/** Under which a model is registered, deployed and asked. */
export const ModelName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'the name of a model, such as support-chat');

export const ModelRecord = z.strictObject({
  name: ModelName,
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
   * beside them is kept until the ticket that replaced them is purged.
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
  /** Manifest digest of the weights that its training began with, which are kept for training anew. */
  trainedFrom: Digest.optional(),
  /** Vault that holds the encrypted index of the rows that it was trained on (core/corpus-index). */
  corpus: z.string().optional(),
  /** Digest of the rows that it was onboarded with, in the order of their files. */
  corpusDigest: Digest.optional(),
  /** The gate policy that tickets for it are filed under, as an artefact, unless the filer names another. */
  policy: Digest.optional(),
  /** What it did before any deletion (core/baseline.ts): which checks no ticket of it could pass. */
  baseline: Digest.optional(),
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
