// A count and what it counts, as everything that is printed says it.

/** `1 record`, `2 records`; the second noun where it is not the first with an s: `1 entry`, `3 entries`. */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;
