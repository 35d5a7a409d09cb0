// Loads a definition: substitutes `${name}`, checks shape and graph, compiles every path, template, rule and resource.
// All refusals happen here, with the name of state and field, so that whatever loads can run. Amazon States Language,
// https://states-language.net/spec.html.
// Trap: an execution must finish under the definition that it started with, so the digest is of the substituted text.
import { canonicalize, digestOf, type Json } from '#core/canonical.ts';
import { compileRule, instant } from './choice.ts';
import {
  parseDefinition,
  refused,
  type CatcherDefinition,
  type ChoiceDefinition,
  type FailDefinition,
  type MachineDefinition,
  type MapDefinition,
  type RetrierDefinition,
  type Scope,
  type StateDefinition,
  type TaskDefinition,
  type WaitDefinition,
} from './definition.ts';
import { compileExpression, compileTemplate, type Evaluate } from './expression.ts';
import { RESERVED_ERRORS, Unsupported, type Retrier } from './failures.ts';
import { checkGraph } from './graph.ts';
import { isArray, isObject, toJson, type JsonObject } from './json.ts';
import type { Catcher, Machine, State, WaitState } from './machine.ts';
import { isReference, parsePath, type Path } from './path.ts';
import { checkParameters, parseResource, staticWorkflow } from './resources.ts';
import { parseAll } from './scanner.ts';

export interface LoadOptions {
  /** What `${name}` stands for: the ARN or name of a function, workflow, job definition. */
  readonly substitutions: Readonly<Record<string, string>>;
  /** The workflows that a `startExecution` may name; any, where left out. */
  readonly workflows?: readonly string[];
}

/** WORKFLOW_UNSUPPORTED or WORKFLOW_INVALID, naming workflow, state and field. */
export const loadWorkflow = (workflow: string, definition: unknown, options: LoadOptions): Machine => {
  const substituted = substitute(workflow, toJson(definition), options.substitutions);
  const parsed = parseDefinition(workflow, substituted);
  checkGraph(workflow, parsed);
  return compileMachine(workflow, canonicalize(substituted), parsed, options.workflows);
};

/** A machine from the text that an earlier load stored. */
export const reloadWorkflow = (workflow: string, body: string): Machine =>
  loadWorkflow(workflow, JSON.parse(body), { substitutions: {} });

const compileMachine = (
  workflow: string,
  body: string,
  parsed: MachineDefinition,
  workflows: LoadOptions['workflows'],
): Machine => ({
  workflow,
  body,
  digest: digestOf(body),
  startAt: parsed.StartAt,
  timeoutSeconds: parsed.TimeoutSeconds,
  states: new Map(
    allStates(parsed).map(([name, state]) => [
      name,
      compileState(at(workflow, name), name, state, { workflow, workflows }),
    ]),
  ),
});

/** The machine that a state belongs to. */
interface Owner {
  readonly workflow: string;
  readonly workflows: LoadOptions['workflows'];
}

const substitute = (workflow: string, value: Json, substitutions: Readonly<Record<string, string>>): Json => {
  if (typeof value === 'string')
    return value.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      const text = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
      if (text === undefined) throw refused(workflow, false, `nothing is known to substitute for ${whole}`);
      return text;
    });
  if (isArray(value)) return value.map((member) => substitute(workflow, member, substitutions));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    substitute(workflow, member ?? null, substitutions),
  ]);
  return Object.fromEntries(members) as JsonObject;
};

const allStates = (scope: Scope): [string, StateDefinition][] =>
  Object.entries(scope.States).flatMap(([name, state]) => [[name, state], ...innerScopes(state).flatMap(allStates)]);

const innerScopes = (state: StateDefinition): Scope[] => {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [processorOf(state)] : [];
};

// checkGraph has made sure that one exists
const processorOf = (state: MapDefinition): Scope => (state.ItemProcessor ?? state.Iterator)!;

/** Runs a compiler for one field and adds the field's place to its error. */
type At = <T>(field: string, compile: () => T) => T;

const at =
  (workflow: string, state: string): At =>
  (field, compile) => {
    try {
      return compile();
    } catch (error) {
      const place = `state ${state}: ${field}: `;
      if (error instanceof Unsupported) throw refused(workflow, true, `${place}${error.message} is not implemented`);
      if (error instanceof SyntaxError) throw refused(workflow, false, `${place}${error.message}`);
      throw error;
    }
  };

const ROOT: Path = parseAll('$', parsePath);

