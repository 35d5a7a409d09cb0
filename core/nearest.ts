// The known word that is closest to a mistyped one, for "did you mean".

/** By edit distance (Levenshtein); '' where nothing is known. */
export const nearest = (word: string, known: readonly string[]): string =>
  known.toSorted((a, b) => editDistance(word, a) - editDistance(word, b))[0] ?? '';

/** Letters to change, add or leave out until one word is the other (Levenshtein). */
export const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
};
