// Whether an installation exists and is as it was deployed: what `quittance doctor --aws` prints. It only reads, and
// says of each check that cannot be made why.
// Trap: a missing right looks like a missing resource, so the service's error name is shown unchanged.
import { DescribeJobQueuesCommand, type BatchClient } from '@aws-sdk/client-batch';
import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type CloudFormationClient,
} from '@aws-sdk/client-cloudformation';
import { DescribeContinuousBackupsCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { GetObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetEmailIdentityCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import { DescribeStateMachineCommand, type SFNClient } from '@aws-sdk/client-sfn';

export interface InstallationClients {
  readonly cloudformation: CloudFormationClient;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly sfn: SFNClient;
  readonly batch: BatchClient;
  readonly ses: SESv2Client;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const PARTS = ['state', 'network', 'gpu', 'app'] as const;

/** Checks in order: the stacks, then what is in them. */
export const checkInstallation = async (clients: InstallationClients, prefix: string): Promise<Check[]> => {
  const stacks = await Promise.all(
    PARTS.map((part) => checked(`stack ${prefix}-${part}`, () => stack(clients, `${prefix}-${part}`))),
  );
  const resources = (await Promise.all(PARTS.map((part) => resourcesOf(clients, `${prefix}-${part}`)))).flat();
  const found = resources.flatMap((resource) => {
    const look = LOOKS[resource.type];
    return look
      ? [checked(`${resource.type.split('::').at(-1) ?? ''} ${resource.id}`, () => look(clients, resource))]
      : [];
  });
  return [...stacks, ...(await Promise.all(found))];
};

interface Resource {
  readonly type: string;
  /** Logical id without the CDK's hash. */
  readonly id: string;
  readonly physical: string;
}

type Answer = readonly [ok: boolean, detail: string];

const checked = async (name: string, look: () => Promise<Answer>): Promise<Check> => {
  try {
    const [ok, detail] = await look();
    return { name, ok, detail };
  } catch (error) {
    return { name, ok: false, detail: reasonOf(error) };
  }
};

/** Errors of a service have a name, those of the network a code. */
const reasonOf = (error: unknown): string => {
  const { name, code } = error as { name?: string; code?: string };
  return (name === 'Error' ? code : name) ?? 'no answer';
};

const stack = async ({ cloudformation }: InstallationClients, name: string): Promise<Answer> => {
  const { Stacks: [one] = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: name }));
  const status = one?.StackStatus ?? 'absent';
  const open = name.endsWith('-state') && one?.EnableTerminationProtection !== true;
  return [
    /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status) && !open,
    open ? `${status}, not protected against deletion` : status,
  ];
};

const resourcesOf = async ({ cloudformation }: InstallationClients, name: string): Promise<Resource[]> => {
  const list = new DescribeStackResourcesCommand({ StackName: name });
  // the check of the stack itself reports the reason
  const { StackResources = [] } = await cloudformation.send(list).catch(() => ({ StackResources: [] }));
  return StackResources.map(({ ResourceType = '', LogicalResourceId = '', PhysicalResourceId = '' }) => ({
    type: ResourceType,
    id: LogicalResourceId.replace(/[0-9A-F]{8}$/, ''),
    physical: PhysicalResourceId,
  }));
};

type Look = (clients: InstallationClients, resource: Resource) => Promise<Answer>;

/** Zone A: what a purge destroys must not come back from a backup. */
const WITHOUT_BACKUP = ['Vault', 'Serving'];

const table: Look = async ({ dynamodb }, { id, physical: TableName }) => {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  const { ContinuousBackupsDescription } = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
  const status = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus ?? 'DISABLED';
  const wanted = WITHOUT_BACKUP.includes(id) ? 'DISABLED' : 'ENABLED';
  const streams = Table?.StreamSpecification?.StreamEnabled === true;
  const right = Table?.TableStatus === 'ACTIVE' && status === wanted && !streams;
  return [right, `${Table?.TableStatus ?? 'absent'}, backups ${status}${streams ? ', streams on' : ''}`];
};

const bucket: Look = async ({ s3 }, { id, physical: Bucket }) => {
  if (id !== 'Ledger') return [true, 'no lock wanted'];
  const { ObjectLockConfiguration: lock } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
  const retention = lock?.Rule?.DefaultRetention;
  return [retention?.Mode === 'COMPLIANCE', `${retention?.Mode ?? 'not locked'} ${retention?.Days ?? 0} days`];
};

const LOOKS: Readonly<Record<string, Look>> = {
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::S3::Bucket': bucket,
  'AWS::KMS::Key': async ({ kms }, { physical: KeyId }) => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    return [KeyMetadata?.KeyState === 'Enabled', KeyMetadata?.KeyState ?? 'absent'];
  },
  'AWS::StepFunctions::StateMachine': async ({ sfn }, { physical: stateMachineArn }) => {
    const { status = 'absent' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return [status === 'ACTIVE', status];
  },
  'AWS::Batch::JobQueue': async ({ batch }, { physical }) => {
    const { jobQueues: [queue] = [] } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: [physical] }));
    return [
      queue?.state === 'ENABLED' && queue.status === 'VALID',
      `${queue?.state ?? 'absent'} ${queue?.status ?? ''}`,
    ];
  },
  'AWS::SES::EmailIdentity': async ({ ses }, { physical: EmailIdentity }) => {
    const { VerifiedForSendingStatus: verified } = await ses.send(new GetEmailIdentityCommand({ EmailIdentity }));
    return [verified === true, verified === true ? 'may send' : 'not confirmed yet: nobody gets mail'];
  },
};
