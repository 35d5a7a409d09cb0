// What `doctor --aws` says of an installation that is right, and of one that somebody changed by hand. The answers are
// the services' own shapes.
import { describe, expect, it } from '@jest/globals';
import { checkInstallation, type InstallationClients } from '#adapters/aws/check-installation.ts';

const resource = (ResourceType: string, LogicalResourceId: string) => ({
  ResourceType,
  LogicalResourceId,
  PhysicalResourceId: LogicalResourceId,
});
const RESOURCES: Record<string, ReturnType<typeof resource>[]> = {
  'quittance-state': [
    resource('AWS::DynamoDB::GlobalTable', 'Vault0123ABCD'),
    resource('AWS::DynamoDB::GlobalTable', 'Tickets0123ABCD'),
    resource('AWS::S3::Bucket', 'Ledger0123ABCD'),
    resource('AWS::KMS::Key', 'LogKey0123ABCD'),
    resource('AWS::ECR::Repository', 'Jobs0123ABCD'),
  ],
  'quittance-app': [
    resource('AWS::StepFunctions::StateMachine', 'Erasure0123ABCD'),
    resource('AWS::SES::EmailIdentity', 'Sender0123ABCD'),
  ],
  'quittance-gpu': [resource('AWS::Batch::JobQueue', 'Queue0123ABCD')],
};

type Input = Record<string, string>;
type Answers = Record<string, (input: Input) => unknown>;
const RIGHT: Answers = {
  DescribeStacksCommand: () => ({ Stacks: [{ StackStatus: 'UPDATE_COMPLETE', EnableTerminationProtection: true }] }),
  DescribeStackResourcesCommand: ({ StackName = '' }) => ({ StackResources: RESOURCES[StackName] ?? [] }),
  DescribeTableCommand: () => ({ Table: { TableStatus: 'ACTIVE' } }),
  DescribeContinuousBackupsCommand: ({ TableName = '' }) => ({
    ContinuousBackupsDescription: {
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: TableName.startsWith('Vault') ? 'DISABLED' : 'ENABLED',
      },
    },
  }),
  GetObjectLockConfigurationCommand: () => ({
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 2190 } } },
  }),
  DescribeKeyCommand: () => ({ KeyMetadata: { KeyState: 'Enabled' } }),
  DescribeStateMachineCommand: () => ({ status: 'ACTIVE' }),
  DescribeJobQueuesCommand: () => ({ jobQueues: [{ state: 'ENABLED', status: 'VALID' }] }),
  GetEmailIdentityCommand: () => ({ VerifiedForSendingStatus: true }),
};

/** All clients at once: a command is answered by its name. */
const clients = (changed: Answers = {}): InstallationClients => {
  const send = (command: { constructor: { name: string }; input: Input }): Promise<unknown> =>
    Promise.resolve().then(() => ({ ...RIGHT, ...changed })[command.constructor.name]?.(command.input));
  const one = { send };
  const all = { cloudformation: one, dynamodb: one, s3: one, kms: one, sfn: one, batch: one, ses: one };
  return all as unknown as InstallationClients;
};

const wrong = async (changed: Answers) =>
  (await checkInstallation(clients(changed), 'quittance'))
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `${name}: ${detail}`);
const named = (name: string) => () => {
  throw Object.assign(new Error(), { name });
};

describe('an installation', () => {
  it('as it was deployed passes every check', async () => {
    const checks = await checkInstallation(clients(), 'quittance');
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ name }) => name.split(' ').slice(-1)[0])).toEqual([
      ...['quittance-state', 'quittance-network', 'quittance-gpu', 'quittance-app'],
      ...['Vault', 'Tickets', 'Ledger', 'LogKey', 'Queue', 'Erasure', 'Sender'],
    ]);
  });

  it('whose vault table was given backups is found: a purged key could come back', async () => {
    const enabled = { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } };
    const found = await wrong({ DescribeContinuousBackupsCommand: () => ({ ContinuousBackupsDescription: enabled }) });
    expect(found).toEqual(['GlobalTable Vault: ACTIVE, backups ENABLED']);
  });

  it.each<[string, Answers, RegExp]>([
    [
      'ledger is locked in a mode that can be bypassed',
      {
        GetObjectLockConfigurationCommand: () => ({
          ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } },
        }),
      },
      /Ledger: GOVERNANCE/,
    ],
    [
      'ledger is not locked at all',
      { GetObjectLockConfigurationCommand: named('ObjectLockConfigurationNotFoundError') },
      /ObjectLockConfigurationNotFoundError/,
    ],
    [
      'key is scheduled for deletion',
      { DescribeKeyCommand: () => ({ KeyMetadata: { KeyState: 'PendingDeletion' } }) },
      /PendingDeletion/,
    ],
    [
      'queue is switched off',
      { DescribeJobQueuesCommand: () => ({ jobQueues: [{ state: 'DISABLED', status: 'VALID' }] }) },
      /DISABLED/,
    ],
    [
      'sender is not confirmed',
      { GetEmailIdentityCommand: () => ({ VerifiedForSendingStatus: false }) },
      /not confirmed/,
    ],
    [
      'state machine may not be read',
      { DescribeStateMachineCommand: named('AccessDeniedException') },
      /Erasure: AccessDeniedException/,
    ],
  ])('whose %s is found, and nothing else is blamed', async (_, changed, expected) => {
    const found = await wrong(changed);
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  it('that is not protected against deletion, or is not there, is found stack by stack', async () => {
    expect(await wrong({ DescribeStacksCommand: () => ({ Stacks: [{ StackStatus: 'CREATE_COMPLETE' }] }) })).toEqual([
      'stack quittance-state: CREATE_COMPLETE, not protected against deletion',
    ]);
    const absent = {
      DescribeStacksCommand: named('ValidationError'),
      DescribeStackResourcesCommand: named('ValidationError'),
    };
    expect(await wrong(absent)).toHaveLength(4);
  });
});
