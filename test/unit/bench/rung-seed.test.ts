// The seed of an attempt on a rung: another one only where the same settings stood in the ladder before.
import { expect, it } from '@jest/globals';
import { seedApart, seedOnRung } from '#bench/rung-seed.ts';

const rung = (step: number, reason: string) => ({ method: 'flat', config: { update: { step } }, reason });

it('is the bench’s own for settings that stand there for the first time, whatever the reason says', () => {
  const ladder = [rung(0.1, 'first'), rung(0.2, 'second'), rung(0.1, 'other names'), rung(0.1, 'others again')];
  const seeds = ladder.map((_, at) => seedOnRung(33, ladder, at));
  expect(seeds.slice(0, 2)).toEqual([33, 33]);
  expect(new Set(seeds).size).toBe(3);
  expect(seedOnRung(34, ladder, 2)).not.toBe(seeds[2]);
  expect(seeds.map((seed) => seedApart(33, seed))).toEqual([{}, {}, { runSeed: seeds[2] }, { runSeed: seeds[3] }]);
});
