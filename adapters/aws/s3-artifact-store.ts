// Artifacts as objects named by their SHA-256, written once (If-None-Match). Not trusted: what is read is hashed again. Trap: the bucket has no versions, as a
// deleted weight file must be gone.
import type { S3Client } from '@aws-sdk/client-s3';
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
