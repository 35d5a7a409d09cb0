// Destroying models in the artifact store. Traps: files are shared by content (a tokenizer is the same in every
// version), and an adapter or a composed model is made upon another model's; so a file or a manifest goes only when no
// model that stays needs it, and a model that another is made upon stays whole.
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { beneath, ModelManifest, ownFiles, type ModelRecord } from '#core/model.ts';
import type { ArtifactStore, ModelRegistry } from '#core/ports.ts';
import { getJson } from '#core/stored-json.ts';

/** Digests of models that the registry needs: deployed, or in quarantine. */
export const neededModels = (models: readonly ModelRecord[]): Digest[] =>
  models.flatMap(({ digest, quarantined }) => [
    digest,
    ...quarantined.filter(({ destroyedAt }) => destroyedAt === undefined).map(({ digest: old }) => old),
  ]);

interface Made {
  model: Digest;
  files: Digest[];
}

/** A model and what it is made upon, the lowest first; without those whose manifest is gone, as it goes last. */
const madeOf = async (artifacts: ArtifactStore, model: Digest): Promise<Made[]> => {
  try {
    const manifest = await getJson(artifacts, model, ModelManifest);
    const under = beneath(manifest);
    const files = Object.values(ownFiles(manifest)).map(({ digest }) => digest);
    return [...(under ? await madeOf(artifacts, under.digest) : []), { model, files }];
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return [];
    throw error;
  }
};

/**
 * Deletes models, and what they were made upon, as far as no kept model needs it; returns those of them that are gone.
 * Repeatable: a manifest goes after its files, and after the manifest that it names.
 */
export const destroyModels = async (
  artifacts: ArtifactStore,
  kept: readonly Digest[],
  models: readonly Digest[],
): Promise<Digest[]> => {
  const needed = (await Promise.all(kept.map((digest) => madeOf(artifacts, digest)))).flat();
  const [keptModels, keptFiles] = [
    new Set([...kept, ...needed.map(({ model }) => model)]),
    new Set(needed.flatMap(({ files }) => files)),
  ];
  const gone = models.filter((model) => !keptModels.has(model));
  for (const each of gone) {
    for (const { model, files } of await madeOf(artifacts, each)) {
      if (keptModels.has(model)) continue;
      for (const file of files) if (!keptFiles.has(file)) await artifacts.delete(file);
      await artifacts.delete(model);
    }
  }
  return gone;
};

/** Deletes side artefacts that no model in the registry refers to. */
export const destroySideArtefacts = async (
  artifacts: ArtifactStore,
  models: ModelRegistry,
  gone: readonly Digest[],
): Promise<void> => {
  const inUse = (await models.list()).flatMap(({ suite, moments, trainingManifest }) => [
    suite,
    moments,
    trainingManifest,
  ]);
  for (const digest of gone) if (!inUse.includes(digest)) await artifacts.delete(digest);
};
