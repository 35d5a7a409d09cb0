// The shape of a state machine definition: every field that the interpreter implements, and no other. Amazon States
// Language, https://states-language.net/spec.html, JSONPath dialect. Trap: a field that is silently ignored changes the
// meaning of a workflow, so the objects are strict, and an unknown field is refused with the name of its state.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Json } from '#core/canonical.ts';

const Name = z.string().min(1).max(80);
const Payload = z.custom<Json>((value) => value !== undefined);
const Template = z.record(z.string(), Payload);
const PathText = z.string().startsWith('$');
const Seconds = z.int().min(0).max(99_999_999);
const PositiveSeconds = Seconds.min(1);

const aside = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONPath').optional() };
const flow = { Next: Name.optional(), End: z.boolean().optional() };
const paths = { InputPath: PathText.nullable().optional(), OutputPath: PathText.nullable().optional() };
const assign = { Assign: Template.optional() };
const result = { ResultSelector: Template.optional(), ResultPath: PathText.nullable().optional() };

const Retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().min(1).default(1),
  MaxAttempts: z.int().min(0).max(99_999_999).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});

const Catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: z.array(z.string()).min(1),
  Next: Name,
  ResultPath: PathText.nullable().optional(),
  ...assign,
});

const errors = { Retry: z.array(Retrier).default([]), Catch: z.array(Catcher).default([]) };

const Pass = z.strictObject({
  Type: z.literal('Pass'),
  ...aside,
  ...flow,
  ...paths,
  ...assign,
  Parameters: Template.optional(),
  Result: Payload.optional(),
  ResultPath: PathText.nullable().optional(),
});

const Task = z.strictObject({
  Type: z.literal('Task'),
  ...aside,
  ...flow,
  ...paths,
  ...assign,
  ...result,
  ...errors,
  Resource: z.string(),
  Parameters: Template.optional(),
  TimeoutSeconds: PositiveSeconds.optional(),
  TimeoutSecondsPath: PathText.optional(),
  HeartbeatSeconds: PositiveSeconds.optional(),
  HeartbeatSecondsPath: PathText.optional(),
});

const Choice = z.strictObject({
  Type: z.literal('Choice'),
  ...aside,
  ...paths,
  ...assign,
  Choices: z.array(z.looseObject({ Next: Name, Assign: Template.optional() })).min(1),
  Default: Name.optional(),
});

const Wait = z.strictObject({
  Type: z.literal('Wait'),
  ...aside,
  ...flow,
  ...paths,
  ...assign,
  Seconds: Seconds.optional(),
  SecondsPath: PathText.optional(),
  Timestamp: z.string().optional(),
  TimestampPath: PathText.optional(),
});

const Succeed = z.strictObject({ Type: z.literal('Succeed'), ...aside, ...paths });

const Fail = z.strictObject({
  Type: z.literal('Fail'),
  ...aside,
  Error: z.string().optional(),
  ErrorPath: z.string().optional(),
  Cause: z.string().optional(),
  CausePath: z.string().optional(),
});

const Parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...aside,
  ...flow,
  ...paths,
  ...assign,
  ...result,
  ...errors,
  Parameters: Template.optional(),
  get Branches() {
    return z.array(Branch).min(1);
  },
});

/** Each item of a distributed Map runs as an execution of its own. */
const ProcessorConfig = z.union([
  z.strictObject({ Mode: z.literal('INLINE').optional() }),
  z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
]);

const MapState = z.strictObject({
  Type: z.literal('Map'),
  ...aside,
  ...flow,
  ...paths,
  ...assign,
  ...result,
  ...errors,
  ItemsPath: PathText.optional(),
  ItemSelector: Template.optional(),
  /** The older name of ItemSelector. */
  Parameters: Template.optional(),
  MaxConcurrency: z.int().min(0).optional(),
  MaxConcurrencyPath: PathText.optional(),
  /** Of a distributed Map: no failure is tolerated, as by default. */
  ToleratedFailureCount: z.literal(0).optional(),
  ToleratedFailurePercentage: z.literal(0).optional(),
  get ItemProcessor() {
    return Processor.optional();
  },
  /** The older name of ItemProcessor. */
  get Iterator() {
    return Processor.optional();
  },
});

