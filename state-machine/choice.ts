// Choice rules of the Amazon States Language ("Choice State"): comparison operators, And, Or, Not. Trap: a Variable
// that selects nothing ends the execution (States.Runtime) unless the operator is IsPresent; values of different types
// compare as false; strings order by code unit.
import type { Json } from '#core/canonical.ts';
import { isObject, type JsonObject } from './json.ts';
import { isPresent, parsePath, select, type Env, type Path } from './path.ts';
import { parseAll } from './scanner.ts';
import { Unsupported } from './failures.ts';

/** Throws PathMiss. */
export type Test = (env: Env) => boolean;

type Scalar = string | number | boolean;
/** The value as the operator's type, or undefined when it is not of it. */
type Read = (value: Json) => Scalar | undefined;

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch of an RFC 3339 time with capital T and Z, as AWS asks; undefined for anything else. */
export const instant = (value: Json): number | undefined => {
  if (typeof value !== 'string' || !RFC3339.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
};

const readers: Readonly<Record<string, Read>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  Timestamp: instant,
};

const relations: Readonly<Record<string, (a: Scalar, b: Scalar) => boolean>> = {
  Equals: (a, b) => a === b,
  LessThan: (a, b) => a < b,
  GreaterThan: (a, b) => a > b,
  LessThanEquals: (a, b) => a <= b,
  GreaterThanEquals: (a, b) => a >= b,
};

const typeTests: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => instant(value) !== undefined,
};

/** Fields of a rule that are not its test. */
const ASIDE = ['Next', 'Comment', 'Assign'];

/** Compiles a rule's test; SyntaxError or Unsupported name the operator. Nested rules may not have a Next. */
export const compileRule = (rule: Json): Test => {
  if (!isObject(rule)) throw new SyntaxError('a choice rule must be an object');
  const fields = Object.keys(rule).filter((name) => !ASIDE.includes(name));
  const combined = fields.find((name) => name === 'And' || name === 'Or' || name === 'Not');
  if (combined === undefined) return compileComparison(rule, fields);
  if (fields.length > 1)
    throw new SyntaxError(
      `a rule with ${combined} may not also have ${fields.filter((name) => name !== combined).join(', ')}`,
    );
  return compileCombination(combined, rule[combined]!);
};

const compileCombination = (operator: string, value: Json): Test => {
  if (operator === 'Not') {
    const test = compileNested(value);
    return (env) => !test(env);
  }
  if (!Array.isArray(value) || value.length === 0) throw new SyntaxError(`${operator} must be a list of rules`);
  const tests = (value as readonly Json[]).map(compileNested);
  return operator === 'And' ? (env) => tests.every((test) => test(env)) : (env) => tests.some((test) => test(env));
};

const compileNested = (rule: Json): Test => {
  if (isObject(rule) && Object.hasOwn(rule, 'Next')) throw new SyntaxError('Next may stand only on the outermost rule');
  return compileRule(rule);
};

const compileComparison = (rule: JsonObject, fields: readonly string[]): Test => {
  const operators = fields.filter((name) => name !== 'Variable');
  const unknown = operators.find((name) => !isOperator(name));
  if (unknown !== undefined) throw new Unsupported(`the field ${unknown}`);
  const [operator] = operators;
  const { Variable: variable } = rule;
  if (typeof variable !== 'string' || operator === undefined || operators.length > 1)
    throw new SyntaxError(
      `a choice rule needs a Variable and one operator, or And, Or or Not; it has ${fields.join(', ')}`,
    );
  return compileOperator(parseAll(variable, parsePath), operator, rule[operator]!);
};

const OPERATOR =
  /^(?:(String|Numeric|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)|(Boolean)(Equals))(Path)?$/;

const isOperator = (name: string): boolean =>
  name === 'IsPresent' || name === 'StringMatches' || Object.hasOwn(typeTests, name) || OPERATOR.test(name);

const compileOperator = (variable: Path, operator: string, operand: Json): Test => {
  if (operator === 'IsPresent') return expecting(operand, (env) => isPresent(variable, env));
  const typeTest = Object.hasOwn(typeTests, operator) ? typeTests[operator] : undefined;
  if (typeTest !== undefined) return expecting(operand, (env) => typeTest(select(variable, env)));
  if (operator === 'StringMatches') return compileMatches(variable, operand);
  return compileRelation(variable, operator, operand);
};

const expecting = (operand: Json, test: Test): Test => {
  if (typeof operand !== 'boolean') throw new SyntaxError('a type test must be true or false');
  return (env) => test(env) === operand;
};

const compileMatches = (variable: Path, operand: Json): Test => {
  if (typeof operand !== 'string') throw new SyntaxError('StringMatches must be a string');
  const parts = splitPattern(operand);
  return (env) => {
    const value = select(variable, env);
    return typeof value === 'string' && matchesParts(value, parts);
  };
};

/** The literal texts between the stars; `\*` and `\\` are the characters. */
const splitPattern = (pattern: string): string[] => {
  const parts = [''];
  for (const [, escaped, character] of pattern.matchAll(/\\([*\\])|([^])/g)) {
    if (character === '*') parts.push('');
    else parts.push(`${parts.pop() ?? ''}${escaped ?? character ?? ''}`);
  }
  return parts;
};

/**
 * In linear time: each literal is taken at its first position after the one before; the first and last are anchored.
 */
const matchesParts = (value: string, parts: readonly string[]): boolean => {
  const last = parts.at(-1)!;
  if (parts.length === 1) return value === last;
  if (!value.startsWith(parts[0]!)) return false;
  let at = parts[0]!.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
};

const compileRelation = (variable: Path, operator: string, operand: Json): Test => {
  const [, type, relation, boolean, equals, fromPath] = OPERATOR.exec(operator) ?? [];
  const read = readers[type ?? boolean!]!;
  const related = relations[relation ?? equals!]!;
  const other = fromPath === undefined ? constant(operator, read, operand) : pathOperand(operator, read, operand);
  return (env) => {
    const [a, b] = [read(select(variable, env)), other(env)];
    return a !== undefined && b !== undefined && related(a, b);
  };
};

const constant = (operator: string, read: Read, operand: Json): ((env: Env) => Scalar | undefined) => {
  const value = read(operand);
  if (value === undefined) throw new SyntaxError(`the operand of ${operator} has another type`);
  return () => value;
};

const pathOperand = (operator: string, read: Read, operand: Json): ((env: Env) => Scalar | undefined) => {
  if (typeof operand !== 'string') throw new SyntaxError(`${operator} must be a path`);
  const path = parseAll(operand, parsePath);
  return (env) => read(select(path, env));
};
