// A gate policy: the checks, the ladder of attempts, how long a certificate holds, how tickets share a run. It is fixed
// and logged before a run. Trap: a policy may come from a customer or a stranger, so an unknown key, an unknown field
// and a bound on a quantity that has none are refused by name before any work is done.
import { z } from 'zod';
import { JsonValue, type Digest } from './canonical.ts';
import { QuittanceError } from './errors.ts';
import { WITHHOLDING_WORDS, withholds } from './method-name.ts';
import { didYouMean } from './nearest.ts';
import type { ArtifactStore } from './ports.ts';
import { QUANTITIES, quantityOf, type QuantityKey } from './quantities.ts';
import { UNITS } from './quantity.ts';

const KEYS = QUANTITIES.map(({ key }) => key);
const of = z
  .enum(KEYS as [QuantityKey, ...QuantityKey[]]) // the registry is never empty
  .meta({ description: 'key of the quantity that is judged', unit: 'key of docs/metrics.md' });
const reference = of.meta({ description: 'key of what it is compared with', unit: 'key of docs/metrics.md' });
const least = z.number().meta({ description: 'the least value that passes', unit: 'of the quantity' });
const most = z.number().meta({ description: 'the greatest value that passes', unit: 'of the quantity' });
const bounds = { least: least.optional(), most: most.optional() };
const remediation = z.strictObject(bounds).optional().meta({
  description: 'outside the bounds but within these a human decides instead of the next rung',
  unit: 'of the quantity',
});

/** Which kind of failure it is when the check is not passed. */
export const CheckDirection = z.enum(['under-forgetting', 'over-unlearning', 'two-sided', 'locality', 'quality']);
export type CheckDirection = z.infer<typeof CheckDirection>;

const check = <S extends string, F extends z.ZodRawShape>(statistic: S, description: string, fields: F) =>
  z
    .strictObject({
      name: z.string().meta({ description: 'how it is shown; nothing is looked up by it', unit: 'text' }),
      statistic: z.literal(statistic),
      direction: CheckDirection.meta({ description: 'what a failure means' }),
      reason: z.string().meta({ description: 'why the check is there', unit: 'one line' }),
      leastRecords: z.int().positive().optional().meta({
        description: 'under so many the check is not made; where a policy has `sampling`, by default the registry says',
        unit: 'records of the quantity',
      }),
      ...fields,
    })
    .meta({ description });

