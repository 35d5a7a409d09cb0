// Records by their numbers in the request, from 1: how errors, pages and the command line name them without their text.

/** `record 3`, `records 1–4, 7`. */
export const recordsText = (numbers: readonly number[]): string => {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const text = runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
  return `${numbers.length === 1 ? 'record' : 'records'} ${text}`;
};