const State = z.discriminatedUnion('Type', [Pass, Task, Choice, Wait, Succeed, Fail, Parallel, MapState]);

const scope = {
  Comment: z.string().optional(),
  StartAt: Name,
  get States(): z.ZodRecord<z.ZodString, z.ZodType<StateDefinition>> {
    return z.record(Name, State);
  },
};

const Branch: z.ZodType<Scope> = z.strictObject(scope);
const Processor: z.ZodType<ProcessorScope> = z.strictObject({
  ...scope,
  ProcessorConfig: ProcessorConfig.optional(),
});

const Machine = z.strictObject({
  ...scope,
  QueryLanguage: z.literal('JSONPath').optional(),
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: PositiveSeconds.optional(),
});

/** A set of states that transitions stay within. */
export interface Scope {
  StartAt: string;
  States: Record<string, StateDefinition>;
}

interface ProcessorScope extends Scope {
  ProcessorConfig?: z.output<typeof ProcessorConfig> | undefined;
}

export type PassDefinition = z.output<typeof Pass>;
export type TaskDefinition = z.output<typeof Task>;
export type ChoiceDefinition = z.output<typeof Choice>;
export type WaitDefinition = z.output<typeof Wait>;
export type SucceedDefinition = z.output<typeof Succeed>;
export type FailDefinition = z.output<typeof Fail>;
export type ParallelDefinition = z.output<typeof Parallel>;
export type MapDefinition = z.output<typeof MapState>;
export type RetrierDefinition = z.output<typeof Retrier>;
export type CatcherDefinition = z.output<typeof Catcher>;
export type StateDefinition =
  | PassDefinition
  | TaskDefinition
  | ChoiceDefinition
  | WaitDefinition
  | SucceedDefinition
  | FailDefinition
  | ParallelDefinition
  | MapDefinition;

export interface MachineDefinition extends Scope {
  TimeoutSeconds?: number | undefined;
}

/**
 * Checks the shape. WORKFLOW_UNSUPPORTED for fields and values that are not implemented, WORKFLOW_INVALID for malformed
 * ones.
 */
export const parseDefinition = (workflow: string, definition: unknown): MachineDefinition => {
  const parsed = Machine.safeParse(definition);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => describeIssue(issue, definition));
  throw refused(
    workflow,
    issues.some(({ unsupported }) => unsupported),
    issues.map(({ text }) => text).join('; '),
  );
};

export const refused = (workflow: string, unsupported: boolean, text: string): QuittanceError =>
  new QuittanceError(unsupported ? 'WORKFLOW_UNSUPPORTED' : 'WORKFLOW_INVALID', {
    message: `workflow ${workflow}: ${text}`,
    hint: unsupported
      ? 'express the state with other fields; JSONPath is the only query language'
      : 'mend the definition: https://states-language.net/spec.html',
  });

/**
 * A value outside a closed list (another dialect, mode or state type) is reported as not implemented, like an unknown
 * field.
 */
const describeIssue = (issue: z.core.$ZodIssue, definition: unknown): { unsupported: boolean; text: string } => {
  const { state, field } = placeOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => (field === '' ? key : `${field}.${key}`));
    return { unsupported: true, text: `${state}${names.join(', ')} is not implemented` };
  }
  if (issue.code !== 'invalid_value' && issue.code !== 'invalid_union')
    return { unsupported: false, text: `${state}${field}: ${issue.message}` };
  const got = JSON.stringify(valueAt(definition, issue.path)) as string | undefined;
  return { unsupported: true, text: `${state}${field} ${got?.slice(0, 80) ?? 'left out'} is not implemented` };
};

/** `state Name: ` and `Field.sub` from the path of an issue. */
const placeOf = (path: readonly PropertyKey[]): { state: string; field: string } => {
  let [state, from] = ['', 0];
  for (let i = 0; i < path.length - 1; i++)
    if (path[i] === 'States') [state, from] = [`state ${String(path[i + 1])}: `, (i += 1) + 1];
  return { state, field: path.slice(from).map(String).join('.') };
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
