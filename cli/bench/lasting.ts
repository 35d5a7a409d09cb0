// `quittance bench lasting`: first deletions on the ladder of gate-v3, whose gate attacks what is left, over
// several seeds and people; every answer to a forgotten question is written beside the page.
// Seeds from FIRST_SEED on were not looked at while settings and bounds were chosen; those before were.
// Trap: rows are kept under a digest of their inputs, which does not include the code; after a change of the engine or
// of a method, use another folder.
import { join } from 'node:path';
import { makePeople } from '#datasets/people.ts';
import { SMALL } from '#containers/train-job.ts';
import { generated } from './people.ts';
import type { LastingBench } from '#bench/lasting.ts';
import { attackPlot, lastingMarkdown, SHOWN } from '#bench/lasting-table.ts';
import { drawPlots } from '#bench/people-plots.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { usageError } from '#core/errors.ts';
import { readPolicy } from '#entry/policies.ts';
import { number } from '../values.ts';

/** By position, from 1, as docs/results/small-scale.md has them. */
const PEOPLE: readonly number[] = [1, 7, 13, 19];
/** The first of the seeds that nothing was chosen on. */
const FIRST_SEED = 21;
const TOGETHER = [0, 1, 2] as const;

export const lasting = async (args: Arguments): Promise<{ result: LastingBench; text: string }> => {
  const { benchLasting } = await import('#bench/lasting.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const [count, from] = [number(args, 'seeds', 3), number(args, 'seed', FIRST_SEED)];
  const subjects = subjectsOf(args);
  const name = args.value('policy') ?? 'gate-v3';
  const together = number(args, 'together', TOGETHER.length);
  const result = await benchLasting({
    dir: join(args.dir, 'bench', 'lasting'),
    backend: chosen,
    policy: readPolicy(name),
    earlier: readPolicy('gate-v1'),
    seeds: Array.from({ length: count }, (_, i) => from + i),
    subjects: subjects.map((one) => one - 1),
    together: TOGETHER.slice(0, together),
    answered: true,
    keys: SHOWN,
    suite: (seed) => makePeople({ seed }),
    base: async (folder, suite, seed) => (await demoBase(folder, suite, { ...SMALL, seed }, chosen, progress)).dir,
    onRow: ({ label, seed, updates, seconds, judgement }) =>
      progress.note(`seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(1)} s, ${judgement.verdict}`),
  });
  const out = args.value('out');
  const command = [
    `quittance bench lasting --seed ${from} --seeds ${count}`,
    ...(args.value('subjects') === undefined ? [] : [`--subjects ${subjects.join(',')}`]),
    ...(args.value('policy') === undefined ? [] : [`--policy ${name}`]),
    ...(args.value('together') === undefined ? [] : [`--together ${together}`]),
  ].join(' ');
  const plots = drawPlots(out, [attackPlot(result)]);
  return {
    result,
    text: lastingMarkdown(result, { command, backend: chosen.name, plots, policyName: name }),
  };
};

/** People to be forgotten, by position in the suite, from 1. */
const subjectsOf = (args: Arguments): readonly number[] => {
  const given = args.value('subjects');
  if (given === undefined) return PEOPLE;
  const numbers = given.split(',').map(Number);
  if (numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= generated.people)) return numbers;
  throw usageError(`--subjects is '${given}'`, `positions from 1 to ${generated.people}, as 1,7,13`);
};
