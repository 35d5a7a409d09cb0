// A workflow engine that is looked up when it is first used: the ports need one before the interpreter that calls steps
// on these ports can be made.
import type { WorkflowEngine } from '#core/ports.ts';

/** `engine` may throw until the engine is there. */
export const lateEngine = (engine: () => WorkflowEngine): WorkflowEngine => ({
  start: (execution) => engine().start(execution),
  sendTaskSuccess: (token, output) => engine().sendTaskSuccess(token, output),
  sendTaskFailure: (token, error, cause) => engine().sendTaskFailure(token, error, cause),
  stop: (executionId, reason) => engine().stop(executionId, reason),
  describe: (executionId) => engine().describe(executionId),
});
