// Every port on AWS, from one environment. A port is made when a step first uses it and reads its own variables then,
// because a function is given only the names of the resources that its step uses (infra/grants.ts).
import { z } from 'zod';
import { forwardClock } from '#core/clock.ts';
import { QuittanceError } from '#core/errors.ts';
import { ledgerReader } from '#core/ledger/reader.ts';
import { withoutPeople } from '#core/people-signer.ts';
import type { Courier, Outside, Ports, ServingTarget } from '#core/ports.ts';
import { Attestors, NO_WAY_OUT, NOBODY } from '#core/attestors.ts';
import { Entities } from '#core/place.ts';
import { DeclaredScope } from '#core/scope.ts';
import { aliasServing } from './alias-serving.ts';
import { batchJobQueue } from './batch-job-queue.ts';
import { awsClients, ClientEnvironment, lazily, type AwsClients } from './clients.ts';
import { dynamoJobResults } from './dynamo-job-results.ts';
import { dynamoLogHead } from './dynamo-log-head.ts';
import { dynamoModelRegistry } from './dynamo-model-registry.ts';
import { dynamoTicketStore } from './dynamo-ticket-store.ts';
import { dynamoVault } from './dynamo-vault.ts';
import { holidayCalendar } from './holiday-calendar.ts';
import { kmsPseudonyms } from './kms-pseudonyms.ts';
import { kmsSigner } from './kms-signer.ts';
import { kmsPeopleKeys } from './people-keys.ts';
import { randomIds } from './random-ids.ts';
import { s3ArtifactStore } from './s3-artifact-store.ts';
import { s3LogStorage } from './s3-log-storage.ts';
import { sesMailer } from './ses-mailer.ts';
import { AddressBook, sesNotifier } from './ses-notifier.ts';
import { sfnWorkflowEngine } from './sfn-workflow-engine.ts';
import { signerByName, wrappedSigner } from './wrapped-signer.ts';

const json = <S extends z.ZodType>(schema: S) =>
  z.string().transform((text, context) => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      context.addIssue('not the JSON it should be');
      return z.NEVER;
    }
  });
const byName = json(z.record(z.string(), z.string()));

/** The variables from which the deployment configures each port. */
export const PortEnvironment = z.object({
  QUITTANCE_TICKETS_TABLE: z.string(),
  QUITTANCE_VAULT_TABLE: z.string(),
  QUITTANCE_VAULT_BUCKET: z.string(),
  QUITTANCE_VAULT_KEY: z.string(),
  /** Wraps people's keys; the HTTP app alone has it. */
  QUITTANCE_PEOPLE_KEY: z.string(),
  QUITTANCE_ARTIFACTS_BUCKET: z.string(),
  QUITTANCE_LEDGER_BUCKET: z.string(),
  QUITTANCE_LOG_HEAD_TABLE: z.string(),
  QUITTANCE_SIGNER_ALIASES: z.string(),
  QUITTANCE_SIGNER_MAY_CREATE: z.literal('yes'),
  /** Names of the signing keys that KMS holds; all other keys are wrapped by KMS. */
  QUITTANCE_KMS_SIGNERS: json(z.array(z.string())),
  QUITTANCE_JOB_QUEUE: z.string(),
  QUITTANCE_JOB_DEFINITIONS: byName,
  QUITTANCE_RESULTS_TABLE: z.string(),
  QUITTANCE_STATE_MACHINES: byName,
  QUITTANCE_MODELS_TABLE: z.string(),
  QUITTANCE_SERVING_TABLE: z.string(),
  QUITTANCE_EVENT_BUS: z.string(),
  QUITTANCE_MAIL_FROM: z.email(),
  QUITTANCE_MAIL_ADDRESSES: json(AddressBook),
  QUITTANCE_KEYS_TABLE: z.string(),
  QUITTANCE_REGION: z.string(),
  QUITTANCE_TIME_ZONE: z.string(),
  QUITTANCE_ENTITIES: json(Entities),
  QUITTANCE_CERTIFICATE_SCOPE: json(DeclaredScope),
  QUITTANCE_ATTESTORS: json(Attestors),
});
export type PortVariable = keyof z.infer<typeof PortEnvironment>;

/** `environment` is the process's, or a test's. `front` replaces the serving port by one that wraps the aliases. */
export const awsPorts = (
  environment: Readonly<Record<string, string | undefined>>,
  clients: AwsClients = awsClients(ClientEnvironment.parse(environment)),
  front: (aliases: ServingTarget) => ServingTarget = (aliases) => aliases,
  courier: Courier = NO_WAY_OUT,
): Ports => {
  const source: Source = {
    clients,
    variable: (name) => readVariable(environment, name),
    isSet: (name) => environment[name] !== undefined,
    ports: () => ports,
  };
  const ports: Ports = lazily<Ports>({
    ...stores(source),
    ...keysAndSecrets(source),
    ...work(source, front),
    ...surroundings(source),
    outside: () => outside(source, courier),
  });
  return ports;
};

/** What ports are made from: clients, their variables, and the ports that are made already. */
interface Source {
  readonly clients: AwsClients;
  readonly variable: <K extends PortVariable>(name: K) => z.infer<typeof PortEnvironment>[K];
  readonly isSet: (name: PortVariable) => boolean;
  readonly ports: () => Ports;
}

type Makers<K extends keyof Ports> = { readonly [P in K]: () => Ports[P] };

