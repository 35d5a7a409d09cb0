// The known word that is closest to a mistyped one, for "did you mean". Trap: a word that is near to none is like many
// by chance, and a wrong hint leads further astray than none.

/**
 * By edit distance (Levenshtein), letters of either case alike; undefined where more than half of the word would have
 * to change.
 */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const given = word.toLowerCase();
  const far = known.map((one) => ({ one, edits: editDistance(given, one.toLowerCase()) }));
  const [best] = far.toSorted((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.floor(Math.max(word.length, 2) / 2) ? best.one : undefined;
};

/** A hint, or none; with what else there is to say. */
export const didYouMean = (word: string, known: readonly string[], more = ''): { hint?: string } => {
  const meant = nearest(word, known);
  const hint = [meant === undefined ? '' : `did you mean '${meant}'?`, more].filter((part) => part !== '').join(' ');
  return hint === '' ? {} : { hint };
};

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
