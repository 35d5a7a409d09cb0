// `quittance bench markov`: losses where the right answer is known in closed form. A seed takes seconds.
import { benchMarkov, markovMarkdown, type MarkovBench } from '#bench/markov.ts';
import type { Arguments } from '../command.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

export const markov = async (args: Arguments): Promise<{ result: MarkovBench; text: string }> => {
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const seeds = Array.from({ length: number(args, 'seeds', 3) }, (_, i) => i + 1);
  const result = await benchMarkov(seeds, (what) => progress.note(what));
  return { result, text: markovMarkdown(result, `quittance bench markov --seeds ${seeds.length}`, chosen.name) };
};
