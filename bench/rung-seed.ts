// The seed of an attempt on a rung of a ladder. Each run of a ticket has a seed of its own, so that a rung that stands
// twice draws other names the second time; with the bench's one seed it would be the first attempt over again.
// Trap: an attempt that stands there for the first time keeps the bench's seed, under which its row is stored.
import { canonicalize } from '#core/canonical.ts';
import { seedOf } from '#core/ladder.ts';
import type { Rung } from '#core/policy.ts';

/** `at`: position in the ladder, from 0. */
export const seedOnRung = (seed: number, ladder: readonly Rung[], at: number): number => {
  const settings = ladder.map(({ method, config }) => canonicalize({ method, config }));
  const before = settings.slice(0, at).filter((one) => one === settings[at]).length;
  return before === 0 ? seed : seedOf(`bench seed ${seed}`, before);
};

/** For the name of a stored row: nothing where the seed is the bench's own. */
export const seedApart = (seed: number, runSeed: number): { runSeed?: number } => (runSeed === seed ? {} : { runSeed });
