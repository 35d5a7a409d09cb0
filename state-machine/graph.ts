// The graph of a definition: names, transitions and reachability, and where variables may be assigned. Amazon States
// Language, "Transitions", "Variables". Trap: a transition may not cross into or out of a branch; a branch may read an
// outer variable but not assign its name.
import { refused, type Scope, type StateDefinition } from './definition.ts';

/** WORKFLOW_INVALID, naming the state. */
export const checkGraph = (workflow: string, scope: Scope): void => {
  const names = new Set<string>();
  checkScope(scope, [], (state, text) => refused(workflow, false, `state ${state}: ${text}`), names);
};

type Refuse = (state: string, text: string) => Error;

const checkScope = (scope: Scope, outer: readonly string[], refuse: Refuse, names: Set<string>): void => {
  const targets = new Map(Object.entries(scope.States).map(([name, state]) => [name, targetsOf(state)]));
  if (!targets.has(scope.StartAt)) throw refuse(scope.StartAt, 'StartAt names no state');
  for (const [name, state] of Object.entries(scope.States)) {
    if (names.has(name)) throw refuse(name, 'its name occurs twice; names are unique over the whole machine');
    names.add(name);
    checkState(name, state, targets, refuse);
    const clash = assignedNames(state).find((variable) => outer.includes(variable));
    if (clash !== undefined) throw refuse(name, `Assign: ${clash} is a variable of an outer scope`);
  }
  checkReachable(scope.StartAt, targets, refuse);
  const variables = [...outer, ...Object.values(scope.States).flatMap(assignedNames)];
  for (const state of Object.values(scope.States))
    for (const inner of scopesOf(state)) checkScope(inner, variables, refuse, names);
};

const checkState = (
  name: string,
  state: StateDefinition,
  targets: ReadonlyMap<string, readonly string[]>,
  refuse: Refuse,
) => {
  const unknown = targetsOf(state).find((target) => !targets.has(target));
  if (unknown !== undefined) throw refuse(name, `the transition target ${unknown} is not in its scope`);
  if ('Next' in state || 'End' in state || !['Choice', 'Succeed', 'Fail'].includes(state.Type))
    checkEnd(name, state, refuse);
  if (state.Type !== 'Map') return;
  if ((state.ItemProcessor === undefined) === (state.Iterator === undefined))
    throw refuse(name, 'ItemProcessor or the older Iterator must be given, not both');
  const distributed = state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
  if (!distributed && (state.ToleratedFailureCount ?? state.ToleratedFailurePercentage) !== undefined)
    throw refuse(name, 'failures are tolerated only by a Map of Mode DISTRIBUTED');
  if (state.ItemSelector !== undefined && state.Parameters !== undefined)
    throw refuse(name, 'ItemSelector may not stand beside the older Parameters');
};

const checkEnd = (name: string, state: StateDefinition, refuse: Refuse): void => {
  const next = 'Next' in state && state.Next !== undefined;
  const end = 'End' in state && state.End === true;
  if (next === end) throw refuse(name, 'Next or "End": true must be given, not both');
};

const checkReachable = (start: string, targets: ReadonlyMap<string, readonly string[]>, refuse: Refuse): void => {
  const reached = new Set([start]);
  for (const name of reached) for (const target of targets.get(name) ?? []) reached.add(target);
  const lost = [...targets.keys()].find((name) => !reached.has(name));
  if (lost !== undefined) throw refuse(lost, 'nothing leads to it');
};

const targetsOf = (state: StateDefinition): string[] => {
  const caught = 'Catch' in state ? state.Catch.map(({ Next }) => Next) : [];
  const chosen = state.Type === 'Choice' ? [...state.Choices.map(({ Next }) => Next), state.Default] : [];
  const next = 'Next' in state ? [state.Next] : [];
  return [...next, ...caught, ...chosen].filter((target) => target !== undefined);
};

const scopesOf = (state: StateDefinition): Scope[] => {
  if (state.Type === 'Parallel') return state.Branches;
  const processor = state.Type === 'Map' ? (state.ItemProcessor ?? state.Iterator) : undefined;
  return processor === undefined ? [] : [processor];
};

const assignedNames = (state: StateDefinition): string[] => {
  const rules = state.Type === 'Choice' ? state.Choices.map(({ Assign }) => Assign) : [];
  const catchers = 'Catch' in state ? state.Catch.map(({ Assign }) => Assign) : [];
  const own = 'Assign' in state ? state.Assign : undefined;
  return [own, ...rules, ...catchers].flatMap((fields) =>
    Object.keys(fields ?? {}).map((name) => name.replace(/\.\$$/, '')),
  );
};