const compilePath = (at: At, field: string, text: string | null | undefined): Path | null =>
  text === null ? null : text === undefined ? ROOT : at(field, () => parseAll(text, parsePath));

const compileReference = (at: At, field: string, text: string | null | undefined): Path | null =>
  at(field, () => {
    const path = compilePath(at, field, text);
    if (path !== null && !isReference(path)) throw new SyntaxError(`${path.text} is not a reference path`);
    return path;
  });

const maybe = <T, R>(value: T | undefined, compile: (value: T) => R): R | undefined =>
  value === undefined ? undefined : compile(value);

const template = (at: At, field: string, value: Record<string, Json> | undefined): Evaluate | undefined =>
  maybe(value, (fields) => at(field, () => compileTemplate(fields)));

const compileAssign = (at: At, value: Record<string, Json> | undefined): Evaluate | undefined =>
  at('Assign', () => {
    const wrong = Object.keys(value ?? {}).find(
      (name) => !/^[A-Za-z_]\w{0,79}(\.\$)?$/.test(name) || /^states\b/.test(name),
    );
    if (wrong !== undefined) throw new SyntaxError(`${wrong} may not be the name of a variable`);
    return maybe(value, compileTemplate);
  });

const compileState = (at: At, name: string, state: StateDefinition, owner: Owner): State => {
  const base = {
    name,
    next: 'Next' in state ? state.Next : undefined,
    inputPath: compilePath(at, 'InputPath', 'InputPath' in state ? state.InputPath : undefined),
    outputPath: compilePath(at, 'OutputPath', 'OutputPath' in state ? state.OutputPath : undefined),
    assign: compileAssign(at, 'Assign' in state ? state.Assign : undefined),
    resultPath: compileReference(at, 'ResultPath', 'ResultPath' in state ? state.ResultPath : undefined),
    resultSelector: template(at, 'ResultSelector', 'ResultSelector' in state ? state.ResultSelector : undefined),
    retry: 'Retry' in state ? at('Retry', () => compileRetry(state.Retry)) : [],
    catch: 'Catch' in state ? at('Catch', () => compileCatch(at, state.Catch)) : [],
  };
  switch (state.Type) {
    case 'Pass':
      return { ...base, type: 'Pass', parameters: template(at, 'Parameters', state.Parameters), result: state.Result };
    case 'Task':
      return { ...base, type: 'Task', ...compileTask(at, state, owner) };
    case 'Choice':
      return { ...base, type: 'Choice', ...compileChoice(at, state) };
    case 'Wait':
      return { ...base, type: 'Wait', until: compileWait(at, state) };
    case 'Succeed':
      return { ...base, type: 'Succeed' };
    case 'Fail':
      return { ...base, type: 'Fail', ...compileFail(at, state) };
    case 'Parallel': {
      const branches = state.Branches.map(({ StartAt }) => StartAt);
      return { ...base, type: 'Parallel', parameters: template(at, 'Parameters', state.Parameters), branches };
    }
    case 'Map':
      return { ...base, type: 'Map', ...compileMap(at, name, state, owner) };
  }
};

const compileTask = (at: At, state: TaskDefinition, { workflows }: Owner) => {
  const resource = at('Resource', () => parseResource(state.Resource));
  at('Parameters', () => {
    checkParameters(resource, state.Parameters);
    const child = staticWorkflow(resource, state.Parameters);
    if (child !== undefined && workflows?.includes(child) === false)
      throw new SyntaxError(`there is no workflow ${child}`);
  });
  const heartbeat = oneOf(at, 'HeartbeatSeconds', state.HeartbeatSeconds, state.HeartbeatSecondsPath);
  const timeout = oneOf(at, 'TimeoutSeconds', state.TimeoutSeconds, state.TimeoutSecondsPath);
  at('HeartbeatSeconds', () => {
    if (heartbeat !== undefined && resource.kind !== 'token')
      throw new Unsupported(`a heartbeat of ${state.Resource}, which has no task token to send one with,`);
    if (typeof heartbeat === 'number' && typeof timeout === 'number' && heartbeat >= timeout)
      throw new SyntaxError('it must be less than TimeoutSeconds');
  });
  return { resource, parameters: template(at, 'Parameters', state.Parameters), timeout, heartbeat };
};

/** A number or the path that gives it; both at once are refused. */
const oneOf = (at: At, field: string, value: number | undefined, path: string | undefined): number | Path | undefined =>
  at(field, () => {
    if (value !== undefined && path !== undefined) throw new SyntaxError(`it may not stand beside ${field}Path`);
    return path === undefined ? value : parseAll(path, parsePath);
  });

