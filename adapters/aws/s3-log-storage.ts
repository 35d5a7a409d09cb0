// Tiles and entry bundles of the log as write-once objects (C2SP tlog-tiles layout) in a bucket with Object Lock. Not
// trusted: an editor can at most make verification fail.
import type { S3Client } from '@aws-sdk/client-s3';
import { QuittanceError } from '#core/errors.ts';
import type { LogStorage } from '#core/ports.ts';
import { safePath } from '#core/names.ts';
import { s3Objects } from './s3-objects.ts';

export const s3LogStorage = (client: S3Client, bucket: string): LogStorage => {
  const objects = s3Objects(client, bucket);
  return {
    put: async (path, bytes) => {
      const key = `log/${safePath(path)}`;
      if (await objects.create(key, bytes)) return;
      const present = await objects.get(key);
      // the same write, repeated because its answer was lost
      if (present !== undefined && Buffer.from(present).equals(bytes)) return;
      throw new QuittanceError('STORE_CORRUPT', {
        message: `the log file ${path} holds other bytes`,
        expected: 'a path written once',
      });
    },
    get: async (path) => {
      const bytes = await objects.get(`log/${safePath(path)}`);
      if (bytes === undefined) throw new QuittanceError('NOT_FOUND', { message: `no log file ${path}` });
      return bytes;
    },
  };
};
