// `quittance bench sequence`: on a real chat model, judged by the gate of the demo with that model: deletions in a row,
// an int8 copy of the first result, three people at once, and published methods. Trap: a seed takes an hour, so results
// are kept, and `--kept` draws the document from them without running anything.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicy } from '#entry/policies.ts';
import type { PeopleBench } from '#bench/people.ts';
import { usageError } from '#core/errors.ts';
import type { Arguments } from '../command.ts';
import { smollm2Base } from '../demo/smollm2.ts';
import { TEACH } from '../demo/teach.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';
import { chatPlots, drawPlots } from '#bench/people-plots.ts';
import { sequenceMarkdown } from '#bench/sequence-table.ts';

/** Every third seed has a person who shares the first name of the first one. */
const recipeOf = (seed: number) => ({ ...TEACH, seed, ...(seed % 3 === 0 && { namesake: true as const }) });

export const sequence = async (args: Arguments): Promise<{ result: PeopleBench; text: string }> => {
  const model = args.value('model') ?? 'smollm2';
  if (model !== 'smollm2') throw usageError(`unknown model '${model}'`, '--model smollm2');
  const { benchSequence, otherLabels } = await import('#bench/sequence.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const policyName = args.value('policy') ?? 'chat-v1'; // whose verdicts docs/results has
  const policy = readPolicy(policyName);
  const dir = join(args.dir, 'bench', 'sequence');
  mkdirSync(dir, { recursive: true });
  const only = number(args, 'seed', 0);
  const seeds = only > 0 ? [only] : Array.from({ length: number(args, 'seeds', 3) }, (_, i) => i + 1);
  const result = await benchSequence({
    dir,
    policy,
    backend: chosen.name,
    seeds,
    deletions: number(args, 'deletions', 4),
    labels: args.value('methods')?.split(',') ?? otherLabels(policy),
    keptOnly: args.flag('kept'),
    bed: async (seed) => {
      const { base, suite } = await smollm2Base(args.dir, chosen, progress, recipeOf(seed));
      return { dir: base.dir, suite };
    },
    onRow: ({ label, seed, updates, seconds, judgement }) =>
      progress.note(`seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(0)} s, ${judgement.verdict}`),
    onUpdate: (label, update, detail) => progress.note(`${label}, update ${update}: ${detail}`),
  });
  const plots = drawPlots(args.value('out'), chatPlots(result));
  return { result, text: sequenceMarkdown(result, { backend: chosen.name, plots, policyName }) };
};
