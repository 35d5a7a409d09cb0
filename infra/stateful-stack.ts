// What must outlive every deployment: tables, buckets, keys, the image repository. A table a port, so that a right is a table. Zone A (vault, serving rules) has no
// backups, streams or versions: what is destroyed there is gone. Only the ledger has Object Lock, in compliance mode.
// Trap: removal policies are RETAIN and the stack is protected; taking an installation down for good is docs/operations.md's business.
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  type BucketProps,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** What the other stacks refer to. */
export interface Resources {
  readonly prefix: string;
  readonly tables: Readonly<
    Record<'tickets' | 'vault' | 'logHead' | 'results' | 'models' | 'serving' | 'keys', TableV2>
  >;
  readonly buckets: Readonly<Record<'vault' | 'artifacts' | 'ledger' | 'logs', Bucket>>;
  readonly keys: Readonly<Record<'vault' | 'data' | 'log', Key>>;
  readonly repository: Repository;
  /** Alias of a signing key without its name. */
  readonly signerAliases: string;
  readonly kmsSigners: readonly string[];
  readonly busName: string;
  readonly mail: Settings['mail'];
  readonly region: string;
  readonly timeZone: string;
  readonly serving: Settings['serving'];
}

/** Name of the log's key with the Signer. */
const LOG_KEY = 'log';

export class StatefulStack extends Stack {
  readonly resources: Resources;

  constructor(scope: Construct, id: string, settings: Settings, props: StackProps = {}) {
    super(scope, id, { ...props, terminationProtection: true });
    const keys = this.#keys(settings.prefix);
    const buckets = this.#buckets(keys.data, settings);
    const repository = new Repository(this, 'Jobs', {
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: 5 }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.resources = {
      prefix: settings.prefix,
      tables: this.#tables(),
      buckets,
      keys,
      repository,
      signerAliases: `alias/${settings.prefix}`,
      kmsSigners: [LOG_KEY],
      busName: 'default',
      mail: settings.mail,
      region: settings.region,
      timeZone: settings.timeZone,
      serving: settings.serving,
    };
  }

  #keys(prefix: string): Resources['keys'] {
    const secret = (id: string, description: string) =>
      new Key(this, id, { description, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
    const data = secret('DataKey', 'weights and artefacts at rest, alarms');
    data.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'], // in a key's policy: this key
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return {
      vault: secret('VaultKey', "wraps the tickets' data keys and the installation's secrets"),
      data,
      log: new Key(this, 'LogKey', {
        description: 'signs the checkpoints of the transparency log (Ed25519)',
        alias: `alias/${prefix}/${LOG_KEY}`,
        keySpec: KeySpec.ECC_NIST_EDWARDS25519,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy: RemovalPolicy.RETAIN,
      }),
    };
  }

  #tables(): Resources['tables'] {
    const table = (id: string, { backedUp, sorted = false }: { backedUp: boolean; sorted?: boolean }) =>
      new TableV2(this, id, {
        partitionKey: { name: 'pk', type: AttributeType.STRING },
        ...(sorted ? { sortKey: { name: 'sk', type: AttributeType.STRING } } : {}),
        encryption: TableEncryptionV2.dynamoOwnedKey(),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: backedUp },
        deletionProtection: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    const tickets = table('Tickets', { backedUp: true, sorted: true });
    tickets.addGlobalSecondaryIndex({
      indexName: 'by-filing',
      partitionKey: { name: 'listed', type: AttributeType.STRING },
      sortKey: { name: 'filed', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    return {
      tickets,
      vault: table('Vault', { backedUp: false }),
      logHead: table('LogHead', { backedUp: true }),
      results: table('Results', { backedUp: true }),
      models: table('Models', { backedUp: true }),
      serving: table('Serving', { backedUp: false, sorted: true }),
      keys: table('Keys', { backedUp: true }),
    };
  }

  #buckets(dataKey: Key, { ledgerRetentionDays }: Settings): Resources['buckets'] {
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
    } satisfies BucketProps;
    const logs = new Bucket(this, 'AccessLogs', {
      ...common,
      encryption: BucketEncryption.S3_MANAGED, // S3's log delivery takes no other
      lifecycleRules: [{ expiration: Duration.days(400) }],
    });
    const logged = (prefix: string) => ({
      ...common,
      serverAccessLogsBucket: logs as IBucket, // the class has one optional member more than its interface
      serverAccessLogsPrefix: `${prefix}/`,
    });
    const unfinished = { abortIncompleteMultipartUploadAfter: Duration.days(2) };
    const artifacts = new Bucket(this, 'Artifacts', {
      ...logged('artifacts'),
      encryption: BucketEncryption.KMS,
      encryptionKey: dataKey,
      bucketKeyEnabled: true,
      lifecycleRules: [unfinished],
    });
    const ledger = new Bucket(this, 'Ledger', {
      ...logged('ledger'),
      encryption: BucketEncryption.S3_MANAGED, // auditors read it, and it holds no personal data
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(ledgerRetentionDays)),
    });
    const vault = new Bucket(this, 'VaultObjects', {
      ...logged('vault'),
      encryption: BucketEncryption.S3_MANAGED, // within, each object is sealed under its ticket's own key
      lifecycleRules: [unfinished],
    });
    for (const bucket of [artifacts, ledger]) bucket.addToResourcePolicy(writeOnce(bucket));
    return { vault, artifacts, ledger, logs };
  }
}

/** No object is overwritten: a write without If-None-Match is refused (parts of an upload aside, which become an object at its completion). */
const writeOnce = (bucket: Bucket) =>
  new PolicyStatement({
    sid: 'WriteOnce',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
