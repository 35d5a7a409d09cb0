// One bucket's objects as bytes, for the artifact store, the log and the vault. Traps: a connection may break in the
// middle of a body, where the SDK no longer repeats the call, so a read is repeated here; and without s3:ListBucket S3
// answers 403 for an object that does not exist.
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isQuittanceError } from '#core/errors.ts';
import { calling, isNamed } from './failures.ts';

export interface S3Objects {
  /** undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  has(key: string): Promise<boolean>;
  /** Overwrites. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Returns false where an object exists, whatever its bytes. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Deleting what is absent is a no-op. */
  delete(key: string): Promise<void>;
  /** Keys that begin with `prefix`, in order. */
  keys(prefix: string): Promise<string[]>;
}

const READS = 3;
/** Above this an upload goes in parts of this size; S3 takes at most 5 GB in one. */
const PART_BYTES = 64 * 1024 * 1024;

export const s3Objects = (client: S3Client, bucket: string, partBytes = PART_BYTES): S3Objects => ({
  get: (key) => again(READS, () => calling('S3', () => read(client, bucket, key))),
  has: (key) =>
    calling('S3', () =>
      client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).then(
        () => true,
        (error: unknown) => absent(error, false),
      ),
    ),
  put: (key, bytes) =>
    calling('S3', async () => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    }),
  create: (key, bytes) =>
    calling('S3', async () => {
      try {
        await (bytes.byteLength > partBytes
          ? createInParts(client, bucket, key, bytes, partBytes)
          : client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, IfNoneMatch: '*' })));
        return true;
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed')) return false;
        throw error;
      }
    }),
  delete: (key) =>
    calling('S3', async () => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    }),
  keys: (prefix) =>
    calling('S3', async () => {
      const keys: string[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      return keys.sort();
    }),
});

const read = async (client: S3Client, bucket: string, key: string): Promise<Uint8Array | undefined> => {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    return absent(error, undefined);
  }
};

const absent = <T>(error: unknown, answer: T): T => {
  if (isNamed(error, 'NoSuchKey', 'NotFound')) return answer;
  throw error;
};

/** Uploads in parts; the bucket's lifecycle rule removes parts of uploads that never end. */
const createInParts = async (client: S3Client, bucket: string, key: string, bytes: Uint8Array, partBytes: number) => {
  const at = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let start = 0; start < bytes.byteLength; start += partBytes) {
    const PartNumber = Parts.length + 1;
    const part = { ...at, UploadId, PartNumber, Body: bytes.subarray(start, start + partBytes) };
    const { ETag } = await client.send(new UploadPartCommand(part));
    Parts.push({ PartNumber, ETag });
  }
  await client.send(
    new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' }),
  );
};

const again = async <T>(times: number, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (times <= 1 || !isQuittanceError(error, 'SERVICE_UNAVAILABLE')) throw error;
    return again(times - 1, act);
  }
};
