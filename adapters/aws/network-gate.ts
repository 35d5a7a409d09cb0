// Opens the interface endpoints of the GPU network when a job is submitted, and closes them when no job is left,
// because they cost by the hour and jobs are rare. The endpoints are conditional resources of a stack of their own;
// this changes its parameter `Open` and nothing else. EventBridge calls it at a job's state change and by a schedule.
// Trap: a stack that is being updated refuses another update; the call then fails and is retried.
import {
  DescribeStacksCommand,
  UpdateStackCommand,
  type CloudFormationClient,
  type Parameter,
} from '@aws-sdk/client-cloudformation';
import { ListJobsCommand, type BatchClient } from '@aws-sdk/client-batch';
import { QuittanceError } from '#core/errors.ts';
import { calling, isNamed } from './failures.ts';

export interface NetworkGate {
  readonly cloudformation: CloudFormationClient;
  readonly batch: BatchClient;
  readonly stack: string;
  readonly queue: string;
}

const ALIVE = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const;

/** Opens or closes the gate as the queue needs it now; returns its state, and whether that was changed. */
export const setGate = async (gate: NetworkGate): Promise<{ open: boolean; changed: boolean }> => {
  const open = await anyAlive(gate);
  const { Parameters = [], Capabilities, StackStatus = '' } = await describe(gate);
  const value = open ? 'yes' : 'no';
  if (Parameters.find(({ ParameterKey }) => ParameterKey === 'Open')?.ParameterValue === value)
    return { open, changed: false };
  if (StackStatus.endsWith('_IN_PROGRESS'))
    throw new QuittanceError('SERVICE_UNAVAILABLE', { message: 'the network is being changed', got: StackStatus });
  const update = new UpdateStackCommand({
    StackName: gate.stack,
    UsePreviousTemplate: true,
    Parameters: Parameters.map((parameter) => withValue(parameter, value)),
    Capabilities,
  });
  await calling('CloudFormation', () => gate.cloudformation.send(update));
  return { open, changed: true };
};

const withValue = ({ ParameterKey }: Parameter, value: string): Parameter =>
  ParameterKey === 'Open' ? { ParameterKey, ParameterValue: value } : { ParameterKey, UsePreviousValue: true };

const anyAlive = async ({ batch, queue }: NetworkGate): Promise<boolean> => {
  for (const jobStatus of ALIVE) {
    const list = new ListJobsCommand({ jobQueue: queue, jobStatus, maxResults: 1 });
    const { jobSummaryList = [] } = await calling('Batch', () => batch.send(list));
    if (jobSummaryList.length > 0) return true;
  }
  return false;
};

const describe = async ({ cloudformation, stack }: NetworkGate) => {
  const { Stacks = [] } = await calling('CloudFormation', () =>
    cloudformation.send(new DescribeStacksCommand({ StackName: stack })).catch(absent),
  );
  const [found] = Stacks;
  if (found) return found;
  throw new QuittanceError('NOT_FOUND', {
    message: `there is no stack ${stack}`,
    hint: 'deploy the network, or remove the gate with the GPU stack',
  });
};

/** CloudFormation reports a stack that does not exist as a validation error. */
const absent = (error: unknown): { Stacks: [] } => {
  if (isNamed(error, 'ValidationError') && error.message.includes('does not exist')) return { Stacks: [] };
  throw error;
};
