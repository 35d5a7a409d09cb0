// Destroying models in the artifact store. Traps: files are shared by content (a tokenizer is the same in every
// version), and an adapter or a composed model is made upon another model's; so a file or a manifest goes only when no
// model that stays needs it, and a model that another is made upon stays whole.
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { beneath, ModelManifest, ownFiles, type ModelRecord, type SideArtefacts } from '#core/model.ts';
import type { ArtifactStore, ModelRegistry } from '#core/ports.ts';
import { Lineage } from '#core/recipe.ts';
import { getJson } from '#core/stored-json.ts';

/** Digests of models that the registry needs: deployed, or in quarantine. */
export const neededModels = (models: readonly ModelRecord[]): Digest[] =>
  models.flatMap(({ digest, quarantined, trainedFrom }) => [
    digest,
    ...(trainedFrom === undefined ? [] : [trainedFrom]),
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

/** States behind the slices of a training: they know all that was learnt by then. */
const statesOf = async (artifacts: ArtifactStore, lineage: Digest | undefined): Promise<Digest[]> => {
  if (lineage === undefined || !(await artifacts.has(lineage))) return [];
  return (await getJson(artifacts, lineage, Lineage)).states.map(({ digest }) => digest);
};

/**
 * Deletes what stood beside a model, as far as no model in the registry refers to it, with the states behind slices
 * that it alone names.
 */
export const destroySide = async (
  artifacts: ArtifactStore,
  models: ModelRegistry,
  { suite, moments, trainingManifest, training }: SideArtefacts,
): Promise<void> => {
  const all = await models.list();
  const inUse = new Set(all.flatMap((model) => [model.suite, model.moments, model.trainingManifest, model.training]));
  const states = async (lineages: readonly (Digest | undefined)[]) =>
    (await Promise.all(lineages.map((lineage) => statesOf(artifacts, lineage)))).flat();
  const kept = new Set(await states(all.map((model) => model.training)));
  for (const state of await states([training])) if (!kept.has(state)) await artifacts.delete(state);
  for (const digest of [suite, moments, trainingManifest, training])
    if (digest !== undefined && !inUse.has(digest)) await artifacts.delete(digest);
};
