// Artifacts as objects named by their SHA-256, written once (If-None-Match). Not trusted: what is read is hashed again.
// Trap: the bucket has no versions, as a deleted weight file must be gone.
import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { Digest, digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { s3Objects } from './s3-objects.ts';

export const s3ArtifactStore = (client: S3Client, bucket: string): ArtifactStore => {
  const objects = s3Objects(client, bucket);
  return {
    put: async (bytes) => {
      const digest = digestOf(bytes);
      await objects.create(keyOf(digest), bytes);
      return digest;
    },
    get: async (digest) => {
      const bytes = await objects.get(keyOf(digest));
      if (bytes === undefined) throw new QuittanceError('NOT_FOUND', { message: `no artifact ${digest}` });
      const got = digestOf(bytes);
      if (got === digest) return bytes;
      throw new QuittanceError('STORE_CORRUPT', { message: 'a stored artifact was changed', expected: digest, got });
    },
    has: (digest) => objects.has(keyOf(digest)),
    delete: (digest) => objects.delete(keyOf(digest)),
  };
};

const keyOf = (digest: Digest) => {
  const hex = Digest.parse(digest).slice('sha256:'.length);
  return `artifacts/${hex.slice(0, 2)}/${hex.slice(2)}`;
};

/** Far larger than any certificate. */
const SMALL_BYTES = 1 << 20;

/**
 * Artifacts that may be a certificate, with their digests: after a restore no other list of certificates exists. A
 * damaged one is an error, as in any read.
 */
export async function* smallArtifacts(client: S3Client, bucket: string): AsyncGenerator<readonly [Digest, Uint8Array]> {
  const store = s3ArtifactStore(client, bucket);
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: 'artifacts/' }))
    for (const { Key = '', Size = 0 } of Contents) {
      if (Size > SMALL_BYTES) continue;
      const digest = Digest.parse(`sha256:${Key.replace(/^artifacts\//, '').replace('/', '')}`);
      yield [digest, await store.get(digest)];
    }
}
