// A model with all that it is made upon: weights; an adapter and its base; a composed decoder, its target and what that
// stands on. Each is named by its manifest's digest, so that the first digest covers every file beneath.
// Trap: what is beneath may be gone, or be something that nothing can be made upon; each is refused by its digest,
// before any file is read.
import type { Digest } from './canonical.ts';
import { isQuittanceError, must, QuittanceError } from './errors.ts';
import { beneath, ModelManifest, ownFiles, type FileEntry } from './model.ts';
import type { ArtifactStore } from './ports.ts';
import { parseJson } from './stored-json.ts';

export interface Link {
  readonly digest: Digest;
  readonly manifest: ModelManifest;
  /** Its folder within the model's own: '' of the model itself, else base/, target/ or target/base/. */
  readonly at: string;
}

/** The model itself, then what it is made upon. */
export type Chain = [Link, ...Link[]];

/** MODEL_NOT_FOUND, BASE_MISSING or MODEL_INVALID. */
export const readChain = async (artifacts: ArtifactStore, digest: Digest): Promise<Chain> => {
  const chain: Chain = [{ digest, manifest: await readManifest(artifacts, digest, () => notFound(digest)), at: '' }];
  for (let last = chain[0], under = beneath(last.manifest); under; under = beneath(last.manifest)) {
    const missing = baseMissing(last.digest, under.digest);
    chain.push((last = linkBelow(last, await readManifest(artifacts, under.digest, () => missing))));
  }
  return chain;
};

/** What was found beneath a link. MODEL_INVALID where the link cannot be made upon it. */
export const linkBelow = (above: Link, manifest: ModelManifest): Link => {
  const under = must(beneath(above.manifest), 'what a model is made upon');
  checkBeneath(above, manifest);
  return { digest: under.digest, manifest, at: `${above.at}${under.folder}/` };
};

/** MODEL_INVALID where nothing of its kind can be made upon this one, or it is stored otherwise than is said of it. */
const checkBeneath = ({ digest, manifest }: Link, found: ModelManifest): void => {
  const kinds = beneath(manifest)?.kinds ?? [];
  if (!kinds.includes(found.kind))
    throw new QuittanceError('MODEL_INVALID', {
      message: `${digest} is made upon a model that it cannot be made upon`,
      expected: kinds.join(' or '),
      got: found.kind,
    });
  if (found.quantisation !== manifest.quantisation)
    throw new QuittanceError('MODEL_INVALID', {
      message: `${digest} says otherwise how the weights beneath it are stored`,
      expected: found.quantisation,
      got: manifest.quantisation,
    });
};

/** All files by their paths in the model's folder. */
export const filesOf = (chain: readonly Pick<Link, 'manifest' | 'at'>[]): Readonly<Record<string, FileEntry>> =>
  Object.fromEntries(
    chain.flatMap(({ manifest, at }) =>
      Object.entries(ownFiles(manifest)).map(([path, file]) => [`${at}${path}`, file] as const),
    ),
  );

/** The name of a manifest that the model in a bundle is made upon. */
export const bundledManifest = (digest: Digest): string => `manifests/${digest.slice('sha256:'.length)}.json`;

const readManifest = async (
  artifacts: ArtifactStore,
  digest: Digest,
  missing: () => QuittanceError,
): Promise<ModelManifest> => {
  const bytes = await artifacts.get(digest).catch((error: unknown) => {
    throw isQuittanceError(error, 'NOT_FOUND') ? missing() : error;
  });
  try {
    return parseJson(bytes, ModelManifest, digest);
  } catch (cause) {
    throw new QuittanceError('MODEL_INVALID', { message: `${digest} is not a model manifest`, cause });
  }
};

const notFound = (digest: Digest) =>
  new QuittanceError('MODEL_NOT_FOUND', { message: `no model has the digest ${digest}` });

const baseMissing = (above: Digest, digest: Digest) =>
  new QuittanceError('BASE_MISSING', {
    message: `${above} is made upon a model that is not here`,
    expected: digest,
    got: 'nothing',
    hint: 'import the model that it was made upon first',
  });
