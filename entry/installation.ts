// What an operator's commands use of an installation on AWS: its checks, and its stores through their ports. The SDK
// finds region and credentials by itself; AWS_ENDPOINT_URL names an emulator.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { checkInstallation, type Check } from '#adapters/aws/check-installation.ts';
import { awsClients, ClientEnvironment } from '#adapters/aws/clients.ts';
import { findInstallation } from '#adapters/aws/find-installation.ts';
import { awsPorts } from '#adapters/aws/index.ts';
import { usageError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';

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
