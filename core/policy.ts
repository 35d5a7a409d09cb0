// A gate policy: the checks, the ladder of attempts, how long a certificate holds, how tickets share a run. It is fixed and logged before a run. Trap: a policy may
// come from a customer or a stranger: a key that no quantity has, a field that does not exist or a quantity that has no bound is refused by name, before any work.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';
import { nearest } from './nearest.ts';
import { QUANTITIES, quantityOf, type QuantityKey } from './quantities.ts';
import { JsonValue } from './run.ts';

const KEYS = QUANTITIES.map(({ key }) => key);
const Key = z.enum(KEYS as [QuantityKey, ...QuantityKey[]]); // the registry is never empty
const Bounds = z.strictObject({ least: z.number().optional(), most: z.number().optional() });

/** What a failure of a check means. */
export const CheckDirection = z.enum(['under-forgetting', 'over-unlearning', 'two-sided', 'locality', 'quality']);
export type CheckDirection = z.infer<typeof CheckDirection>;

const check = <S extends string, F extends z.ZodRawShape>(statistic: S, fields: F) =>
  z.strictObject({
    /** As it is shown; nothing is looked up by it. */
    name: z.string(),
    statistic: z.literal(statistic),
    direction: CheckDirection,
    /** Why the check is there, in one line. */
    reason: z.string(),
    ...fields,
  });

export const GateCheck = z.discriminatedUnion('statistic', [
  /** The quantity as the report prints it, within bounds; outside them but within `remediation` a human may help. */
  check('value', { of: Key, ...Bounds.shape, remediation: Bounds.optional() }),
  /** The same of a quantity that is a share. */
  check('share', { of: Key, ...Bounds.shape, remediation: Bounds.optional() }),
  /** k/n at most the one-sided upper Clopper–Pearson bound of a reference group of `referenceAtLeast` records: of a few, the bound lets anything pass. */
  check('shareAtMostReference', {
    of: Key,
    reference: Key,
    alpha: z.number().positive().max(0.5),
    referenceAtLeast: z.int().positive().optional(),
  }),
  /** AUC of one group's values over another's, within bounds. */
  check('auc', { of: Key, reference: Key, ...Bounds.shape }),
  /** Mean of a group's values within the range of per-person means of the reference, widened by `margin`. */
  check('meanWithinPeople', { of: Key, reference: Key, margin: z.number() }),
  /** Exact two-sample Kolmogorov–Smirnov p-value. */
  check('ks', { of: Key, reference: Key, least: z.number() }),
  /** Share of the person who fares worst. */
  check('worstPerson', { of: Key, least: z.number() }),
]);
export type GateCheck = z.infer<typeof GateCheck>;
export type Statistic = GateCheck['statistic'];

/** Statistic and quantities: the same check has the same id in every policy. */
export const checkId = (one: GateCheck): string =>
  `${one.statistic}:${one.of}${'reference' in one ? `/${one.reference}` : ''}`;

/** What the two quantities of a statistic must have in the tables. */
const READS = {
  value: { of: 'a value', has: () => true },
  share: { of: 'a share', has: (key) => quantityOf(key).summary === 'share' },
  shareAtMostReference: { of: 'a share', has: (key) => quantityOf(key).summary === 'share' },
  auc: { of: 'a histogram', has: (key) => quantityOf(key).binned },
  meanWithinPeople: { of: 'a mean', has: (key) => quantityOf(key).summary === 'mean' },
  ks: { of: 'a histogram', has: (key) => quantityOf(key).binned },
  worstPerson: {
    of: 'shares by person',
    has: (key) => quantityOf(key).byPerson && quantityOf(key).summary === 'share',
  },
} as const satisfies Readonly<Record<Statistic, { of: string; has: (key: QuantityKey) => boolean }>>;

/** Why a check cannot be made, whatever the tables hold; undefined where it can. */
const fault = (one: GateCheck): string | undefined => {
  const { of, has } = READS[one.statistic];
  if (!quantityOf(one.of).gateable) return `'${one.of}' is measured and has no bound of its own`;
  if (!has(one.of)) return `'${one.of}' has not ${of}, which '${one.statistic}' reads`;
  if (!('reference' in one)) return undefined;
  if (!has(one.reference)) return `'${one.reference}' has not ${of}, which '${one.statistic}' reads`;
  if (one.statistic === 'meanWithinPeople' && !quantityOf(one.reference).byPerson)
    return `'${one.reference}' is not kept person by person, which 'meanWithinPeople' reads`;
  return undefined;
};

export const Rung = z.strictObject({ method: z.string(), config: z.record(z.string(), JsonValue), reason: z.string() });
export type Rung = z.infer<typeof Rung>;

export const GatePolicy = z
  .strictObject({
    kind: z.literal('quittance-gate-policy/v1'),
    version: z.string(),
    checks: z.array(GateCheck).min(1).max(64),
    /** Attempts in order; after the last a human decides. */
    ladder: z.array(Rung).min(1).max(8),
    /** A certificate holds this long unless something changes before. */
    certificateDays: z.int().positive(),
    /** How tickets of one model share a run: how long the first waits for others, and how many go together. */
    gathering: z.strictObject({ windowSeconds: z.int().nonnegative(), atMost: z.int().min(1).max(16) }).optional(),
  })
  .superRefine(({ checks }, context) => {
    const seen = new Set<string>();
    checks.forEach((one, i) => {
      const id = checkId(one);
      const message = fault(one) ?? (seen.has(id) ? `the check ${id} stands there twice` : undefined);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['checks', i], message });
      seen.add(id);
    });
  });
export type GatePolicy = z.infer<typeof GatePolicy>;

/** A policy that was read from a file or given by a caller. POLICY_INVALID, naming each field at fault. */
export const parsePolicy = (value: unknown, what = 'the gate policy'): GatePolicy => {
  const parsed = GatePolicy.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new QuittanceError('POLICY_INVALID', {
    message: `${what} cannot be used`,
    expected: 'quantities of docs/metrics.md and settings of docs/policies.md',
    got: parsed.error.issues
      .slice(0, 5)
      .map((issue) => issueText(issue, value))
      .join('; '),
  });
};

type Issue = z.core.$ZodIssue;

const issueText = (issue: Issue, value: unknown): string => {
  const at = issue.path.map(String).join('.') || '(root)';
  const got = valueAt(value, issue.path);
  if (issue.code === 'unrecognized_keys')
    return `${at}: no field is called ${issue.keys.map((key) => `'${key}'`).join(', ')}`;
  if (issue.code === 'invalid_value' && typeof got === 'string' && issue.values.length > 2)
    return `${at}: '${got}' does not exist; did you mean '${nearest(got, issue.values.map(String))}'?`;
  return `${at}: ${issue.message}`;
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );
