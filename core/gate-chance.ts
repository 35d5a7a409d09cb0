// What a policy leaves to chance, for the tables that it judges: each check that has a reference gets an equal part of
// the policy's error (Bonferroni 1936: an honest bound however the checks depend on each other), and with it a window
// of windows.ts. Trap: parts and windows depend on how many records were asked, never on what they answered: whoever
// knows the tables' n and the policy has the same thresholds.
import type { EvaluationTables, Proportion } from './evaluation.ts';
import type { GateCheck, GatePolicy } from './policy.ts';
import { quantityOf, type QuantityKey } from './quantities.ts';
import type { Interval } from './stats.ts';
import { entry } from './summaries.ts';
import { aucWindow, chanceLimit, gapWindow, likenessWithinPeople, widening, type GapWindow } from './windows.ts';

/**
 * A bound; the records that a check of this kind needs; or 'never', where no number of records is enough beside these
 * never-trained people.
 */
export type Bound<T> = { readonly bound: T } | { readonly needs: number } | 'never';

export interface Chance {
  /** Of one check. */
  readonly alpha: number;
  /** Greatest share that passes, no less than `own`. */
  share(n: number, reference: Proportion, own: number): Bound<number>;
  auc(n: number, m: number, reference: QuantityKey): Bound<Interval>;
  gap(n: number, m: number, reference: QuantityKey): Bound<GapWindow>;
}

/** Under which a check is not made. */
export const leastRecordsOf = (one: GateCheck, { sampling }: GatePolicy): number =>
  one.leastRecords ?? (sampling ? quantityOf(one.of).leastRecords : 1);

/** undefined for a policy that leaves nothing to chance: its bounds are the same at any number of records. */
export const chanceOf = (tables: EvaluationTables, policy: GatePolicy): Chance | undefined => {
  if (!policy.sampling) return undefined;
  const compared = policy.checks.filter((one) => 'reference' in one);
  const alpha = policy.sampling.error / Math.max(1, compared.length);
  const wider = (n: number, m: number, key: QuantityKey): number => {
    const means = entry(tables.peopleMeans, key) ?? [];
    return widening(n, m, means.length, likenessWithinPeople(entry(tables.sums, key), means));
  };
  return {
    alpha,
    share: (n, reference, own) =>
      firstFrom(n, (records) => {
        const most = Math.max(own, chanceLimit(records, reference, alpha) ?? 1);
        return most < 1 ? most : undefined;
      }),
    auc: (n, m, key) => firstFrom(n, (records) => aucWindow(records, m, alpha, wider(records, m, key))),
    gap: (n, m, key) => firstFrom(n, (records) => gapWindow(records, m, alpha, wider(records, m, key))),
  };
};

/** A check that cannot fail for so many records cannot for any number. */
const MOST_NEEDED = 40;

/** The bound at n; where there is none, from how many records on there is one. */
const firstFrom = <T>(n: number, boundAt: (records: number) => T | undefined): Bound<T> => {
  const bound = boundAt(n);
  if (bound !== undefined) return { bound };
  for (let records = n + 1; records <= MOST_NEEDED; records++)
    if (boundAt(records) !== undefined) return { needs: records };
  return 'never';
};
