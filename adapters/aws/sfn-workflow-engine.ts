// The WorkflowEngine port on Step Functions Standard. Source: Step Functions API reference, StartExecution,
// "idempotency".
// Trap: Step Functions answers a repeat of the same name and input with the running execution, but only while it runs,
// and emulators refuse the repeat even then. So after a refusal the execution is looked up before the error is passed
// on. And stopping an execution that has ended is no error there.
import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { canonicalize, type Json } from '#core/canonical.ts';
import { must, QuittanceError } from '#core/errors.ts';
import type { WorkflowEngine } from '#core/ports.ts';
import { calling, isNamed } from './failures.ts';

export interface SfnWorkflowEngineOptions {
  readonly client: SFNClient;
  /** ARN of each state machine by its workflow's name. */
  readonly machines: Readonly<Record<string, string>>;
}

type Described = Awaited<ReturnType<WorkflowEngine['describe']>>;

export const sfnWorkflowEngine = ({ client, machines }: SfnWorkflowEngineOptions): WorkflowEngine => ({
  start: async ({ workflow, name, input }) => {
    const stateMachineArn = machineOf(machines, workflow);
    const start = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    return calling('Step Functions', async () => {
      try {
        return { executionId: must((await client.send(start)).executionArn, 'execution') };
      } catch (error) {
        if (!isNamed(error, 'ExecutionAlreadyExists')) throw error;
        return { executionId: await sameRunning(client, executionArn(stateMachineArn, name), input) };
      }
    });
  },
  sendTaskSuccess: (taskToken, output) =>
    answering(() => client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
  sendTaskFailure: (taskToken, error, cause) =>
    answering(() => client.send(new SendTaskFailureCommand({ taskToken, error, cause }))),
  // its `.sync` task ends the job: the machine's role may do that (infra/workflow-machines.ts)
  stop: (executionId, { error, cause }) =>
    calling('Step Functions', async () => {
      await client.send(new StopExecutionCommand({ executionArn: executionId, error, cause })).catch(unknown);
    }),
  describe: (executionId) =>
    calling('Step Functions', async (): Promise<Described> => {
      const found = await client.send(new DescribeExecutionCommand({ executionArn: executionId })).catch(unknown);
      const { status, output, error, cause } = found;
      return {
        status: status === 'PENDING_REDRIVE' ? 'RUNNING' : must(status, 'status of an execution'),
        ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      };
    }),
});

const machineOf = (machines: SfnWorkflowEngineOptions['machines'], workflow: string): string => {
  const arn = machines[workflow];
  if (arn !== undefined) return arn;
  throw new QuittanceError('WORKFLOW_INVALID', {
    message: `no state machine is deployed for the workflow '${workflow}'`,
    expected: Object.keys(machines).join(', '),
  });
};

const executionArn = (machine: string, name: string) => `${machine.replace(':stateMachine:', ':execution:')}:${name}`;

const sameRunning = async (client: SFNClient, arn: string, input: unknown): Promise<string> => {
  const { status, input: text = 'null' } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
  const same = canonicalize(JSON.parse(text) as Json) === canonicalize(input as Json);
  if (status === 'RUNNING' && same) return arn;
  throw new QuittanceError('EXECUTION_EXISTS', {
    message: 'an execution of this name exists',
    expected: 'a new name, or the same input while it runs',
    got: same ? `the same input, ${status ?? 'unknown'}` : 'another input',
  });
};

const answering = (send: () => Promise<unknown>): Promise<void> =>
  calling('Step Functions', async () => {
    try {
      await send();
    } catch (error) {
      if (isNamed(error, 'InvalidToken'))
        throw new QuittanceError('TASK_TOKEN_INVALID', { message: 'the task token is unknown', cause: error });
      if (isNamed(error, 'TaskTimedOut', 'TaskDoesNotExist'))
        throw new QuittanceError('TASK_TOKEN_TIMED_OUT', {
          message: 'the task of this token no longer waits',
          cause: error,
        });
      throw error;
    }
  });

const unknown = (error: unknown): never => {
  if (!isNamed(error, 'ExecutionDoesNotExist', 'InvalidArn')) throw error;
  throw new QuittanceError('EXECUTION_NOT_FOUND', { message: 'no execution has this name', cause: error });
};
