// Filter expressions of JSONPath: `[?(@.n > 1 && @.kind == 'x')]`. Operators: == != < <= > >= && || ! and parentheses;
// a bare path tests that it selects something. Trap: values of different types are unequal and unordered, never
// converted.
import type { Json } from '#core/canonical.ts';
import { equal } from './json.ts';
import type { Scanner } from './scanner.ts';

export type Filter = (node: Json) => boolean;

type Operand = (node: Json) => Json | undefined;
type Relative = (scanner: Scanner) => (node: Json) => Json | undefined;

/** Parses from after the `?`. */
export const parseFilter = (scanner: Scanner, relative: Relative): Filter => {
  scanner.expect('(');
  const test = alternatives(scanner, relative);
  scanner.expect(')');
  return test;
};

const alternatives = (scanner: Scanner, relative: Relative): Filter => {
  const tests = [conjunction(scanner, relative)];
  while (scanner.take('||')) tests.push(conjunction(scanner, relative));
  return (node) => tests.some((test) => test(node));
};

const conjunction = (scanner: Scanner, relative: Relative): Filter => {
  const tests = [unary(scanner, relative)];
  while (scanner.take('&&')) tests.push(unary(scanner, relative));
  return (node) => tests.every((test) => test(node));
};

const unary = (scanner: Scanner, relative: Relative): Filter => {
  scanner.space();
  const test = scanner.take('!') ? negated(unary(scanner, relative)) : primary(scanner, relative);
  scanner.space();
  return test;
};

const negated =
  (test: Filter): Filter =>
  (node) =>
    !test(node);

const primary = (scanner: Scanner, relative: Relative): Filter => {
  if (scanner.take('(')) {
    const test = alternatives(scanner, relative);
    scanner.expect(')');
    return test;
  }
  return comparison(scanner, relative);
};

const comparison = (scanner: Scanner, relative: Relative): Filter => {
  const left = operand(scanner, relative);
  scanner.space();
  const operator = scanner.match(/==|!=|<=|>=|<|>/y);
  if (operator === undefined) {
    if (scanner.match(/=~|in\b|nin\b|size\b|empty\b|anyof\b|subsetof\b/y) !== undefined)
      throw scanner.unsupported('this filter operator');
    return (node) => left(node) !== undefined;
  }
  scanner.space();
  const right = operand(scanner, relative);
  return (node) => compare(operator, left(node), right(node));
};

const operand = (scanner: Scanner, relative: Relative): Operand => {
  if (scanner.take('@')) return relative(scanner);
  if (scanner.text.startsWith('$', scanner.at)) throw scanner.unsupported('a path from $ inside a filter');
  const literal = scanner.need(
    /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|true\b|false\b|null\b/y,
    'a path, number, string, true, false or null',
  );
  const value = /^['"]/.test(literal) ? literal.slice(1, -1).replace(/\\(.)/g, '$1') : (JSON.parse(literal) as Json);
  return () => value;
};

const compare = (operator: string, a: Json | undefined, b: Json | undefined): boolean => {
  const same = a === undefined || b === undefined ? a === b : equal(a, b);
  if (operator === '==') return same;
  if (operator === '!=') return !same;
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  return ordered(operator, a, b as typeof a);
};

const ordered = <T extends number | string>(operator: string, a: T, b: T): boolean => {
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
};
