// Destroying models in the artifact store. Trap: files are shared by content (a tokenizer is the same in every
// version), so a file goes only when no model that stays refers to it; whoever destroys names what goes, and everything
// else in the registry is kept.
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { ModelManifest, type ModelRecord } from '#core/model.ts';
import type { ArtifactStore, ModelRegistry } from '#core/ports.ts';
import { getJson } from '#core/stored-json.ts';

/** Digests of models that the registry still needs: deployed, or in quarantine. */
const keptModels = (models: readonly ModelRecord[]): Digest[] =>
  models.flatMap(({ digest, quarantined }) => [
    digest,
    ...quarantined.filter(({ destroyedAt }) => destroyedAt === undefined).map(({ digest: old }) => old),
  ]);

/** The files of a model; none when its manifest is gone, as it goes last. */
const filesOf = async (artifacts: ArtifactStore, model: Digest): Promise<Digest[]> => {
  try {
    return Object.values((await getJson(artifacts, model, ModelManifest)).files).map(({ digest }) => digest);
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return [];
    throw error;
  }
};

/** Deletes models with all files that no kept model shares. Repeatable: a manifest goes after its files. */
export const destroyModels = async (
  artifacts: ArtifactStore,
  models: ModelRegistry,
  gone: readonly Digest[],
): Promise<void> => {
  const kept = keptModels(await models.list()).filter((digest) => !gone.includes(digest));
  const keptFiles = new Set((await Promise.all(kept.map((digest) => filesOf(artifacts, digest)))).flat());
  for (const model of gone) {
    for (const file of await filesOf(artifacts, model)) if (!keptFiles.has(file)) await artifacts.delete(file);
    await artifacts.delete(model);
  }
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
