// One call of each AWS adapter, and what they are made of, for tests of what services do wrong.
import { aliasServing } from '#adapters/aws/alias-serving.ts';
import { batchJobQueue } from '#adapters/aws/batch-job-queue.ts';
import type { AwsClients } from '#adapters/aws/clients.ts';
import { dynamoJobResults } from '#adapters/aws/dynamo-job-results.ts';
import { dynamoLogHead } from '#adapters/aws/dynamo-log-head.ts';
import { dynamoModelRegistry } from '#adapters/aws/dynamo-model-registry.ts';
import { dynamoTicketStore } from '#adapters/aws/dynamo-ticket-store.ts';
import { dynamoVault } from '#adapters/aws/dynamo-vault.ts';
import { kmsPseudonyms } from '#adapters/aws/kms-pseudonyms.ts';
import { kmsSigner } from '#adapters/aws/kms-signer.ts';
import { s3ArtifactStore } from '#adapters/aws/s3-artifact-store.ts';
import { s3LogStorage } from '#adapters/aws/s3-log-storage.ts';
import { sesNotifier } from '#adapters/aws/ses-notifier.ts';
import { sfnWorkflowEngine } from '#adapters/aws/sfn-workflow-engine.ts';
import { digestOf, type Digest } from '#core/canonical.ts';
import { forwardClock } from '#core/clock.ts';
import { receive } from '#core/transitions.ts';
import { receivedEvent } from '#test/support/histories.ts';
import { modelRecord } from '#bench/house/models.ts';
import { scriptedAws, type Reply } from '#test/support/scripted-aws.ts';
import { outcome } from '../contract/contract.ts';

export const BYTES = new TextEncoder().encode('bytes');
export const DIGEST = digestOf(BYTES);
export const OTHER: Digest = digestOf('other');
export const NOW = new Date('2026-03-02T10:00:00.000Z');
export const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
export const filed = receive(receivedEvent(), { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, NOW);
export const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:erasure';

export const vaultOf = ({ dynamodb, kms, s3 }: AwsClients) =>
  dynamoVault({
    dynamodb,
    kms,
    s3,
    table: 'vault',
    bucket: 'vault',
    wrappingKey: 'alias/vault',
    clock: forwardClock(Date.now),
  });
export const batchOf = ({ batch, batchOnce }: AwsClients) =>
  batchJobQueue({ client: batch, once: batchOnce, queue: 'gpu', definitions: { unlearn: 'unlearn:1' } });
export const servingOf = ({ dynamodb, events }: AwsClients) =>
  aliasServing({ dynamodb, events, table: 'serving', bus: 'default' });
export const kmsSignerOf = ({ kms, dynamodb }: AwsClients) =>
  kmsSigner(kms, { aliasPrefix: 'alias/q', rows: { dynamodb, table: 'keys' } });
export const JOB = { name: 'T-1-unlearn-1', definition: 'unlearn', parameters: { ticketId: 'T-1' } };
export const RULE = { id: 'T-1', secret: '00', values: [], subjects: [] };

/** One call of each adapter, reads and writes. */
export const ACTS: Readonly<Record<string, (clients: AwsClients) => Promise<unknown>>> = {
  'tickets.create': ({ dynamodb }) => dynamoTicketStore(dynamodb, 't').create(filed),
  'tickets.get': ({ dynamodb }) => dynamoTicketStore(dynamodb, 't').get(filed.ticket.id),
  'tickets.commit': ({ dynamodb }) => dynamoTicketStore(dynamodb, 't').commit(filed, 1),
  'tickets.list': ({ dynamodb }) => dynamoTicketStore(dynamodb, 't').list(),
  'tickets.unsequenced': ({ dynamodb }) => dynamoTicketStore(dynamodb, 't').unsequenced(10),
  'vault.createKey': (clients) => vaultOf(clients).createKey('T-1'),
  'vault.get': (clients) => vaultOf(clients).get('T-1', 'request'),
  'vault.destroy': (clients) => vaultOf(clients).destroy('T-1'),
  'artifacts.put': ({ s3 }) => s3ArtifactStore(s3, 'b').put(BYTES),
  'artifacts.get': ({ s3 }) => s3ArtifactStore(s3, 'b').get(DIGEST),
  'artifacts.has': ({ s3 }) => s3ArtifactStore(s3, 'b').has(DIGEST),
  'artifacts.delete': ({ s3 }) => s3ArtifactStore(s3, 'b').delete(DIGEST),
  'logStorage.put': ({ s3 }) => s3LogStorage(s3, 'b').put('tile/0/000', BYTES),
  'logStorage.get': ({ s3 }) => s3LogStorage(s3, 'b').get('tile/0/000'),
  'logHead.read': ({ dynamodb }) => dynamoLogHead(dynamodb, 't').read(),
  'logHead.replace': ({ dynamodb }) => dynamoLogHead(dynamodb, 't').replace('checkpoint', 0),
  'models.list': ({ dynamodb }) => dynamoModelRegistry(dynamodb, 't').list(),
  'models.put': ({ dynamodb }) => dynamoModelRegistry(dynamodb, 't').put(modelRecord(), 0),
  'results.put': ({ dynamodb }) => dynamoJobResults(dynamodb, 't').put('job', {}),
  'results.get': ({ dynamodb }) => dynamoJobResults(dynamodb, 't').get('job'),
  'signer.sign': (clients) => kmsSignerOf(clients).sign('service', BYTES),
  'signer.publicKey': (clients) => kmsSignerOf(clients).publicKey('service'),
  'jobs.submit': (clients) => batchOf(clients).submit(JOB),
  'jobs.describe': (clients) => batchOf(clients).describe('id'),
  'workflows.start': ({ sfn }) =>
    sfnWorkflowEngine({ client: sfn, machines: { erasure: MACHINE } }).start({
      workflow: 'erasure',
      name: 'T-1',
      input: {},
    }),
  'workflows.sendTaskSuccess': ({ sfn }) =>
    sfnWorkflowEngine({ client: sfn, machines: {} }).sendTaskSuccess('token', {}),
  'workflows.describe': ({ sfn }) => sfnWorkflowEngine({ client: sfn, machines: {} }).describe(MACHINE),
  'serving.served': (clients) => servingOf(clients).served('house'),
  'serving.promote': (clients) => servingOf(clients).promote('house', DIGEST, undefined),
  'serving.suppress': (clients) => servingOf(clients).suppress('house', RULE),
  'serving.lift': (clients) => servingOf(clients).lift('house', 'T-1'),
  'notifier.notify': ({ ses }) =>
    sesNotifier({ client: ses, from: 'q@example.org', addresses: { default: 'desk@example.org' } }).notify({
      id: 'T-1.x',
      to: 'requester',
      template: 'completion',
      references: {},
    }),
  'pseudonyms.of': ({ dynamodb, kms }) =>
    kmsPseudonyms({ dynamodb, kms, table: 't', wrappingKey: 'alias/vault' }).of('person', 'Ada'),
};

export const told = (act: (clients: AwsClients) => Promise<unknown>, reply: Reply) =>
  outcome(act(scriptedAws(() => reply).clients));
