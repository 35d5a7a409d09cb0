// How often a wrong token may be tried: so many times an address, and so many times in all, within a quarter of an
// hour. A token that was right at an address stays right there, so that nobody who guesses can lock others out of what
// they already use. Trap: behind a proxy all come from one address; a header that names another is not believed, as
// whoever guesses would write it.
import { digestOf } from '#core/canonical.ts';
import { networkOf, refuseOver } from '#functions/api/rate.ts';

const WINDOW_SECONDS = 15 * 60;
const MOST_AN_ADDRESS = 10;
/** Bounds what is remembered, too. */
const MOST_IN_ALL = 200;
const MOST_KNOWN = 1000;

export interface Attempts {
  /** What `look` finds for the token; undefined counts as a wrong one. TOO_MANY_ATTEMPTS before it looks. */
  tried<T>(address: string, token: string, look: (token: string) => T | undefined): T | undefined;
}

export const limitAttempts = (now: () => Date): Attempts => {
  let wrong: { readonly at: number; readonly from: string }[] = [];
  const known = new Set<string>();
  return {
    tried: (address, token, look) => {
      const at = now().getTime() / 1000;
      const from = networkOf(address);
      const before = `${from} ${digestOf(token)}`;
      wrong = wrong.filter((one) => one.at > at - WINDOW_SECONDS);
      const ours = wrong.filter((one) => one.from === from);
      if (!known.has(before)) {
        refuseOver(MOST_AN_ADDRESS, ours, WINDOW_SECONDS, at);
        refuseOver(MOST_IN_ALL, wrong, WINDOW_SECONDS, at);
      }
      const found = look(token);
      known.delete(before);
      if (found === undefined) wrong.push({ at, from });
      else remember(known, before);
      return found;
    },
  };
};

const remember = (known: Set<string>, one: string): void => {
  known.add(one);
  for (const oldest of known) if (known.size > MOST_KNOWN) known.delete(oldest);
};
