// The rights and variables of each port, for the Lambdas that use it (grants.ts). Trap: a right that a port's adapter
// needs and that is missing here shows only when the step runs on AWS; a wildcard needs a reason beside it.
import type { Stack } from 'aws-cdk-lib';
import { arnOf, machineArn, machineArns, type Grant, type PortGrants, type PortName } from './grants.ts';
import { readLogKeys, signAsLog } from './log-key.ts';
import { waitingWorkflows } from './state-machine.ts';
import type { Resources } from './stateful-stack.ts';
import { TICKET_INDEXES, WORK_INDEX } from './tables.ts';

const READ = ['dynamodb:GetItem', 'dynamodb:Query'];
const NOTHING: PortGrants = { environment: {}, grants: [] };

/** By port; a Lambda never submits jobs, state machines do, so `jobs` has no entry. */
export const portGrants = (
  resources: Resources,
  scope: Stack,
): Readonly<Record<Exclude<PortName, 'jobs'>, PortGrants>> => ({
  tickets: ticketsGrants(resources),
  vault: vaultGrants(resources),
  artifacts: artifactsGrants(resources, scope),
  logStorage: {
    environment: { QUITTANCE_LEDGER_BUCKET: resources.buckets.ledger.name },
    grants: objects(resources.buckets.ledger.arn, 'log', ['s3:GetObject', 's3:PutObject']),
  },
  logHead: {
    environment: { QUITTANCE_LOG_HEAD_TABLE: resources.tables.logHead.name },
    grants: [{ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [resources.tables.logHead.arn] }],
  },
  ledger: ledgerGrants(resources, scope),
  people: {
    environment: { QUITTANCE_KEYS_TABLE: resources.tables.keys.name, QUITTANCE_PEOPLE_KEY: resources.keys.people },
    grants: wrappedSecrets(resources, 'people', resources.keys.people),
  },
  signer: signerGrants(resources, scope),
  results: {
    environment: { QUITTANCE_RESULTS_TABLE: resources.tables.results.name },
    grants: [{ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [resources.tables.results.arn] }],
  },
  workflows: workflowsGrants(resources, scope),
  models: modelsGrants(resources),
  serving: servingGrants(resources, scope),
  notifier: notifierGrants(resources, scope),
  mailer: mailerGrants(resources, scope),
  pseudonyms: pseudonymsGrants(resources),
  calendar: calendarGrants(resources),
  installation: {
    environment: { QUITTANCE_CERTIFICATE_SCOPE: JSON.stringify(resources.certificateScope) },
    grants: [],
  },
  outside: { environment: { QUITTANCE_ATTESTORS: JSON.stringify(resources.attestors) }, grants: [] },
  clock: NOTHING,
  ids: NOTHING,
});

const calendarGrants = ({ region, timeZone, entities }: Resources): PortGrants => ({
  environment: {
    QUITTANCE_REGION: region,
    QUITTANCE_TIME_ZONE: timeZone,
    QUITTANCE_ENTITIES: JSON.stringify(entities),
  },
  grants: [],
});

const ticketsGrants = (resources: Resources): PortGrants => ({
  environment: { QUITTANCE_TICKETS_TABLE: resources.tables.tickets.name },
  grants: [
    {
      actions: [...READ, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [resources.tables.tickets.arn],
    },
    {
      actions: ['dynamodb:Query'],
      resources: [...Object.keys(TICKET_INDEXES), WORK_INDEX].map(
        (name) => `${resources.tables.tickets.arn}/index/${name}`,
      ),
    },
  ],
});

const vaultGrants = (resources: Resources): PortGrants => ({
  environment: {
    QUITTANCE_VAULT_TABLE: resources.tables.vault.name,
    QUITTANCE_VAULT_BUCKET: resources.buckets.vault.name,
    QUITTANCE_VAULT_KEY: resources.keys.vault,
  },
  grants: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [resources.tables.vault.arn],
    },
    ...objects(resources.buckets.vault.arn, 'vault', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
    {
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: [resources.keys.vault],
      conditions: {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['ticketId'] },
        ...present('ticketId'),
      },
    },
  ],
});

