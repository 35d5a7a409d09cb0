// Why a row may be about the person who is looked for, and how sure that is. Rules of thumb, fixed on made suites
// (docs/own-model.md has what they find and miss): a number that was given speaks for itself, a name in full nearly so,
// a part of a name only where nobody else in the corpus goes by it.
// Trap: a surname, an address of the company or a first name that is a word stands in others' rows too. What is not
// unique to the person counts for nothing alone.

export const REASONS = [
  'identifier-given',
  'identifier-found',
  'full-name',
  'other-script',
  'initial-and-last-name',
  'last-name',
  'first-name',
  'date-of-birth',
  'near-duplicate',
  'subject-column',
] as const;
export type Reason = (typeof REASONS)[number];

/** Reasons that hold whatever a name tells. */
export const isByIdentifier = (reason: Reason): boolean =>
  reason === 'identifier-given' || reason === 'identifier-found' || reason === 'subject-column';

/** From here on a row is taken for the person's; below, it is shown to be looked at. */
export const SURE = 0.8;

const CERTAINTY: Readonly<Record<Reason, number>> = {
  'subject-column': 0.99,
  'identifier-given': 0.98,
  'full-name': 0.95,
  'identifier-found': 0.92,
  'initial-and-last-name': 0.9,
  'other-script': 0.85,
  'last-name': 0.85,
  'first-name': 0.8,
  'date-of-birth': 0.9,
  'near-duplicate': 0.85,
};

/**
 * What takes certainty away: somebody else goes by that part of the name; the row gives another number of the same kind
 * as one that was given; the name is a word besides, or only signs.
 */
export type Doubt = 'shared' | 'other-identifier' | 'single-word' | 'signature';

/** Reasons that hold for a row, each with whether it is in doubt. */
export type Reasons = ReadonlyMap<Reason, Doubt | undefined>;

const DOUBTED = 0.4;

/** Between 0 and 1: that of the strongest reason, two reasons above one. */
export const certaintyOf = (reasons: Reasons): number => {
  const each = [...reasons].map(([reason, doubt]) =>
    doubt === undefined ? CERTAINTY[reason] : DOUBTED * CERTAINTY[reason],
  );
  const [strongest = 0, second = 0] = each.sort((a, b) => b - a);
  return Math.round((strongest + (1 - strongest) * second * 0.5) * 100) / 100;
};
