// A method's configuration as it was given (in a plan, a policy or --config k=v), parsed strictly and in one place.
// Trap: an unknown setting would silently have no effect, so it is refused with its path, and the known path that is
// near it or, where none is, all of them.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { nearest } from '#core/nearest.ts';

/** METHOD_CONFIG names each path that is not a setting, or whose value is none. */
export const parseSettings = <C extends z.ZodType>(method: string, schema: C, given: unknown): z.output<C> => {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const [strange, known] = [issues.flatMap(unknownPaths), knownPaths(schema)];
  const meant = strange.map((path) => meantBy(path, known, isGroup(given, path.split('.'))));
  throw new QuittanceError('METHOD_CONFIG', {
    message: `${method}: ${issues.map(describe).join('; ')}`,
    hint: [
      ...meant.flatMap((path) => (path === undefined ? [] : [`did you mean ${path}?`])),
      ...(meant.includes(undefined) ? [`${method} has ${known.join(', ') || 'no settings'};`] : []),
      `docs/methods.md, section ${method}, lists the settings`,
    ].join(' '),
    cause: parsed.error,
  });
};

/** The path that is near; of a value one that takes values, by its last name too: `updates` is update.updates. */
const meantBy = (path: string, known: readonly string[], group: boolean): string | undefined => {
  if (group) return nearest(path, known);
  const paths = known.filter((one) => !known.some((other) => other.startsWith(`${one}.`)));
  const byName = new Map([
    ...paths.map((one) => [lastOf(one), one] as const),
    ...paths.map((one) => [one, one] as const),
  ]);
  const found = nearest(path, [...byName.keys()]);
  return found === undefined ? undefined : byName.get(found);
};

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

const Group = z.record(z.string(), z.unknown());

const isGroup = (given: unknown, [key, ...rest]: readonly string[]): boolean => {
  const group = Group.safeParse(given);
  return group.success && (key === undefined || isGroup(group.data[key], rest));
};

type Issue = z.core.$ZodIssue;

const unknownPaths = (issue: Issue): string[] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [];

const describe = (issue: Issue): string => {
  const unknown = unknownPaths(issue);
  if (unknown.length > 0) return unknown.map((path) => `${path} is no setting`).join('; ');
  return `${issue.path.join('.') || 'the configuration'}: ${issue.message}`;
};

interface Described {
  properties?: Readonly<Record<string, Described>>;
}

/** Every path under which the schema knows a setting, groups included. */
const knownPaths = (schema: z.ZodType): string[] =>
  pathsIn(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Described, []);

const pathsIn = ({ properties = {} }: Described, above: readonly string[]): string[] =>
  Object.entries(properties).flatMap(([key, described]) => {
    const path = [...above, key];
    return [path.join('.'), ...pathsIn(described, path)];
  });
