// `quittance bench lasting`: first deletions on the ladder of gate-v3, whose gate attacks what is left, over
// several seeds and people; every answer to a forgotten question is written beside the page.
// Trap: rows are kept under a digest of their inputs, which does not include the code; after a change of the engine or
// of a method, use another folder.
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makePeople } from '#datasets/people.ts';
import { SMALL } from '#containers/train-job.ts';
import { readPolicy } from '#entry/policies.ts';
import type { LastingBench } from '#bench/lasting.ts';
import { attackPlot, lastingMarkdown } from '#bench/lasting-table.ts';
import { drawPlots } from '#bench/people-plots.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

/** By position, as docs/results/small-scale.md has them. */
const PEOPLE = [0, 6, 12, 18] as const;
const TOGETHER = [0, 1, 2] as const;

export const lasting = async (args: Arguments): Promise<{ result: LastingBench; text: string }> => {
  const { benchLasting } = await import('#bench/lasting.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const count = number(args, 'seeds', 3);
  const together = number(args, 'together', TOGETHER.length);
  const result = await benchLasting({
    dir: join(args.dir, 'bench', 'lasting'),
    backend: chosen,
    policy: readPolicy('gate-v3'),
    earlier: readPolicy('gate-v1'),
    seeds: Array.from({ length: count }, (_, i) => i + 1),
    subjects: PEOPLE,
    together: TOGETHER.slice(0, together),
    answered: true,
    suite: (seed) => makePeople({ seed }),
    base: async (folder, suite, seed) => (await demoBase(folder, suite, { ...SMALL, seed }, chosen, progress)).dir,
    onRow: ({ label, seed, updates, seconds, judgement }) =>
      progress.note(`seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(1)} s, ${judgement.verdict}`),
  });
  const out = args.value('out');
  const command = `quittance bench lasting --seeds ${count}`;
  const plots = drawPlots(out, [attackPlot(result)]);
  return {
    result,
    text: lastingMarkdown(result, { command, backend: chosen.name, plots, answers: answersOf(out, result) }),
  };
};

/** Writes what was answered to every forgotten question; people are generated, so nobody's secret is in it. */
const answersOf = (out: string | undefined, { before, first, together }: LastingBench): string | undefined => {
  if (out === undefined) return undefined;
  const name = `${basename(out, '.md')}-answers.json`;
  const rows = [...before, ...first, ...together].map(({ seed, subjects, rung, answered = [] }) => ({
    seed,
    subjects,
    rung,
    answered,
  }));
  writeFileSync(join(dirname(out), name), `${JSON.stringify(rows, null, 1)}\n`);
  return name;
};
