// From a task's stored payload to the call that it describes. Trap: the job queue's names are idempotency keys, while
// AWS Batch's job names are labels. So each attempt of a task submits under the job's name and a digest of the task's
// own key.
import { digestOf, type Json } from '#core/canonical.ts';
import type { Task } from './execution.ts';
import { StatesError, type Failure } from './failures.ts';
import { isArray, isObject, type JsonObject } from './json.ts';
import { functionNameOf, workflowNameOf } from './resources.ts';

const suffix = (task: Task, digits: number) => digestOf(task.key).slice('sha256:'.length, 'sha256:'.length + digits);

const members = (payload: Json): JsonObject => (isObject(payload) ? payload : {});

const textOf = (payload: JsonObject, field: string, error: string): string => {
  const value = payload[field];
  if (typeof value !== 'string' || value === '') throw new StatesError(error, `${field} must be a string`);
  return value;
};

/** `functionName` is that of the state's Resource, for a function called by its ARN. */
export const invocation = (task: Task, functionName: string | undefined): { functionName: string; payload: Json } => {
  if (functionName !== undefined) return { functionName, payload: task.payload };
  const payload = members(task.payload);
  const named = textOf(payload, 'FunctionName', 'Lambda.ResourceNotFoundException');
  return { functionName: functionNameOf(named), payload: payload['Payload'] ?? {} };
};

const BATCH_ERROR = 'Batch.ClientException';

/** Environment entries and Parameters together become the job's parameters. */
export const jobRequest = (task: Task): { name: string; definition: string; parameters: Record<string, string> } => {
  const payload = members(task.payload);
  const environment = members(payload['ContainerOverrides'] ?? {})['Environment'] ?? [];
  const entries = isArray(environment) ? environment.map(members) : [{}];
  const named = entries.map((entry) => [textOf(entry, 'Name', BATCH_ERROR), textOf(entry, 'Value', BATCH_ERROR)]);
  const plain = members(payload['Parameters'] ?? {});
  const parameters = Object.keys(plain).map((name) => [name, textOf(plain, name, BATCH_ERROR)]);
  return {
    name: `${textOf(payload, 'JobName', BATCH_ERROR)}-${suffix(task, 12)}`,
    definition: textOf(payload, 'JobDefinition', BATCH_ERROR),
    parameters: Object.fromEntries([...parameters, ...named]) as Record<string, string>,
  };
};

/** A child execution without a Name is named by the task's key, so that a second try finds the first. */
export const executionRequest = (task: Task): { workflow: string; name: string; input: Json } => {
  const payload = members(task.payload);
  const workflow = workflowNameOf(textOf(payload, 'StateMachineArn', 'StepFunctions.InvalidArnException'));
  const name =
    payload['Name'] === undefined ? suffix(task, 32) : textOf(payload, 'Name', 'StepFunctions.InvalidNameException');
  return { workflow, name, input: payload['Input'] ?? {} };
};

/** Why a child execution did not start, by AWS's error name where there is one. */
export const childFailure = (error: unknown): Failure => {
  if (error instanceof StatesError) return error.failure;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { error: AWS_NAMES[name] ?? name, cause: message };
};

const AWS_NAMES: Readonly<Record<string, string>> = {
  EXECUTION_EXISTS: 'StepFunctions.ExecutionAlreadyExistsException',
  NOT_FOUND: 'StepFunctions.StateMachineDoesNotExistException',
  INVALID_INPUT: 'StepFunctions.InvalidNameException',
};
