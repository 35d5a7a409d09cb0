// Which keys the JSON files of a model may have: keys that are read, keys that change nothing, and keys that are not
// applied, which the import reports. Any other key is refused by name, because it may be one that changes what the
// weights compute.
import { QuittanceError } from '#core/errors.ts';

export type KeyRule =
  /** Read by the engine, which checks the value itself. */
  | 'read'
  /** Says nothing about what the model computes. */
  | 'harmless'
  /** Known, changes nothing unless it has another value than these. */
  | { only: readonly unknown[] }
  /** Known and not applied, with why; said at import. */
  | { unapplied: string };

export type KeyRules = Readonly<Record<string, KeyRule>>;

/** The same rule for several keys. */
export const rules = (rule: KeyRule, ...keys: readonly string[]): KeyRules =>
  Object.fromEntries(keys.map((key) => [key, rule]));

/** Not chosen: as if the key were absent. */
export const isUnset = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * MODEL_UNSUPPORTED names the first key that is not known or has an unsupported value; returns remarks on keys that are
 * not applied.
 */
export const checkKeys = (
  file: string,
  json: Readonly<Record<string, unknown>>,
  known: KeyRules | ((key: string) => KeyRule | undefined),
): string[] => {
  const ruleOf =
    typeof known === 'function' ? known : (key: string) => (Object.hasOwn(known, key) ? known[key] : undefined);
  return Object.entries(json).flatMap(([key, value]) => {
    const rule = ruleOf(key);
    if (rule === 'read' || rule === 'harmless' || isUnset(value)) return [];
    if (rule === undefined) throw unknownKey(file, key, value);
    if ('unapplied' in rule) return [`${file}: ${key} ${short(value)} ${rule.unapplied}`];
    if (rule.only.some((one) => JSON.stringify(one) === JSON.stringify(value))) return [];
    throw unsupportedKey(file, key, value, rule.only);
  });
};

const short = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const unknownKey = (file: string, key: string, value: unknown) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `${file}: ${key} is not known`,
    expected: 'keys whose meaning the engine knows, so that none changes the computation unseen',
    got: short(value),
    hint: `if ${key} does not change what the model computes, take it out of ${file}; otherwise the model cannot be imported`,
  });

const unsupportedKey = (file: string, key: string, value: unknown, only: readonly unknown[]) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `${file}: ${key} is not supported`,
    expected: only.map((one) => JSON.stringify(one)).join(' or '),
    got: short(value),
  });
