// Models in and out of the content-addressed store: a model is its manifest, whose digest names it; each file is an
// artefact of its own.
// Trap: a weight file in the store could be swapped, so the store verifies each file's digest when it is read.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalize, type Digest } from '#core/canonical.ts';
import { readChain } from '#core/model-chain.ts';
import { beneath, ownFiles, type ModelManifest } from '#core/model.ts';
import type { ArtifactStore } from '#core/ports.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { MANIFEST_FILE } from './folder-kind.ts';
import { chainOfFolder, openModelFolder, type OpenedModel } from './made-folder.ts';

export interface StoredModel {
  digest: Digest;
  manifest: ModelManifest;
}

/**
 * Puts the served files of a model folder of any kind and their manifests into the store, those of what is beneath
 * first; returns the model's own.
 */
export const storeModel = async (
  artifacts: ArtifactStore,
  dir: string,
  quantisation: Quantisation,
): Promise<StoredModel> => {
  const chain = chainOfFolder(dir, quantisation);
  for (const { manifest, at } of chain.toReversed()) await storeFiles(artifacts, join(dir, at), manifest);
  return chain[0];
};

/** The files of one manifest, from their folder, and the manifest itself. */
export const storeFiles = async (
  artifacts: ArtifactStore,
  dir: string,
  manifest: ModelManifest,
): Promise<StoredModel> => {
  for (const name of Object.keys(ownFiles(manifest))) await artifacts.put(readFileSync(join(dir, name)));
  return { digest: await artifacts.put(Buffer.from(canonicalize(manifest))), manifest };
};

/**
 * Writes the model's files into `into`, and beside those of an adapter or a composed decoder the manifest that says
 * what it is made upon. MODEL_NOT_FOUND where the digest names nothing, BASE_MISSING or MODEL_INVALID.
 */
export const materialize = async (artifacts: ArtifactStore, digest: Digest, into: string): Promise<void> => {
  for (const { manifest, at } of await readChain(artifacts, digest)) {
    for (const [path, file] of Object.entries(ownFiles(manifest))) {
      mkdirSync(dirname(join(into, at, path)), { recursive: true });
      writeFileSync(join(into, at, path), await artifacts.get(file.digest));
    }
    if (beneath(manifest)) writeFileSync(join(into, at, MANIFEST_FILE), canonicalize(manifest));
  }
};

/** Runs `use` with the model's files in a scratch folder that is gone afterwards. */
export const withModelFolder = async <T>(
  artifacts: ArtifactStore,
  digest: Digest,
  scratch: string,
  use: (dir: string) => T | Promise<T>,
): Promise<T> => {
  const dir = mkdtempSync(join(scratch, 'model-'));
  try {
    await materialize(artifacts, digest, dir);
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** The caller disposes the model. */
export const openModel = async (artifacts: ArtifactStore, digest: Digest, scratch: string): Promise<OpenedModel> =>
  withModelFolder(artifacts, digest, scratch, openModelFolder);