export const GateCheck = z.discriminatedUnion('statistic', [
  check('value', 'the quantity as the report prints it, within bounds', { of, ...bounds, remediation }),
  check('share', 'the same of a quantity that is a share', { of, ...bounds, remediation }),
  check('shareAtMostReference', 'a share, at most the one-sided upper Clopper–Pearson bound of the reference group', {
    most: most.optional().meta({ description: 'a share that passes whatever the reference shows', unit: 'share' }),
    margin: z.number().nonnegative().max(1).optional().meta({
      description: 'added to that bound, where being worse than the reference by so much is accepted and said',
      unit: 'share',
    }),
    of,
    reference,
    alpha: z.number().positive().max(0.5).meta({ description: 'error of that bound', unit: 'probability' }),
    referenceAtLeast: z.int().positive().optional().meta({
      description: 'records that the reference must have: the bound of a few lets anything pass',
      unit: 'records',
    }),
  }),
  check('auc', 'AUC of one group over another, on the same bins, within bounds', { of, reference, ...bounds }),
  check('meanWithinPeople', 'the mean, within the range of the means of the reference’s people', {
    of,
    reference,
    margin: z
      .number()
      .nonnegative()
      .meta({ description: 'by which that range is widened on both sides', unit: 'nats a token' }),
  }),
  check('ks', 'p-value of the exact two-sample Kolmogorov–Smirnov test, at least this', { of, reference, least }),
  check('worstPerson', 'the share of the person who fares worst, at least this', { of, least }),
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

/** Why a check cannot be made, or could not fail, whatever the tables hold; undefined where it can. */
const fault = (one: GateCheck): string | undefined => unreadable(one) ?? unbounded(one);

const unreadable = (one: GateCheck): string | undefined => {
  const { of: what, has } = READS[one.statistic];
  if (!quantityOf(one.of).gateable) return `'${one.of}' is measured and has no bound of its own`;
  if (!has(one.of)) return `'${one.of}' has not ${what}, which '${one.statistic}' reads`;
  if (!('reference' in one)) return undefined;
  if (!has(one.reference)) return `'${one.reference}' has not ${what}, which '${one.statistic}' reads`;
  if (one.statistic === 'meanWithinPeople' && !quantityOf(one.reference).byPerson)
    return `'${one.reference}' is not kept person by person, which 'meanWithinPeople' reads`;
  return undefined;
};

/** The mean's spread depends on the shape of the values; that of ranks does not. */
const withoutWindow = ({ statistic }: GateCheck): string | undefined =>
  statistic === 'meanWithinPeople'
    ? "'meanWithinPeople' has no window that follows the number of records, which `sampling` asks for: take 'auc'"
    : undefined;

/**
 * Names a bound that is missing, reversed, or outside the range that the value can have; undefined where all is well.
 */
const unbounded = (one: GateCheck): string | undefined => {
  if (one.statistic === 'meanWithinPeople') return undefined;
  const low = 'least' in one ? one.least : undefined;
  const high = 'most' in one ? one.most : undefined;
  if (one.statistic !== 'shareAtMostReference' && low === undefined && high === undefined)
    return 'neither `least` nor `most` is given: nothing could fail it';
  if (low !== undefined && high !== undefined && low > high) return `no value is at least ${low} and at most ${high}`;
  const [first, last] =
    UNITS[one.statistic === 'auc' ? 'auc' : one.statistic === 'ks' ? 'p-value' : quantityOf(one.of).unit];
  const beyond = [low, high].find((end) => end !== undefined && (end < first || end > last));
  return beyond === undefined ? undefined : `${beyond} is no value of it: they are from ${first} to ${last}`;
};

/** Below which it cannot be said whether a check would have noticed anything, and what then. */
export const Sampling = z.strictObject({
  error: z.number().positive().max(0.5).meta({
    description:
      'how often a model that never saw the records may fail their checks, all together and at any number of records; each check with a reference has an equal part of it, and a window that follows from it',
    unit: 'probability',
  }),
  tooFew: z.enum(['approver', 'remediation']).meta({
    description:
      'where a check needs more records than a ticket has: the approver decides on the others, the limit in view; or the ticket goes to remediation',
    unit: 'approver or remediation',
  }),
});
export type Sampling = z.infer<typeof Sampling>;

export const Rung = z.strictObject({
  method: z.string().meta({ description: 'unlearning method', unit: 'name of docs/methods.md' }),
  config: z.record(z.string(), JsonValue).meta({ description: 'its settings, where they are not the defaults' }),
  reason: z.string().meta({ description: 'why the rung is there', unit: 'text' }),
});
export type Rung = z.infer<typeof Rung>;

export const GatePolicy = z
  .strictObject({
    kind: z.literal('quittance-gate-policy/v1'),
    version: z
      .string()
      .meta({ description: 'printed beside every judgement; a change of anything is another version', unit: 'text' }),
    checks: z.array(GateCheck).min(1).max(64).meta({ description: 'all must pass', unit: '1 to 64 checks' }),
    ladder: z.array(Rung).min(1).max(8).meta({
      description: 'attempts in order, until one passes; after the last a human decides',
      unit: '1 to 8 rungs',
    }),
    sampling: Sampling.optional().meta({
      description:
        'windows that follow the number of records; without it the bounds are the same for one record as for a thousand',
    }),
    certificateDays: z.int().positive().meta({
      description: 'how long a certificate holds unless something changes before; a full suite that passes renews it',
      unit: 'days',
    }),
    withholding: z.literal(WITHHOLDING_WORDS).optional().meta({
      description:
        'lets methods that move no weight (uld, uld-offset) stand on the ladder; their certificate is of its own kind and says these words',
    }),
    gathering: z
      .strictObject({
        windowSeconds: z.int().nonnegative().meta({
          description: 'how long the first ticket of a model waits for others to share its run',
          unit: 'seconds',
        }),
        atMost: z.int().min(1).max(16).meta({ description: 'how many tickets share a run', unit: 'tickets' }),
      })
      .optional()
      .meta({ description: 'how tickets of one model share a run; without it each goes alone' }),
  })
  .superRefine(({ checks, sampling, ladder, withholding }, context) => {
    ladder.forEach(({ method }, i) => {
      const message = `${method} erases nothing: it stands on a ladder where \`withholding\` is '${WITHHOLDING_WORDS}'`;
      if (withholds(method) && withholding === undefined)
        context.addIssue({ code: 'custom', path: ['ladder', i, 'method'], message });
    });
    const seen = new Set<string>();
    checks.forEach((one, i) => {
      const id = checkId(one);
      const again = seen.has(id) ? `the check ${id} stands there twice` : undefined;
      const message = fault(one) ?? (sampling && withoutWindow(one)) ?? again;
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['checks', i], message });
      seen.add(id);
    });
  });
