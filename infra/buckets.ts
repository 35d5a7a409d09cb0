// Buckets, and the trail of who read or wrote their objects. Only the ledger has versions and Object Lock; in the
// others a deleted object is gone at once.
// Trap: in write-once buckets a write without If-None-Match is refused for everybody, so that no faulty role can
// overwrite evidence.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { ReadWriteType, Trail, type DataResourceType } from 'aws-cdk-lib/aws-cloudtrail';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  type BucketProps,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';

export interface Buckets {
  readonly vault: Bucket;
  readonly artifacts: Bucket;
  readonly ledger: Bucket;
  readonly logs: Bucket;
}

const COMMON = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
} satisfies BucketProps;

export const makeBuckets = (stack: Stack, dataKey: Key, ledgerRetentionDays: number): Buckets => {
  const logs = new Bucket(stack, 'AccessLogs', {
    ...COMMON,
    encryption: BucketEncryption.S3_MANAGED, // S3 can deliver logs only to a bucket with this encryption
    lifecycleRules: [{ expiration: Duration.days(400) }],
  });
  Validations.of(logs).acknowledge({ id: 'AwsSolutions-S1', reason: 'this is the bucket that access logs go to' });
  const logged = (prefix: string) => ({
    ...COMMON,
    serverAccessLogsBucket: logs as IBucket, // the class has one optional member more than its interface
    serverAccessLogsPrefix: `${prefix}/`,
  });
  const unfinished = { abortIncompleteMultipartUploadAfter: Duration.days(2) };
  const artifacts = new Bucket(stack, 'Artifacts', {
    ...logged('artifacts'),
    encryption: BucketEncryption.KMS,
    encryptionKey: dataKey,
    bucketKeyEnabled: true,
    lifecycleRules: [unfinished],
  });
  const ledger = new Bucket(stack, 'Ledger', {
    ...logged('ledger'),
    encryption: BucketEncryption.S3_MANAGED, // auditors read it, and it holds no personal data
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(ledgerRetentionDays)),
  });
  const vault = new Bucket(stack, 'VaultObjects', {
    ...logged('vault'),
    encryption: BucketEncryption.S3_MANAGED, // within, each object is encrypted under its ticket's own key
    lifecycleRules: [unfinished],
  });
  for (const bucket of [artifacts, ledger]) bucket.addToResourcePolicy(writeOnce(bucket));
  return { vault, artifacts, ledger, logs };
};

/** Parts of an upload are exempt, as the condition is checked when the upload is completed. */
const writeOnce = (bucket: Bucket) =>
  new PolicyStatement({
    sid: 'WriteOnce',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });

/**
 * Records every read and write of case data, weights and ledger. Management events belong to the account's own trail.
 */
export const makeTrail = (stack: Stack, { vault, artifacts, ledger, logs }: Buckets, vaultTable: TableV2): void => {
  const trail = new Trail(stack, 'Trail', {
    bucket: logs as IBucket,
    s3KeyPrefix: 'trail',
    managementEvents: ReadWriteType.NONE,
    isMultiRegionTrail: false,
    includeGlobalServiceEvents: false,
    enableFileValidation: true,
  });
  trail.addS3EventSelector([vault, artifacts, ledger].map((bucket) => ({ bucket: bucket as IBucket })));
  // CloudTrail knows this type of resource; the CDK's list of types lacks it.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
  const tables = 'AWS::DynamoDB::Table' as DataResourceType;
  trail.addEventSelector(tables, [vaultTable.tableArn]);
};
