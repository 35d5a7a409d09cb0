import { expect, it } from '@jest/globals';
import type { WorkflowEngine } from '#core/ports.ts';
import { contract, outcome, type Make } from './contract.ts';

/**
 * Workflows that the adapter's installation must offer under these names. `keep-token` is a function that leaves its
 * payload's token where `token` finds it.
 */
export const CONTRACT_WORKFLOWS = {
  echo: { StartAt: 'Echo', States: { Echo: { Type: 'Pass', End: true } } },
  refuse: { StartAt: 'Refuse', States: { Refuse: { Type: 'Fail', Error: 'Refused', Cause: 'always' } } },
  ask: {
    StartAt: 'Ask',
    States: {
      Ask: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Parameters: { FunctionName: '${keep-token}', Payload: { 'token.$': '$$.Task.Token' } },
        TimeoutSeconds: 3600,
        End: true,
      },
    },
  },
};

/** `token`: the token that the execution `ask` of the current engine waits with. */
export const workflowEngineContract = (name: string, make: Make<WorkflowEngine>, token: () => Promise<string>) =>
  contract(`workflow engine: ${name}`, make, (engine, reopen) => {
    const ended = async (workflows: WorkflowEngine, executionId: string) => {
      for (;;) {
        const execution = await workflows.describe(executionId);
        if (execution.status !== 'RUNNING') return execution;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };

    it('runs a workflow to its output', async () => {
      const { executionId } = await engine().start({ workflow: 'echo', name: 'e-1', input: { a: [1, null] } });
      expect(await ended(engine(), executionId)).toEqual({ status: 'SUCCEEDED', output: { a: [1, null] } });
    });

    it('shows error and cause of a failed one', async () => {
      const { executionId } = await engine().start({ workflow: 'refuse', name: 'r-1', input: {} });
      expect(await ended(engine(), executionId)).toEqual({ status: 'FAILED', error: 'Refused', cause: 'always' });
    });

    it('takes a name once: the same input while it runs is the same execution, anything else is refused', async () => {
      const request = { workflow: 'ask', name: 'a-1', input: { ticket: 'T-1' } };
      const first = await engine().start(request);
      expect(await engine().start(request)).toEqual(first);
      expect(await outcome(engine().start({ ...request, input: {} }))).toBe('EXECUTION_EXISTS');
      await engine().sendTaskSuccess(await token(), 'yes');
      await ended(engine(), first.executionId);
      expect(await outcome(engine().start(request))).toBe('EXECUTION_EXISTS');
    });

    it('waits with a token over a restart; it is answered once', async () => {
      const { executionId } = await engine().start({ workflow: 'ask', name: 'a-2', input: {} });
      const waiting = await token();
      const again = await reopen();
      expect((await again.describe(executionId)).status).toBe('RUNNING');
      await again.sendTaskFailure(waiting, 'Rejected', 'by the approver');
      expect(await ended(again, executionId)).toEqual({
        status: 'FAILED',
        error: 'Rejected',
        cause: 'by the approver',
      });
      expect(await outcome(again.sendTaskSuccess(waiting, 'yes'))).toBe('TASK_TOKEN_TIMED_OUT');
    });

    it('stops an execution for a reason; one that has ended stays as it is', async () => {
      const reason = { error: 'Withdrawn', cause: 'by the requester' };
      const { executionId } = await engine().start({ workflow: 'ask', name: 'a-3', input: {} });
      await token();
      await engine().stop(executionId, reason);
      expect(await ended(engine(), executionId)).toEqual({ status: 'ABORTED', ...reason });
      const { executionId: over } = await engine().start({ workflow: 'echo', name: 'e-2', input: {} });
      await ended(engine(), over);
      await engine().stop(over, reason);
      expect((await engine().describe(over)).status).toBe('SUCCEEDED');
      expect(await outcome(engine().stop('never', reason))).toBe('EXECUTION_NOT_FOUND');
    });

    it('does not know a token or an execution that never was', async () => {
      expect(await outcome(engine().sendTaskSuccess('never', {}))).toBe('TASK_TOKEN_INVALID');
      expect(await outcome(engine().describe('never'))).toBe('EXECUTION_NOT_FOUND');
    });
  });
