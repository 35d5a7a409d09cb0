// `quittance bench story`: a generated book that a small model has read, and what is left of its second half under
// every method that takes texts. Seed 41 was looked at by nobody before it was reported.
import { join } from 'node:path';
import { benchStory, type StoryBench, type StoryRow } from '#bench/story.ts';
import { storyMarkdown } from '#bench/story-table.ts';
import { STORY_RECIPE, STORY_SIZE } from '#bench/story-world.ts';
import type { Arguments } from '../command.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

export const story = async (args: Arguments): Promise<{ result: StoryBench; text: string }> => {
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const seed = number(args, 'seed', 41);
  const labels = args.value('methods')?.split(',');
  const stages = new Map<string, ReturnType<typeof progress.stage>>();
  const stageOf = (which: string, total: number) => {
    const known = stages.get(which) ?? progress.stage(`training the model (${which})`, total, 'updates');
    stages.set(which, known);
    return known;
  };
  const result = await benchStory({
    ...{ dir: join(args.dir, 'bench', 'story'), backend: chosen.name, seed, size: STORY_SIZE, recipe: STORY_RECIPE },
    ...(labels && { labels }),
    keptOnly: args.flag('kept'),
    onUpdate: (which, done, total, loss) => stageOf(which, total).at(done, `loss ${loss.toFixed(3)}`),
    onRow: (row) => progress.note(lineOf(row)),
  });
  const command = `quittance bench story --seed ${seed}${labels ? ` --methods '${labels.join(',')}'` : ''}`;
  return { result, text: storyMarkdown(result, { command, backend: chosen.name }) };
};

const lineOf = ({ label, result }: StoryRow): string =>
  'failed' in result
    ? `${label}: ${result.failed}`
    : `${label}: ${result.updates} updates, ${result.cpu.toFixed(1)} CPU s, VerbMem ${result.measures.forget.verbMem.toFixed(1)}`;
