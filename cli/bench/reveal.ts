// `quittance bench reveal`: what the demo's model reveals of people whose rows are kept from it, in which order of
// questions, and what is left of the first of them once the revealed rows are released.
// Seeds from 21 on were not looked at when the reveal's bounds were chosen (docs/results/reveal.md says on which).
import { join } from 'node:path';
import { benchReveal, REVEAL_BENCH, type RevealBench } from '#bench/reveal.ts';
import { revealMarkdown, summaryOfReveal } from '#bench/reveal-table.ts';
import { SMALL } from '#containers/train-job.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend, wantedBackend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

export const revealed = async (
  args: Arguments,
): Promise<{ result: ReturnType<typeof summaryOfReveal>; text: string }> => {
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const { seeds } = REVEAL_BENCH;
  const [count, from] = [number(args, 'seeds', seeds.length), number(args, 'seed', seeds[0])];
  const labels = args.value('methods')?.split(',');
  const dir = join(args.dir, 'bench', 'reveal');
  const bench: RevealBench = await benchReveal({
    dir,
    backend: { ...wantedBackend(), name: chosen.name },
    seeds: Array.from({ length: count }, (_, i) => from + i),
    ...(labels && { labels }),
    base: async (suite, seed) => (await demoBase(dir, suite, { ...SMALL, seed }, chosen, progress)).dir,
    keptOnly: args.flag('kept'),
    onRow: (line) => progress.note(line),
  });
  const command = `quittance bench reveal --seed ${from} --seeds ${count}${labels ? ` --methods '${labels.join(',')}'` : ''}`;
  return { result: summaryOfReveal(bench), text: revealMarkdown(bench, { command, backend: chosen.name }) };
};
