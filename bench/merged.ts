// Rows of a page that several runs measured. Trap: two rows are one where they have the same key, whatever their
// numbers; the later one stands.

/** The rows, `later` in the place of those with the same key, in the order of `first` and then as they came. */
export const merged = <R>(
  earlier: readonly R[],
  later: readonly R[],
  keyOf: (row: R) => string,
  placeOf: (row: R) => number,
): R[] => {
  const rows = new Map([...earlier, ...later].map((row) => [keyOf(row), row]));
  return [...rows.values()].toSorted((a, b) => placeOf(a) - placeOf(b));
};
