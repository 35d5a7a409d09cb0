// Rows for one rule of the verifier: what somebody with every key changed, and what the rule says of it, in its own
// words. Which rule objects is then no matter of luck, and the other forty take no time.
// Trap: a row's forgery is made once and kept, however often the row is run (test/mutation runs it for every mutant).
import { expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import type { Json } from '#core/canonical.ts';
import type { CertificatePredicate } from '#core/certificate.ts';
import type { VerifyOptions } from '#core/verify.ts';
import { BundleReader, Failed, NotChecked, type Rule } from '#core/verify/bundle-reader.ts';
import { forged, readJson, type Forgery, type Leaf, type TrueBundle } from './forged-bundles.ts';

/** `holds: …`, `fails: …` or `not-checked: …`, with the true keys pinned. */
export const ruled = (truth: TrueBundle, rule: Rule, files = truth.files, options: Partial<VerifyOptions> = {}) => {
  try {
    return `holds: ${rule(new BundleReader(files, { now: truth.now, trustRoot: truth.trustRoot, ...options }))}`;
  } catch (error) {
    if (error instanceof Failed) return `fails: ${error.message}`;
    if (error instanceof NotChecked) return `not-checked: ${error.message}`;
    throw error;
  }
};

/** A forgery that is made consistent, or files as they are; and what of the verifier's own is another. */
export type Row = readonly [
  what: string,
  forgery: () => Forgery | BundleFiles | Promise<BundleFiles>,
  /** A function where the words hold a time of the bundle. */
  says: string | (() => string),
  options?: () => Partial<VerifyOptions>,
];

/** One test a row. `truth`: asked for when a test runs. */
export const says = (truth: () => TrueBundle, rule: Rule, rows: readonly Row[]): void => {
  const made = new Map<Row[1], BundleFiles>();
  const filesOf = async (forgery: Row[1]): Promise<BundleFiles> => {
    const change = await forgery();
    return change instanceof Map ? change : forged(truth(), change);
  };
  it.each(rows.map((row) => [row[0], row] as const))('%s', async (_what, [, forgery, words, options]) => {
    const files = made.get(forgery) ?? (await filesOf(forgery));
    made.set(forgery, files);
    expect(ruled(truth(), rule, files, options?.())).toBe(typeof words === 'string' ? words : words());
  });
};

/** One event fewer, or events elsewhere; all are numbered again. */
export const numbered = (change: (leaves: Leaf[]) => Leaf[]): Forgery => ({
  leaves: (all) => change(all).map((leaf, i) => ({ ...leaf, sequence: i + 1 })),
});

/** Other fields in an artefact; whatever rests on it follows. */
export const withFile = <T extends object>(
  { files }: TrueBundle,
  name: string,
  change: (one: T) => Partial<T>,
): Forgery => ({ artefacts: { [name]: { ...readJson<T>(files, name), ...change(readJson<T>(files, name)) } } });

/** Other fields in the first event of a type; those of an object within it one by one. */
export const logged = (type: string, fields: Readonly<Record<string, Json>>): Forgery => ({
  leaves: (all: Leaf[]) => {
    const { event } = all.find((leaf) => leaf.event.type === type)!;
    for (const [key, value] of Object.entries(fields)) {
      const before = event[key];
      event[key] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
    }
    return all;
  },
});
const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Other fields in the certificate. */
export const said = (change: (one: CertificatePredicate) => Partial<CertificatePredicate>): Forgery => ({
  certificate: (one) => ({ ...one, ...change(one) }),
});
