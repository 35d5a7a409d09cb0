// Regular expressions that a stranger's adapter_config.json brings, matched against the names of a model's modules.
// Traps: one can be written that takes years, so matching ends after a while; and Python's dialect is not JavaScript's,
// so whatever would mean something else here is refused by name.
import { Script } from 'node:vm';
import { QuittanceError } from '#core/errors.ts';

/** Names are short and few: a pattern that is none too clever takes microseconds. */
const MOST_MILLISECONDS = 2000;
const MOST_CHARACTERS = 10_000;

const MATCH = new Script('keys.filter((key) => pattern.test(key))');

/** The keys that the pattern matches from end to end. MODEL_UNSUPPORTED names the field. */
export const matchingKeys = (pattern: string, keys: ReadonlySet<string>, field: string): ReadonlySet<string> => {
  const compiled = compile(pattern, field);
  try {
    const found: unknown = MATCH.runInNewContext(
      { pattern: compiled, keys: [...keys] },
      { timeout: MOST_MILLISECONDS },
    );
    const matched = new Set<unknown>(Array.isArray(found) ? found : []);
    return new Set([...keys].filter((key) => matched.has(key)));
  } catch (cause) {
    throw refused(pattern, field, 'takes too long to match', cause);
  }
};

/** The `u` flag makes an error of every escape that JavaScript does not know, such as \A and \Z. */
const compile = (pattern: string, field: string): RegExp => {
  if (pattern.length > MOST_CHARACTERS) throw refused(pattern, field, 'is too long');
  if (/\\[1-9k]/.test(pattern)) throw refused(pattern, field, 'refers back to a group');
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch (cause) {
    throw refused(pattern, field, 'is not a regular expression in the part of Python’s dialect that is read', cause);
  }
};

const refused = (pattern: string, field: string, why: string, cause?: unknown) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `adapter_config.json: ${field} ${why}`,
    expected: 'groups, alternatives, classes and repetitions',
    got: pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern,
    hint: 'list the names of the modules instead',
    ...(cause === undefined ? {} : { cause }),
  });
