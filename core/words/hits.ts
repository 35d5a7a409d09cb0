// A typed value found in a text, in the same shape for dates, times, sums of money, measures, telephone numbers,
// addresses and blood groups.
// Trap: matching is not symmetric. The value "€1,250" matches a text with a bare 1250, but a text with "$1250" does not
// match it.

export const HIT_KINDS = ['date', 'time', 'money', 'measure', 'phone', 'mail', 'blood', 'char'] as const;
export type HitKind = (typeof HIT_KINDS)[number];

export interface Hit {
  /** Where this is the value: any of these in a text is a match. */
  readonly exact: readonly string[];
  /** Where this is the text: what it says, to be compared with `exact` of a value. */
  readonly said: readonly string[];
  /** Place in the original text. */
  readonly start: number;
  readonly end: number;
}
