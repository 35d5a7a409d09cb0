// The main of the installation's own Lambdas, which the embedded one does not need: exporting histories, opening and
// closing the GPU network. QUITTANCE_OPERATION names which of them.
import { BatchClient } from '@aws-sdk/client-batch';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { awsClients, ClientEnvironment } from '#adapters/aws/clients.ts';
import { exportHistory } from '#adapters/aws/execution-history.ts';
import { setGate } from '#adapters/aws/network-gate.ts';
import { bare } from './bare-error.ts';

const Environment = z.discriminatedUnion('QUITTANCE_OPERATION', [
  z.object({ QUITTANCE_OPERATION: z.literal('export-history'), QUITTANCE_LEDGER_BUCKET: z.string() }),
  z.object({
    QUITTANCE_OPERATION: z.literal('network-gate'),
    QUITTANCE_NETWORK_STACK: z.string(),
    QUITTANCE_JOB_QUEUE: z.string(),
  }),
]);

const environment = Environment.parse(process.env);
const clients = ClientEnvironment.parse(process.env);

const operate = async (event: unknown): Promise<unknown> => {
  if (environment.QUITTANCE_OPERATION === 'export-history') {
    const { sfn, s3 } = awsClients(clients);
    return exportHistory({ sfn, s3, bucket: environment.QUITTANCE_LEDGER_BUCKET }, event);
  }
  const region = { region: clients.AWS_REGION };
  const { QUITTANCE_NETWORK_STACK: stack, QUITTANCE_JOB_QUEUE: queue } = environment;
  const gate = { cloudformation: new CloudFormationClient(region), batch: new BatchClient(region) };
  return setGate({ ...gate, stack, queue });
};

export const handler = async (event: unknown): Promise<unknown> => {
  try {
    return await operate(event);
  } catch (error) {
    throw bare(error, { where: `operation ${environment.QUITTANCE_OPERATION}`, event });
  }
};
