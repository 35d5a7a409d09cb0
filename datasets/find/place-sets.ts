// Places in a text, asked whether they overlap and which of them is nearest, in time that grows with the logarithm of
// their number: a long text has thousands of values and names.

export type Place = [start: number, end: number];

/** Places that touch or overlap are one; in order. */
export const united = (places: readonly Place[]): Place[] => {
  const result: Place[] = [];
  for (const [start, end] of [...places].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
};

/** Whether a place, which is not empty, overlaps any of these. */
export const overlapping = (places: readonly Place[]): ((place: Place) => boolean) => {
  const joined = united(places);
  return ([start, end]) => {
    const next = joined[countWhile(joined, ([, to]) => to <= start)];
    return next !== undefined && next[0] < end;
  };
};

/** How many of the first of a list in order the test holds for. */
const countWhile = <T>(sorted: readonly T[], isBelow: (one: T) => boolean): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Of two people named in a part, the one named last before a place; where nobody is, the one named first after it. */
export const nearestTo = (own: readonly Place[], others: readonly Place[]): ((place: Place) => boolean) => {
  const [mine, theirs] = [neighbours(own), neighbours(others)];
  return ([start]) => {
    const [before, othersBefore] = [mine.before(start), theirs.before(start)];
    if (before >= 0 || othersBefore >= 0) return before > othersBefore;
    return mine.after(start) < theirs.after(start);
  };
};

/** The last end that is not behind a point, or -1; the first start that is not before it, or Infinity. */
const neighbours = (places: readonly Place[]) => {
  const ends = places.map(([, end]) => end).sort((a, b) => a - b);
  const starts = places.map(([start]) => start).sort((a, b) => a - b);
  return {
    before: (at: number): number => ends[countWhile(ends, (end) => end <= at) - 1] ?? -1,
    after: (at: number): number => starts[countWhile(starts, (start) => start < at)] ?? Infinity,
  };
};
