// How a command frames records for a model; printed on stderr.
import { describeFraming, framingOf, type Framing } from '#datasets/framing.ts';
import type { PeopleWorld } from '#datasets/world.ts';

export const framingFor = async (dir: string, suite: PeopleWorld | undefined): Promise<Framing> => {
  const framing = await framingOf(dir, suite);
  process.stderr.write(`${describeFraming(framing)}\n`);
  return framing;
};