const compileChoice = (at: At, state: ChoiceDefinition) => ({
  default: state.Default,
  rules: state.Choices.map((rule, i) => ({
    test: at(`Choices[${i}]`, () => compileRule(rule as JsonObject)),
    next: rule.Next,
    assign: compileAssign(at, rule.Assign),
  })),
});

const compileWait = (at: At, state: WaitDefinition): WaitState['until'] =>
  at('Seconds, SecondsPath, Timestamp, TimestampPath', () => {
    const given = [state.Seconds, state.SecondsPath, state.Timestamp, state.TimestampPath].filter(
      (v) => v !== undefined,
    );
    if (given.length !== 1) throw new SyntaxError(`exactly one must be given, not ${given.length}`);
    if (state.Seconds !== undefined) return { unit: 'seconds', value: state.Seconds };
    if (state.SecondsPath !== undefined) return { unit: 'seconds', value: parseAll(state.SecondsPath, parsePath) };
    if (state.TimestampPath !== undefined)
      return { unit: 'timestamp', value: parseAll(state.TimestampPath, parsePath) };
    if (instant(state.Timestamp!) === undefined) throw new SyntaxError(`${state.Timestamp!} is not an RFC 3339 time`);
    return { unit: 'timestamp', value: state.Timestamp! };
  });

const compileFail = (at: At, state: FailDefinition) => ({
  error: textOrExpression(at, 'Error', state.Error, state.ErrorPath),
  cause: textOrExpression(at, 'Cause', state.Cause, state.CausePath),
});

const textOrExpression = (at: At, field: string, text: string | undefined, path: string | undefined) =>
  at(`${field}Path`, (): Evaluate | undefined => {
    if (text !== undefined && path !== undefined) throw new SyntaxError(`it may not stand beside ${field}`);
    return path === undefined ? maybe(text, compileTemplate) : compileExpression(path);
  });

const compileMap = (at: At, name: string, state: MapDefinition, owner: Owner) => {
  const selector = state.ItemSelector ?? state.Parameters;
  return {
    itemsPath: compilePath(at, 'ItemsPath', state.ItemsPath),
    itemSelector: template(at, 'ItemSelector', selector),
    maxConcurrency: oneOf(at, 'MaxConcurrency', state.MaxConcurrency, state.MaxConcurrencyPath) ?? 0,
    startAt: processorOf(state).StartAt,
    iteration: compileIteration(name, state, owner),
  };
};

const compileIteration = (name: string, state: MapDefinition, { workflow, workflows }: Owner): Machine | undefined => {
  if (state.ItemProcessor?.ProcessorConfig?.Mode !== 'DISTRIBUTED') return undefined;
  const { StartAt, States } = state.ItemProcessor;
  return compileMachine(
    `${workflow}/${name}`,
    canonicalize(toJson({ StartAt, States })),
    { StartAt, States },
    workflows,
  );
};

const compileRetry = (retriers: readonly RetrierDefinition[]): Retrier[] => {
  checkErrorNames(retriers);
  return retriers.map((retrier) => ({
    errorEquals: retrier.ErrorEquals,
    intervalSeconds: retrier.IntervalSeconds,
    maxAttempts: retrier.MaxAttempts,
    backoffRate: retrier.BackoffRate,
    maxDelaySeconds: retrier.MaxDelaySeconds ?? Infinity,
    jitter: retrier.JitterStrategy === 'FULL',
  }));
};

const compileCatch = (at: At, catchers: readonly CatcherDefinition[]): Catcher[] => {
  checkErrorNames(catchers);
  return catchers.map((catcher) => ({
    errorEquals: catcher.ErrorEquals,
    next: catcher.Next,
    resultPath: compileReference(at, 'Catch.ResultPath', catcher.ResultPath),
    assign: compileAssign(at, catcher.Assign),
  }));
};

const checkErrorNames = (entries: readonly { ErrorEquals: string[] }[]): void => {
  for (const [i, { ErrorEquals: names }] of entries.entries()) {
    const unknown = names.find((name) => name.startsWith('States.') && !RESERVED_ERRORS.includes(name));
    if (unknown !== undefined) throw new SyntaxError(`${unknown} is not an error name that the language reserves`);
    if (names.includes('States.ALL') && (names.length > 1 || i < entries.length - 1))
      throw new SyntaxError('States.ALL must stand alone and last');
  }
};
