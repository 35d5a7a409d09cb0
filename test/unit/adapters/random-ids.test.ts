// Ids that nobody can guess: every letter at every place. Trap: a counter would fit the port's contract, and tell how
// many tickets there were.
import { describe, expect, it } from '@jest/globals';
import { randomIds as onAws } from '#adapters/aws/random-ids.ts';
import { randomIds as embedded } from '#adapters/local/random-ids.ts';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

describe.each([
  ['embedded', embedded],
  ['aws', onAws],
])('random ids: %s', (_name, ids) => {
  it('have 20 places, each of which takes each of 32 letters', () => {
    // (31/32)^3000 × 640: a letter is missing once in 10^38 runs
    const made = Array.from({ length: 3000 }, () => ids.next(''));
    const seen = Array.from({ length: 20 }, (_, place) => [...new Set(made.map((id) => id[place]))].sort().join(''));
    expect(seen).toEqual(seen.map(() => LETTERS));
    expect(new Set(made.map(({ length }) => length))).toEqual(new Set([20]));
  });
});
