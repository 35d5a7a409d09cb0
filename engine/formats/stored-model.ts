// Models in and out of the content-addressed store: a model is its manifest, whose digest names it; each file is an
// artefact of its own.
// Trap: a weight file in the store could be swapped, so the store verifies each file's digest when it is read.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalize, type Digest } from '#core/canonical.ts';
import { filesOf, readChain } from '#core/model-chain.ts';
import type { ModelManifest } from '#core/model.ts';
import type { ArtifactStore } from '#core/ports.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { manifestOf, loadModel } from './folder.ts';
import type { Model } from '../model.ts';

/** Puts the served files of a model folder and their manifest into the store; returns the manifest's digest. */
export const storeModel = async (
  artifacts: ArtifactStore,
  dir: string,
  quantisation: Quantisation,
): Promise<{ digest: Digest; manifest: ModelManifest }> => {
  const manifest = manifestOf(dir, quantisation);
  for (const name of Object.keys(manifest.files)) await artifacts.put(readFileSync(join(dir, name)));
  return { digest: await artifacts.put(Buffer.from(canonicalize(manifest))), manifest };
};

/**
 * Writes the model's files into `into`. MODEL_NOT_FOUND where the digest names nothing, MODEL_INVALID where it names
 * something else.
 */
export const materialize = async (artifacts: ArtifactStore, digest: Digest, into: string): Promise<void> => {
  const chain = await readChain(artifacts, digest);
  for (const [path, file] of Object.entries(filesOf(chain))) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), await artifacts.get(file.digest));
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
export const openModel = async (artifacts: ArtifactStore, digest: Digest, scratch: string): Promise<Model> =>
  withModelFolder(artifacts, digest, scratch, loadModel);
