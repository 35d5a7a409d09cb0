// Artifacts as files named by their SHA-256. Not trusted: what is read is hashed again, so that whoever edits the
// folder can at most make a read fail.
import { glob, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest, digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { isThere, readSmallIfThere, writeDurably } from './durable-file.ts';

export const fileArtifactStore = (dir: string): ArtifactStore => {
  const pathOf = (digest: Digest) => {
    const hex = Digest.parse(digest).slice('sha256:'.length);
    return join(dir, hex.slice(0, 2), hex.slice(2));
  };
  const intact = async (digest: Digest) => {
    const bytes = await readSmallIfThere(pathOf(digest));
    return bytes !== undefined && digestOf(bytes) === digest;
  };
  return {
    put: async (bytes) => {
      const digest = digestOf(bytes);
      if (!(await intact(digest))) await writeDurably(pathOf(digest), bytes, 0o444); // a damaged copy is replaced too
      return digest;
    },
    get: async (digest) => {
      const bytes = await readSmallIfThere(pathOf(digest));
      if (bytes === undefined) throw new QuittanceError('NOT_FOUND', { message: `no artifact ${digest}` });
      const got = digestOf(bytes);
      if (got !== digest)
        throw new QuittanceError('STORE_CORRUPT', { message: 'a stored artifact was changed', expected: digest, got });
      return bytes;
    },
    has: (digest) => isThere(pathOf(digest)),
    delete: (digest) => removeWithTemporaries(pathOf(digest)),
  };
};

/** Also removes the temporary files of a process that was killed while it wrote this artifact. */
const removeWithTemporaries = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  for await (const temporary of glob(`${path}.*.tmp`)) await rm(temporary, { force: true });
};
