// What an operator's commands use of an installation on AWS: its checks, and its stores through their ports. The SDK
// finds region and credentials by itself; AWS_ENDPOINT_URL names an emulator.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { checkInstallation, type Check } from '#adapters/aws/check-installation.ts';
import { awsClients, ClientEnvironment } from '#adapters/aws/clients.ts';
import { findInstallation } from '#adapters/aws/find-installation.ts';
import { condemnRow, lastFormer, retireRow } from '#adapters/aws/former-rows.ts';
import { awsPorts } from '#adapters/aws/index.ts';
import { condemnKmsKey, isUnderWay, lastEnded, noteEntered, retireKmsKey } from '#adapters/aws/replaced-kms-key.ts';
import type { KeyPurpose } from '#adapters/aws/wrapped-keys.ts';
import { must, usageError } from '#core/errors.ts';
import type { KeyEnding } from '#core/key-end.ts';
import type { FormerKey, Ports } from '#core/ports.ts';

export type { Check } from '#adapters/aws/check-installation.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** USAGE with the name of the variable that is missing or malformed. */
const clientsOf = (environment: Environment) => {
  const parsed = ClientEnvironment.safeParse(environment);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw usageError(
      `${names} is not set as it should be`,
      'set AWS_REGION, and credentials as for the AWS command line',
    );
  }
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = parsed.data;
  const cloudformation = new CloudFormationClient({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  return { clients: awsClients(parsed.data), cloudformation };
};

export const installationChecks = (environment: Environment, prefix: string): Promise<Check[]> => {
  const { clients, cloudformation } = clientsOf(environment);
  const { dynamodb, s3, kms, sfn, batch, ses } = clients;
  return checkInstallation({ cloudformation, dynamodb, s3, kms, sfn, batch, ses }, prefix);
};

/**
 * The ports of an installation. Those to which the caller has no right fail when they are used. NOT_FOUND where no
 * installation has this prefix.
 */
export const openInstallation = async (environment: Environment, prefix: string): Promise<Ports> => {
  const { clients, cloudformation } = clientsOf(environment);
  return awsPorts(await findInstallation(cloudformation, prefix), clients);
};

/** What an operator does with a key of an installation, which it may neither unwrap nor sign with. */
export interface InstallationKey {
  retire(end: KeyEnding): Promise<FormerKey>;
  condemn(until: Date): Promise<FormerKey>;
  /** The last key that ended, as its row says it. */
  last(): Promise<FormerKey | undefined>;
  /** Whether an end was begun whose command was interrupted; of keys whose rows say so. */
  isUnderWay?(): Promise<boolean>;
  /** The end is in every history that it concerns. */
  noteEntered?(): Promise<void>;
}

export interface InstallationKeys {
  readonly ports: Ports;
  /** Of a key that KMS wraps. */
  wrapped(purpose: KeyPurpose, name: string): InstallationKey;
  /** Of a key that KMS holds. */
  inKms(name: string): InstallationKey;
}

export const openKeys = async (environment: Environment, prefix: string): Promise<InstallationKeys> => {
  const { clients, cloudformation } = clientsOf(environment);
  const variables = await findInstallation(cloudformation, prefix);
  const variable = (name: string): string => must(variables[name], name);
  const rows = { dynamodb: clients.dynamodb, table: variable('QUITTANCE_KEYS_TABLE') };
  return {
    ports: awsPorts(variables, clients),
    wrapped: (purpose, name) => ({
      retire: (end) => retireRow(rows, purpose, name, end),
      condemn: (until) => condemnRow(rows, purpose, name, until.toISOString()),
      last: () => lastFormer(rows, purpose, name),
    }),
    inKms: (name) => {
      const keys = { kms: clients.kms, rows, aliasPrefix: variable('QUITTANCE_SIGNER_ALIASES') };
      return {
        retire: (end) => retireKmsKey(keys, name, end),
        condemn: (until) => condemnKmsKey(keys, name, until.toISOString()),
        last: () => lastEnded(keys, name),
        isUnderWay: () => isUnderWay(keys, name),
        noteEntered: () => noteEntered(keys, name),
      };
    },
  };
};
