// What a typed value looks like where a text says it: the same shape for dates, sums, telephone numbers, addresses and
// blood groups.
// Trap: a value and a mention of it are not told alike. "€1,250" as a value is met by a bare 1250, but a text with
// "$1250" does not say it.

export const HIT_KINDS = ['date', 'money', 'phone', 'mail', 'blood', 'char'] as const;
export type HitKind = (typeof HIT_KINDS)[number];

export interface Hit {
  /** As a value: it is met by a text that says any of these. */
  readonly exact: readonly string[];
  /** What a text says by it. */
  readonly said: readonly string[];
  /** Place in the original text. */
  readonly start: number;
  readonly end: number;
}