const stores = ({
  clients,
  variable,
}: Source): Makers<'tickets' | 'artifacts' | 'results' | 'models' | 'logStorage' | 'logHead'> => ({
  tickets: () => dynamoTicketStore(clients.dynamodb, variable('QUITTANCE_TICKETS_TABLE')),
  artifacts: () => s3ArtifactStore(clients.s3, variable('QUITTANCE_ARTIFACTS_BUCKET')),
  results: () => dynamoJobResults(clients.dynamodb, variable('QUITTANCE_RESULTS_TABLE')),
  models: () => dynamoModelRegistry(clients.dynamodb, variable('QUITTANCE_MODELS_TABLE')),
  logStorage: () => s3LogStorage(clients.s3, variable('QUITTANCE_LEDGER_BUCKET')),
  logHead: () => dynamoLogHead(clients.dynamodb, variable('QUITTANCE_LOG_HEAD_TABLE')),
});

const keysAndSecrets = (source: Source): Makers<'vault' | 'signer' | 'people' | 'pseudonyms' | 'ledger'> => {
  const { clients, variable, isSet, ports } = source;
  return {
    vault: () =>
      dynamoVault({
        ...clientsOf(clients),
        table: variable('QUITTANCE_VAULT_TABLE'),
        bucket: variable('QUITTANCE_VAULT_BUCKET'),
        wrappingKey: variable('QUITTANCE_VAULT_KEY'),
        clock: ports().clock,
      }),
    signer: () =>
      withoutPeople(
        signerByName(
          kmsSigner(clients.kms, { ...kmsKeysOf(source), mayCreate: isSet('QUITTANCE_SIGNER_MAY_CREATE') }),
          wrappedSigner(keysOf(source)),
          variable('QUITTANCE_KMS_SIGNERS'),
        ),
        () => ports().people,
      ),
    people: () => kmsPeopleKeys(keysOf(source, 'QUITTANCE_PEOPLE_KEY')),
    pseudonyms: () => kmsPseudonyms(keysOf(source)),
    ledger: () =>
      ledgerReader(
        s3LogStorage(clients.s3, variable('QUITTANCE_LEDGER_BUCKET')),
        dynamoLogHead(clients.dynamodb, variable('QUITTANCE_LOG_HEAD_TABLE')),
        kmsSigner(clients.kms, kmsKeysOf(source)),
      ),
  };
};

const keysOf = (
  { clients, variable }: Source,
  wrappingKey: 'QUITTANCE_VAULT_KEY' | 'QUITTANCE_PEOPLE_KEY' = 'QUITTANCE_VAULT_KEY',
) => ({
  ...clientsOf(clients),
  table: variable('QUITTANCE_KEYS_TABLE'),
  wrappingKey: variable(wrappingKey),
});

const kmsKeysOf = ({ clients, variable }: Source) => ({
  aliasPrefix: variable('QUITTANCE_SIGNER_ALIASES'),
  rows: { dynamodb: clients.dynamodb, table: variable('QUITTANCE_KEYS_TABLE') },
});

const work = (
  { clients, variable }: Source,
  front: (aliases: ServingTarget) => ServingTarget,
): Makers<'jobs' | 'workflows' | 'serving' | 'notifier' | 'mailer'> => ({
  jobs: () =>
    batchJobQueue({
      client: clients.batch,
      once: clients.batchOnce,
      queue: variable('QUITTANCE_JOB_QUEUE'),
      definitions: variable('QUITTANCE_JOB_DEFINITIONS'),
    }),
  workflows: () => sfnWorkflowEngine({ client: clients.sfn, machines: variable('QUITTANCE_STATE_MACHINES') }),
  serving: () =>
    front(
      aliasServing({
        dynamodb: clients.dynamodb,
        events: clients.events,
        table: variable('QUITTANCE_SERVING_TABLE'),
        bus: variable('QUITTANCE_EVENT_BUS'),
      }),
    ),
  mailer: () => sesMailer({ client: clients.sesOnce, from: variable('QUITTANCE_MAIL_FROM') }),
  notifier: () =>
    sesNotifier({
      client: clients.ses,
      from: variable('QUITTANCE_MAIL_FROM'),
      addresses: variable('QUITTANCE_MAIL_ADDRESSES'),
    }),
});

/** Told to functions that go outside, and to the one that publishes whom a verifier may trust. */
const outside = ({ variable, isSet }: Source, courier: Courier): Outside => ({
  ...courier,
  attestors: async () => (isSet('QUITTANCE_ATTESTORS') ? variable('QUITTANCE_ATTESTORS') : NOBODY),
});

const surroundings = ({ variable }: Source): Makers<'clock' | 'ids' | 'calendar' | 'installation'> => ({
  // holds within a process only; across processes core refuses an event dated before the ticket's last one
  clock: () => forwardClock(Date.now),
  ids: () => randomIds,
  calendar: () =>
    holidayCalendar({
      home: { region: variable('QUITTANCE_REGION'), timeZone: variable('QUITTANCE_TIME_ZONE') },
      entities: variable('QUITTANCE_ENTITIES'),
    }),
  installation: () => ({ certificateScope: async () => variable('QUITTANCE_CERTIFICATE_SCOPE') }),
});

const clientsOf = ({ dynamodb, kms, s3 }: AwsClients) => ({ dynamodb, kms, s3 });

const readVariable = <K extends PortVariable>(environment: Readonly<Record<string, string | undefined>>, name: K) => {
  const parsed = PortEnvironment.shape[name].safeParse(environment[name]);
  if (parsed.success) return parsed.data as z.infer<typeof PortEnvironment>[K];
  throw new QuittanceError('INVALID_INPUT', {
    message: `the environment variable ${name} is not as it should be`,
    got: parsed.error.issues.map(({ code }) => code).join('; '),
    hint: "add the port to the step's 'uses' and deploy again: npx cdk deploy --all",
  });
};
