// JSONPath as Step Functions reads it (Goessner's notation, Jayway's rules): `$` input, `$$` context object, `$name`
// variable.
// Trap: a definite path yields the value itself and fails when it selects nothing; one with a wildcard, slice, union,
// filter or deep scan always yields an array, even for one match or none.
import type { Json } from '#core/canonical.ts';
import { parseFilter, type Filter } from './path-filter.ts';
import { isArray, isObject, keyed } from './json.ts';
import type { Scanner } from './scanner.ts';

/** What expressions may read. `variable` answers undefined for an unassigned name. */
export interface Env {
  readonly input: Json;
  readonly context: Json;
  variable(name: string): Json | undefined;
}

export type Selector =
  | { kind: 'key'; key: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'union'; of: readonly Selector[] }
  | { kind: 'slice'; from: number | undefined; to: number | undefined; step: number }
  | { kind: 'deep'; of: Selector }
  | { kind: 'filter'; test: Filter };

export interface Path {
  readonly text: string;
  readonly root: 'input' | 'context' | { readonly variable: string };
  readonly selectors: readonly Selector[];
  readonly definite: boolean;
}

/** A path that selects nothing; each caller gives it the error name of its field. */
export class PathMiss extends Error {
  constructor(text: string) {
    super(`the path ${text} selects nothing`);
  }
}

export const parsePath = (scanner: Scanner): Path => {
  const start = scanner.at;
  scanner.expect('$');
  const name = scanner.take('$') ? undefined : scanner.match(/[A-Za-z_]\w*/y);
  const context = name === undefined && scanner.text[scanner.at - 1] === '$' && scanner.at - start === 2;
  const selectors = parseSelectors(scanner);
  return {
    text: scanner.text.slice(start, scanner.at),
    root: name === undefined ? (context ? 'context' : 'input') : { variable: name },
    selectors,
    definite: selectors.every(({ kind }) => kind === 'key' || kind === 'index'),
  };
};

const NAME = /[\p{L}\p{N}_$][\p{L}\p{N}_$-]*/uy;

const parseSelectors = (scanner: Scanner): Selector[] => {
  const selectors: Selector[] = [];
  for (;;) {
    if (scanner.take('..')) selectors.push({ kind: 'deep', of: deepSelector(scanner) });
    else if (scanner.take('.')) selectors.push(dotSelector(scanner));
    else if (scanner.take('[')) selectors.push(bracketSelector(scanner));
    else return selectors;
  }
};

const deepSelector = (scanner: Scanner): Selector =>
  scanner.take('[') ? bracketSelector(scanner) : dotSelector(scanner);

const dotSelector = (scanner: Scanner): Selector => {
  if (scanner.take('*')) return { kind: 'all' };
  const key = scanner.need(NAME, 'a name');
  if (scanner.take('(')) throw scanner.unsupported(`the path function ${key}()`);
  return { kind: 'key', key };
};

const bracketSelector = (scanner: Scanner): Selector => {
  scanner.space();
  const selector = insideBrackets(scanner);
  scanner.space();
  scanner.expect(']');
  return selector;
};

const insideBrackets = (scanner: Scanner): Selector => {
  if (scanner.take('*')) return { kind: 'all' };
  if (scanner.take('?')) return { kind: 'filter', test: parseFilter(scanner, relativePath) };
  const selectors = [memberSelector(scanner)];
  while (scanner.match(/\s*,\s*/y) !== undefined) selectors.push(memberSelector(scanner));
  return selectors.length === 1 ? selectors[0]! : { kind: 'union', of: selectors };
};

const memberSelector = (scanner: Scanner): Selector => {
  const quoted = scanner.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y);
  if (quoted !== undefined) return { kind: 'key', key: quoted.slice(1, -1).replace(/\\(.)/g, '$1') };
  const from = scanner.match(/-?\d+/y);
  if (!scanner.take(':'))
    return { kind: 'index', index: Number(from ?? scanner.fail('expected a key, index or slice')) };
  const to = scanner.match(/-?\d+/y);
  const step = Number((scanner.take(':') && scanner.match(/\d+/y)) || '1');
  if (step === 0) throw scanner.invalid('a slice needs a positive step');
  return { kind: 'slice', from: number(from), to: number(to), step };
};

const number = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));

/** The path after `@` or `$` in a filter: first match or undefined. */
const relativePath = (scanner: Scanner): ((node: Json) => Json | undefined) => {
  const selectors = parseSelectors(scanner);
  return (node) => walk([node], selectors)[0];
};

/** The selected value; PathMiss when a definite path, or the variable it starts from, has none. */
export const select = (path: Path, env: Env): Json => {
  const root = rootValue(path, env);
  if (root === undefined) throw new PathMiss(path.text);
  const found = walk([root], path.selectors);
  if (!path.definite) return found;
  if (found.length === 0) throw new PathMiss(path.text);
  return found[0]!;
};

/** Whether a definite path selects a value, or another selects at least one. */
export const isPresent = (path: Path, env: Env): boolean => {
  const root = rootValue(path, env);
  return root !== undefined && walk([root], path.selectors).length > 0;
};

const rootValue = ({ root }: Path, env: Env): Json | undefined => {
  if (typeof root === 'object') return env.variable(root.variable);
  return root === 'input' ? env.input : env.context;
};

const walk = (nodes: readonly Json[], selectors: readonly Selector[]): Json[] =>
  selectors.reduce<Json[]>((found, selector) => found.flatMap((node) => [...pick(node, selector)]), [...nodes]);

const pick = (node: Json, selector: Selector): readonly Json[] => {
  switch (selector.kind) {
    case 'key':
      return isObject(node) && Object.hasOwn(node, selector.key) ? [node[selector.key]!] : [];
    case 'index':
      return isArray(node) ? node.slice(selector.index, selector.index + 1 || undefined) : [];
    case 'all':
      return children(node);
    case 'union':
      return selector.of.flatMap((each) => pick(node, each));
    case 'slice':
      return isArray(node) ? node.slice(selector.from, selector.to).filter((_, i) => i % selector.step === 0) : [];
    case 'deep':
      return [...pick(node, selector.of), ...children(node).flatMap((child) => pick(child, selector))];
    case 'filter':
      return children(node).filter(selector.test);
  }
};

const children = (node: Json): readonly Json[] => {
  if (isArray(node)) return node;
  return isObject(node) ? Object.values(node).filter((child): child is Json => child !== undefined) : [];
};

/** The reference path of a ResultPath: names and indices from the input alone. */
export const isReference = (path: Path): boolean => path.root === 'input' && path.definite;

/** A copy of `target` with `value` at the reference path, or undefined where the path does not fit the target. */
export const insert = (target: Json, path: Path, value: Json): Json | undefined => put(target, path.selectors, value);

const put = (target: Json | undefined, selectors: readonly Selector[], value: Json): Json | undefined => {
  const [head, ...rest] = selectors;
  if (head === undefined) return value;
  if (head.kind === 'key') return putKey(target ?? {}, head.key, rest, value);
  if (head.kind !== 'index' || target === undefined || !isArray(target)) return undefined;
  if (head.index < 0 || head.index >= target.length) return undefined;
  const member = put(target[head.index], rest, value);
  return member === undefined ? undefined : target.with(head.index, member);
};

const putKey = (target: Json, key: string, rest: readonly Selector[], value: Json): Json | undefined => {
  if (!isObject(target)) return undefined;
  const member = put(Object.hasOwn(target, key) ? target[key] : undefined, rest, value);
  return member === undefined ? undefined : { ...target, ...keyed(key, member) };
};
