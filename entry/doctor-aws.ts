// The clients of `quittance doctor --aws`: region and credentials as the SDK finds them, AWS_ENDPOINT_URL for an emulator.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { awsClients, ClientEnvironment } from '#adapters/aws/clients.ts';
import { checkInstallation, type Check } from '#adapters/aws/check-installation.ts';

export type { Check } from '#adapters/aws/check-installation.ts';

export const installationChecks = (
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
): Promise<Check[]> => {
  const parsed = ClientEnvironment.parse(environment);
  const cloudformation = new CloudFormationClient({
    region: parsed.AWS_REGION,
    ...(parsed.AWS_ENDPOINT_URL === undefined ? {} : { endpoint: parsed.AWS_ENDPOINT_URL }),
  });
  const { dynamodb, s3, kms, sfn, batch, ses } = awsClients(parsed);
  return checkInstallation({ cloudformation, dynamodb, s3, kms, sfn, batch, ses }, prefix);
};
