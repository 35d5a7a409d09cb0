// What a Task's Resource stands for, and which parameters each integration takes. AWS Step Functions, "Integrating
// services".
// Trap: an unknown parameter is refused, as AWS refuses it, never ignored.
import type { Json } from '#core/canonical.ts';
import { Unsupported } from './failures.ts';
import { isObject, type JsonObject } from './json.ts';

export type Resource =
  /** A function by name or ARN: payload in, payload out. */
  | { readonly kind: 'function'; readonly functionName: string }
  /** `lambda:invoke`, whose result wraps the payload; with a token the result comes from SendTaskSuccess. */
  | { readonly kind: 'invoke' | 'token' }
  /** `batch:submitJob.sync`. */
  | { readonly kind: 'job' }
  /** `states:startExecution.sync:2`. */
  | { readonly kind: 'execution' };

/** Service and action as the event history names them. */
export const EVENT_RESOURCE = {
  invoke: { resourceType: 'lambda', resource: 'invoke' },
  token: { resourceType: 'lambda', resource: 'invoke.waitForTaskToken' },
  job: { resourceType: 'batch', resource: 'submitJob.sync' },
  execution: { resourceType: 'states', resource: 'startExecution.sync:2' },
} as const;

const INTEGRATIONS: Readonly<Record<string, Resource['kind'] & keyof typeof EVENT_RESOURCE>> = {
  'lambda:invoke': 'invoke',
  'lambda:invoke.waitForTaskToken': 'token',
  'batch:submitJob.sync': 'job',
  'states:startExecution.sync:2': 'execution',
};

export const parseResource = (resource: string): Resource => {
  const integration = /^arn:aws[\w-]*:states:[^:]*:[^:]*:(.+)$/.exec(resource)?.[1];
  const kind = integration === undefined ? undefined : INTEGRATIONS[integration];
  if (kind !== undefined) return { kind };
  const named = /^[A-Za-z0-9_-]{1,64}$/.test(resource) || /^arn:aws[\w-]*:lambda:[^:]*:[^:]*:function:/.test(resource);
  if (!named) throw new Unsupported(`the resource ${resource}`);
  return { kind: 'function', functionName: functionNameOf(resource) };
};

/** The name in a function's ARN, or the name itself. */
export const functionNameOf = (reference: string): string => /:function:([^:]+)/.exec(reference)?.[1] ?? reference;

/** The name in a state machine's ARN, or the name itself. */
export const workflowNameOf = (reference: string): string => /:stateMachine:([^:]+)/.exec(reference)?.[1] ?? reference;

/** Parameter names of an integration: true where required. */
const PARAMETERS: Readonly<Record<keyof typeof EVENT_RESOURCE, Readonly<Record<string, boolean>>>> = {
  invoke: { FunctionName: true, Payload: false },
  token: { FunctionName: true, Payload: false },
  job: { JobName: true, JobDefinition: true, JobQueue: false, Parameters: false, ContainerOverrides: false },
  execution: { StateMachineArn: true, Name: false, Input: false },
};

/** Refuses parameters that the integration does not take; SyntaxError for a missing one. */
export const checkParameters = (resource: Resource, parameters: JsonObject | undefined): void => {
  if (resource.kind === 'function') return;
  const known = PARAMETERS[resource.kind];
  const given = Object.keys(parameters ?? {}).map((name) => name.replace(/\.\$$/, ''));
  const unknown = given.find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) throw new Unsupported(`the parameter ${unknown}`);
  const missing = Object.keys(known).find((name) => known[name] === true && !given.includes(name));
  if (missing !== undefined) throw new SyntaxError(`the parameter ${missing} is missing`);
  if (resource.kind === 'job') checkOverrides(parameters?.['ContainerOverrides']);
};

const checkOverrides = (overrides: Json | undefined): void => {
  if (overrides === undefined || !isObject(overrides)) return;
  const unknown = Object.keys(overrides).find((name) => name !== 'Environment' && name !== 'Environment.$');
  if (unknown !== undefined) throw new Unsupported(`the parameter ContainerOverrides.${unknown}`);
};

/** The name of a workflow that a child execution names in plain text. */
export const staticWorkflow = (resource: Resource, parameters: JsonObject | undefined): string | undefined => {
  const reference = parameters?.['StateMachineArn'];
  return resource.kind === 'execution' && typeof reference === 'string' ? workflowNameOf(reference) : undefined;
};
