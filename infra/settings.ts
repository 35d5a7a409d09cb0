// What an installation decides, from the context key `quittance` of cdk.json or `--context`. Every setting has a
// default with which it can be deployed.
import { z } from 'zod';
import { Attestors } from '#core/attestors.ts';
import { JsonValue } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { DEFAULT_PLACE, Entities, Region, TimeZone } from '#core/place.ts';
import { DeclaredScope, type Scope } from '#core/scope.ts';

/** GPU instances by memory: see docs/operations.md for prices. All have local NVMe and a driver in the AL2023 image. */
const INSTANCE_TYPES = ['g6.xlarge', 'g6.2xlarge', 'g5.xlarge', 'g5.2xlarge', 'g6e.xlarge'];

/** What the product itself sweeps on AWS, and what it cannot see. */
const STACKS: Scope = {
  swept: [
    'the registered model in the artefact store and the alias under which it is served',
    'what the serving endpoint answers and says that it has loaded',
    'its evaluation suite',
    'its corpus moments',
    'its training manifest',
    "the ticket's case data",
  ],
  notLookedAt: [
    'copies of the model outside this registry, snapshots and images of machines that served it among them',
    'what the serving endpoint keeps beside its answers: replicas that did not answer the probe, caches, logs',
    'caches and logs of client applications',
    'search and retrieval indexes',
    'the original training data store',
    'backups made by others',
  ],
};
/**
 * A Lambda's variables may have 4 KB together, and the other variables of the app, in which people
 * decide, take the rest (test/infra/stacks.test.ts).
 */
export const SCOPE_LIMIT_BYTES = 1_800;

const ATTESTORS_LIMIT_BYTES = 1_500;

export const Settings = z.strictObject({
  /** Prefix of every name; two installations in one account differ in it. */
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,19}$/)
    .default('quittance'),
  /** Whose public holidays count: ISO 3166, with a subdivision where holidays differ. */
  region: Region.default(DEFAULT_PLACE.region),
  /** Time zone of schedules, and of the days of deadlines. */
  timeZone: TimeZone.default(DEFAULT_PLACE.timeZone),
  /** Entities of the controller that sit elsewhere, by the name under which requests are filed for them. */
  entities: Entities.default({}),
  mail: z
    .strictObject({
      from: z.email(),
      /** E-mail address by role or principal; `default` for everybody else and for alarms. */
      addresses: z.record(z.string(), z.email()),
    })
    .default({ from: 'quittance@example.org', addresses: { default: 'privacy-desk@example.org' } }),
  /** Models that are re-certified on a schedule. */
  models: z.array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)).default([]),
  /** The endpoint that serves the models. Without one nothing can be probed, so no ticket completes. */
  serving: z.strictObject({ url: z.url(), dialect: z.enum(['chat', 'completion']).default('chat') }).optional(),
  /**
   * What certificates state was swept and what was not looked at: it must describe this installation and what surrounds
   * it.
   */
  certificateScope: DeclaredScope.refine(
    (scope) => Buffer.byteLength(JSON.stringify(scope)) <= SCOPE_LIMIT_BYTES,
    `more than ${SCOPE_LIMIT_BYTES} bytes as JSON`,
  ).default(STACKS),
  /**
   * Whom to ask for timestamps and cosignatures, as in `installation.json`; two functions have it in their variables.
   */
  attestors: z
    .record(z.string(), JsonValue)
    .refine(
      (said) => Attestors.safeParse(said).success && Buffer.byteLength(JSON.stringify(said)) <= ATTESTORS_LIMIT_BYTES,
      `not timestamps and witnesses in their form, or more than ${ATTESTORS_LIMIT_BYTES} bytes as JSON`,
    )
    .default({}),
  gpu: z
    .strictObject({
      instanceTypes: z.array(z.string()).default(INSTANCE_TYPES),
      maxVcpus: z.int().positive().default(16),
      /** MiB that a job asks for: one instance's memory, less what the ECS agent needs. */
      memoryMiB: z.int().positive().default(14_336),
      vcpus: z.int().positive().default(4),
      gpus: z.int().positive().default(1),
      /** `sha256:…` of an image in the installation's repository; without it `cdk deploy` builds the image (Docker). */
      imageDigest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/)
        .optional(),
      /** Interface endpoints cost by the hour: `on-demand` opens them while a job is queued. */
      endpoints: z.enum(['on-demand', 'always']).default('on-demand'),
    })
    .default({
      instanceTypes: INSTANCE_TYPES,
      maxVcpus: 16,
      memoryMiB: 14_336,
      vcpus: 4,
      gpus: 1,
      endpoints: 'on-demand',
    }),
  /** Whether people without an account may ask here, see where it stands, and check evidence. */
  publicPages: z.boolean().default(false),
  /** Days within which nobody, not even the root user, can delete a file of the log. */
  ledgerRetentionDays: z.int().positive().default(2190),
  /** Limit in USD a month: at 80 % a mail, at 100 % no new job is submitted. */
  budgetUsd: z.int().positive().default(200),
});
export type Settings = z.infer<typeof Settings>;

/**
 * Settings from the context (text, where given on the command line). INVALID_INPUT with the malformed fields, before
 * anything is synthesised.
 */
export const readSettings = (context: unknown): Settings => {
  const parsed = Settings.safeParse(typeof context === 'string' ? jsonOf(context) : (context ?? {}));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the context key `quittance` does not hold the settings of an installation',
    expected: `a JSON object with any of ${Object.keys(Settings.shape).join(', ')}`,
    got: parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`).join('; '),
    hint: 'correct the context key quittance of cdk.json; docs/operations.md, section Settings, has every field',
  });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text; // refused as no object
  }
};
