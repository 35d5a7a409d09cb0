// Until when what a key signed counts. Ends of one key may be written down several times: a key that was retired in
// good order may turn out to have been in other hands. Trap: nothing makes an end milder again, because whoever has a
// stolen key would like that best.
import type { FormerKey } from './ports.ts';

/** From `until` on the key signed no more, or, where it is compromised, others may have signed with it. */
export type KeyEnding = Pick<FormerKey, 'until' | 'compromised'>;

/** The earlier one, and compromised where either says so. */
export const stricterEnd = (a: KeyEnding, b: KeyEnding): KeyEnding => ({
  until: a.until <= b.until ? a.until : b.until,
  compromised: a.compromised || b.compromised,
});

/** Whether an end takes account of everything that another says. */
export const isAsStrict = (end: KeyEnding, than: KeyEnding): boolean => {
  const both = stricterEnd(end, than);
  return both.until === end.until && both.compromised === end.compromised;
};
