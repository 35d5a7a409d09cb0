// Expressions and payload templates: a path, an intrinsic call, or a JSON document in which each `"name.$"` field holds
// one. Amazon States Language, "Payload Template", "Intrinsic Functions". Compiled when the definition is loaded, so
// that a malformed one is refused before anything runs. Trap: only field names that end in `.$` are replaced; a string
// elsewhere that looks like a path is text.
import type { Json } from '#core/canonical.ts';
import { INTRINSICS } from './intrinsics.ts';
import { isArray, isObject } from './json.ts';
import { parsePath, select, type Env } from './path.ts';
import { parseAll, type Scanner } from './scanner.ts';

/** Throws PathMiss for a path without a value, StatesError for a failed intrinsic. */
export type Evaluate = (env: Env) => Json;

/** A path (`$…`, `$$…`, `$name…`) or an intrinsic call. SyntaxError or Unsupported otherwise. */
export const compileExpression = (text: string): Evaluate =>
  parseAll(text, (scanner) => (text.startsWith('States.') ? parseCall(scanner) : parsePathValue(scanner)));

const parsePathValue = (scanner: Scanner): Evaluate => {
  const path = parsePath(scanner);
  return (env) => select(path, env);
};

const parseCall = (scanner: Scanner): Evaluate => {
  scanner.expect('States.');
  const name = scanner.need(/[A-Za-z0-9]+/y, 'a function name');
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic === undefined) throw scanner.unsupported(`the intrinsic function States.${name}`);
  const args = parseArguments(scanner, name === 'Format');
  const [least, most] = intrinsic.arity;
  if (args.length < least || args.length > most)
    throw scanner.invalid(
      `States.${name} takes ${least === most ? least : `${least} or more`} arguments, got ${args.length}`,
    );
  return (env) => intrinsic.apply(args.map((argument) => argument(env)));
};

const parseArguments = (scanner: Scanner, keepFirstEscapes: boolean): Evaluate[] => {
  scanner.space();
  scanner.expect('(');
  const args: Evaluate[] = [];
  scanner.space();
  if (scanner.take(')')) return args;
  do {
    scanner.space();
    args.push(parseArgument(scanner, keepFirstEscapes && args.length === 0));
    scanner.space();
  } while (scanner.take(','));
  scanner.expect(')');
  return args;
};

const parseArgument = (scanner: Scanner, keepEscapes: boolean): Evaluate => {
  if (scanner.text.startsWith('States.', scanner.at)) return parseCall(scanner);
  if (scanner.text.startsWith('$', scanner.at)) return parsePathValue(scanner);
  const quoted = scanner.match(/'(?:[^'\\]|\\.)*'/y);
  const value = quoted === undefined ? parseConstant(scanner) : unquote(quoted, keepEscapes);
  return () => value;
};

const unquote = (quoted: string, keepEscapes: boolean): string => {
  const inner = quoted.slice(1, -1);
  return keepEscapes ? inner : inner.replace(/\\(.)/g, '$1');
};

const parseConstant = (scanner: Scanner): Json =>
  JSON.parse(
    scanner.need(
      /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b/y,
      'a quoted string, number, true, false, null, path or call',
    ),
  ) as Json;

/** A payload template; arrays and objects are searched at any depth. */
export const compileTemplate = (template: Json): Evaluate => {
  if (isArray(template)) {
    const members = template.map(compileTemplate);
    return (env) => members.map((member) => member(env));
  }
  if (!isObject(template)) return () => template;
  const fields = Object.entries(template).map(([name, value]) => compileField(name, value ?? null));
  return (env) => Object.fromEntries(fields.map(([name, value]) => [name, value(env)]));
};

const compileField = (name: string, value: Json): [string, Evaluate] => {
  if (!name.endsWith('.$')) return [name, compileTemplate(value)];
  if (typeof value !== 'string') throw new SyntaxError(`${name} must be a path or an intrinsic call`);
  return [name.slice(0, -2), compileExpression(value)];
};