export type GatePolicy = z.infer<typeof GatePolicy>;

/** Whether a check can be made again after the purge, which destroys the forgotten person's data. */
export const outlivesPurge = ({ of }: GateCheck): boolean => !quantityOf(of).needs.includes('forget');

/**
 * A policy that was read from a file or given by a caller. POLICY_INVALID, naming each field at fault; also where no
 * check outlives the purge, since a re-certification would then pass without having checked anything.
 */
export const parsePolicy = (value: unknown, what = 'the gate policy'): GatePolicy => {
  const policy = parseAs(GatePolicy, value, what);
  if (policy.checks.some(outlivesPurge)) return policy;
  throw new QuittanceError('POLICY_INVALID', {
    message: `${what} has no check that can be made again after the purge, so no certificate could be renewed`,
    expected: 'at least one check on people who stay, facts, unknown people or general questions',
    got: policy.checks.map(checkId).join(', '),
    hint: 'add a check on retained.greedyExact or facts.greedyExact, as policies/gate-v1.json has',
  });
};

export const parseAs = <S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> => {
  const parsed = schema.safeParse(value);
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

/** The policy that a digest names in the store. POLICY_INVALID; NOT_FOUND. */
export const storedPolicy = async (artifacts: Pick<ArtifactStore, 'get'>, digest: Digest): Promise<GatePolicy> => {
  const bytes = await artifacts.get(digest);
  const known = read.get(digest);
  if (known !== undefined) return known;
  const policy = parseAs(GatePolicy, jsonOf(bytes), `the policy ${digest}`);
  if (read.size >= MOST_READ) read.clear();
  read.set(digest, policy);
  return policy;
};

/** Each is read into its form once, as every ticket asks for the same few; bounded, as tickets may bring their own. */
const read = new Map<Digest, GatePolicy>();
const MOST_READ = 64;

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // no JSON at all has no field of a policy
  }
};

type Issue = z.core.$ZodIssue;

const issueText = (issue: Issue, value: unknown): string => {
  const at = issue.path.map(String).join('.') || '(root)';
  const got = valueAt(value, issue.path);
  if (issue.code === 'unrecognized_keys')
    return `${at}: no field is called ${issue.keys.map((key) => `'${key}'`).join(', ')}`;
  if (issue.code === 'invalid_value' && typeof got === 'string' && issue.values.length > 2)
    return [`${at}: '${got}' does not exist`, didYouMean(got, issue.values.map(String)).hint]
      .filter(Boolean)
      .join('; ');
  return `${at}: ${issue.message}`;
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );
