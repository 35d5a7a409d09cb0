// How much a policy leaves to chance, for the tables that it judges: each check that has a reference gets an equal part
// of the policy's error (Bonferroni 1936: a bound that holds however the checks depend on each other), and with it a
// window from windows.ts. Trap: parts and windows may depend on how many records were asked, never on the answers, so
// that whoever knows the tables' n and the policy computes the same thresholds.
import type { EvaluationTables, Proportion } from './evaluation.ts';
import type { GateCheck, GatePolicy } from './policy.ts';
import { quantityOf, type QuantityKey } from './quantities.ts';
import type { Interval } from './stats.ts';
import { entry } from './summaries.ts';
import { aucWindow, chanceLimit, gapWindow, likenessWithinPeople, widening, type GapWindow } from './windows.ts';

/**
 * A bound; or the number of records that a check of this kind needs; or 'never', where with so few never-trained people
 * no number of records is enough.
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

/** With fewer records the check is not made. */
export const leastRecordsOf = (one: GateCheck, { sampling }: GatePolicy): number =>
  one.leastRecords ?? (sampling ? quantityOf(one.of).leastRecords : 1);

/** undefined for a policy that does not say: its bounds are then the same for any number of records. */
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

/** A check that cannot fail with so many records cannot fail with any number. */
const MOST_NEEDED = 40;

/** The bound at n; where there is none, from how many records on there is one. */
const firstFrom = <T>(n: number, boundAt: (records: number) => T | undefined): Bound<T> => {
  const bound = boundAt(n);
  if (bound !== undefined) return { bound };
  for (let records = n + 1; records <= MOST_NEEDED; records++)
    if (boundAt(records) !== undefined) return { needs: records };
  return 'never';
};