const artifactsGrants = (resources: Resources, scope: Stack): PortGrants => ({
  environment: { QUITTANCE_ARTIFACTS_BUCKET: resources.buckets.artifacts.name },
  grants: [
    ...objects(resources.buckets.artifacts.arn, 'artifacts', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
    throughS3(resources, scope),
  ],
});

const ledgerGrants = (resources: Resources, scope: Stack): PortGrants => ({
  environment: {
    QUITTANCE_LEDGER_BUCKET: resources.buckets.ledger.name,
    QUITTANCE_LOG_HEAD_TABLE: resources.tables.logHead.name,
    QUITTANCE_SIGNER_ALIASES: resources.signerAliases,
    QUITTANCE_KEYS_TABLE: resources.tables.keys.name,
  },
  grants: [
    ...objects(resources.buckets.ledger.arn, 'log', ['s3:GetObject']),
    { actions: ['dynamodb:GetItem'], resources: [resources.tables.logHead.arn] },
    ...readLogKeys(resources, scope),
  ],
});

const signerGrants = (resources: Resources, scope: Stack): PortGrants => ({
  environment: envelopeSigner(resources, scope).environment,
  grants: [signAsLog(resources, scope), ...envelopeSigner(resources, scope).grants],
});

const workflowsGrants = (resources: Resources, scope: Stack): PortGrants => ({
  environment: { QUITTANCE_STATE_MACHINES: JSON.stringify(machineArns(resources.prefix, scope)) },
  grants: [
    { actions: ['states:StartExecution'], resources: [machineArns(resources.prefix, scope).erasure] },
    {
      actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
      resources: waitingWorkflows().map((name) => machineArn(resources.prefix, scope, name)),
    },
    {
      actions: ['states:DescribeExecution'],
      resources: [`${arnOf(scope, 'states', 'execution', `${resources.prefix}-erasure`)}:*`],
      reason: 'an execution is named after a ticket that is not known at deployment',
    },
    {
      actions: ['states:StopExecution'],
      resources: [`${arnOf(scope, 'states', 'execution', `${resources.prefix}-unlearn`)}:*`],
      reason: 'an execution is named after a ticket that is not known at deployment',
    },
  ],
});

const modelsGrants = (resources: Resources): PortGrants => ({
  environment: { QUITTANCE_MODELS_TABLE: resources.tables.models.name },
  grants: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan'],
      resources: [resources.tables.models.arn],
    },
  ],
});

const servingGrants = (resources: Resources, scope: Stack): PortGrants => ({
  environment: {
    QUITTANCE_SERVING_TABLE: resources.tables.serving.name,
    QUITTANCE_EVENT_BUS: resources.busName,
    ...(resources.serving
      ? { QUITTANCE_SERVING_URL: resources.serving.url, QUITTANCE_SERVING_DIALECT: resources.serving.dialect }
      : {}),
  },
  grants: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [resources.tables.serving.arn],
    },
    {
      actions: ['events:PutEvents'],
      resources: [arnOf(scope, 'events', 'event-bus', resources.busName, '/')],
      conditions: { StringEquals: { 'events:source': 'quittance' } },
    },
  ],
});

const notifierGrants = (resources: Resources, scope: Stack): PortGrants => {
  const { environment, grants } = mailerGrants(resources, scope);
  return {
    environment: { ...environment, QUITTANCE_MAIL_ADDRESSES: JSON.stringify(resources.mail.addresses) },
    grants,
  };
};

/** In the name of one address, to whomever: requesters' addresses are not known beforehand. */
const mailerGrants = (resources: Resources, scope: Stack): PortGrants => ({
  environment: { QUITTANCE_MAIL_FROM: resources.mail.from },
  grants: [
    {
      actions: ['ses:SendEmail'],
      resources: [arnOf(scope, 'ses', 'identity', resources.mail.from, '/')],
      conditions: { StringEquals: { 'ses:FromAddress': resources.mail.from } },
    },
  ],
});

const pseudonymsGrants = (resources: Resources): PortGrants => ({
  environment: {
    QUITTANCE_KEYS_TABLE: resources.tables.keys.name,
    QUITTANCE_VAULT_KEY: resources.keys.vault,
  },
  grants: wrappedSecrets(resources, 'pseudonyms'),
});

/**
 * The signer without the log's key, for the HTTP app, which signs people's decisions and the bundles that it hands out,
 * and for a step that signs statements and appends nothing. Only steps that replace the log's head sign checkpoints.
 */
export const envelopeSigner = (resources: Resources, scope: Stack): PortGrants => ({
  environment: {
    QUITTANCE_SIGNER_ALIASES: resources.signerAliases,
    QUITTANCE_KMS_SIGNERS: JSON.stringify(resources.kmsSigners),
    QUITTANCE_KEYS_TABLE: resources.tables.keys.name,
    QUITTANCE_VAULT_KEY: resources.keys.vault,
  },
  grants: [...readLogKeys(resources, scope), ...wrappedSecrets(resources, 'signer')],
});

/** Listing belongs to reading: without it S3 answers 403 for an object that is not there. */
const objects = (bucketArn: string, folder: string, actions: readonly string[]): Grant[] => [
  {
    actions,
    resources: [`${bucketArn}/${folder}/*`],
    reason: 'objects are named by digest, ticket or tile and are not known at deployment',
  },
  { actions: ['s3:ListBucket'], resources: [bucketArn], conditions: { StringLike: { 's3:prefix': [`${folder}/*`] } } },
];

/** The bucket's key, through S3 and for this bucket only. */
const throughS3 = ({ keys, buckets }: Resources, scope: Stack): Grant => ({
  actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
  resources: [keys.data],
  conditions: {
    StringEquals: {
      'kms:ViaService': `s3.${scope.region}.${scope.urlSuffix}`,
      'kms:EncryptionContext:aws:s3:arn': buckets.artifacts.arn,
    },
  },
});

const wrappedSecrets = (
  { keys, tables }: Resources,
  purpose: 'signer' | 'pseudonyms' | 'people',
  wrappingKey = keys.vault,
): Grant[] => [
  {
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    resources: [tables.keys.arn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${purpose}#*`] } },
  },
  {
    actions: ['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext'],
    resources: [wrappingKey],
    conditions: { StringEquals: { 'kms:EncryptionContext:purpose': purpose } },
  },
];

const present = (key: string) => ({ Null: { [`kms:EncryptionContext:${key}`]: 'false' } });
