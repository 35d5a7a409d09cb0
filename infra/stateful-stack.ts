// What must outlive every deployment: tables, buckets, keys, the image repository, the trail.
// Trap: removal policies are RETAIN and the stack is protected against deletion; docs/operations.md says how an
// installation is removed for good.
import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { makeBuckets, makeTrail } from './buckets.ts';
import { LOG_KEY } from './log-key.ts';
import type { Settings } from './settings.ts';
import { makeTables, type TableName } from './tables.ts';

/** Referred to by export name, so that a reference is the same text in every stack. */
export interface Exported {
  readonly name: string;
  readonly arn: string;
}

/** What the other stacks refer to. */
export interface Resources {
  readonly prefix: string;
  readonly tables: Readonly<Record<TableName, Exported>>;
  readonly buckets: Readonly<Record<'vault' | 'artifacts' | 'ledger', Exported>>;
  /**
   * ARNs. That of the log's first key is exported for app stacks from before its rights went by its alias, which import
   * it until they are deployed again.
   */
  readonly keys: Readonly<Record<'vault' | 'data' | 'log' | 'people', string>>;
  readonly repository: Exported;
  /** Alias of a signing key without its name. */
  readonly signerAliases: string;
  readonly kmsSigners: readonly string[];
  readonly busName: string;
  readonly mail: Settings['mail'];
  readonly region: string;
  readonly timeZone: string;
  readonly entities: Settings['entities'];
  readonly serving: Settings['serving'];
  readonly certificateScope: Settings['certificateScope'];
  readonly attestors: Settings['attestors'];
}

export class StatefulStack extends Stack {
  readonly resources: Resources;

  constructor(scope: Construct, id: string, settings: Settings, props: StackProps = {}) {
    super(scope, id, { ...props, terminationProtection: true });
    const { prefix } = settings;
    const keys = this.#keys(prefix);
    const buckets = makeBuckets(this, keys.data, settings.ledgerRetentionDays);
    const tables = makeTables(this);
    makeTrail(this, buckets, tables.vault);
    const repository = new Repository(this, 'Jobs', {
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: 5 }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const bucket = (name: 'vault' | 'artifacts' | 'ledger') =>
      this.#exported(buckets[name].bucketName, buckets[name].bucketArn);
    const arn = ({ keyArn }: Key): string => this.exportValue(keyArn);
    this.resources = {
      prefix,
      tables: mapValues(tables, ({ tableName, tableArn }) => this.#exported(tableName, tableArn)),
      buckets: { vault: bucket('vault'), artifacts: bucket('artifacts'), ledger: bucket('ledger') },
      keys: mapValues(keys, arn),
      repository: this.#exported(repository.repositoryName, repository.repositoryArn),
      signerAliases: `alias/${prefix}`,
      kmsSigners: [LOG_KEY],
      busName: 'default',
      mail: settings.mail,
      region: settings.region,
      timeZone: settings.timeZone,
      entities: settings.entities,
      serving: settings.serving,
      certificateScope: settings.certificateScope,
      attestors: settings.attestors,
    };
  }

  #exported(name: string, arn: string): Exported {
    return { name: this.exportValue(name), arn: this.exportValue(arn) };
  }

  #keys(prefix: string): Readonly<Record<'vault' | 'data' | 'log' | 'people', Key>> {
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
      people: secret('PeopleKey', 'wraps the keys by which people sign their decisions; for the HTTP app alone'),
      log: new Key(this, 'LogKey', {
        description: 'signs the checkpoints of the transparency log (Ed25519)',
        alias: `alias/${prefix}/${LOG_KEY}`,
        keySpec: KeySpec.ECC_NIST_EDWARDS25519,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy: RemovalPolicy.RETAIN,
      }),
    };
  }
}

const mapValues = <K extends string, V, R>(record: Readonly<Record<K, V>>, map: (value: V) => R): Record<K, R> =>
  Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)])) as Record<K, R>;
