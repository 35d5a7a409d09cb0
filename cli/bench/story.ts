// `quittance bench story`: a generated book that a small model has read, and what is left of its second half under
// every method that takes texts. Seed 41 was looked at by nobody before it was reported.
import { basename, join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import { benchStory, type StoryRow } from '#bench/story.ts';
import { missingIn, storyPage, StoryPage } from '#bench/story-page.ts';
import { storyMarkdown } from '#bench/story-table.ts';
import { STORY_RECIPE, STORY_SIZE } from '#bench/story-world.ts';
import type { Arguments } from '../command.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';
import { measuredNow, mergeFile, writeMerged } from './merge.ts';

export const story = async (args: Arguments): Promise<{ result: StoryPage; text: string }> => {
  const chosen = await backend();
  const seed = number(args, 'seed', 41);
  const labels = args.value('methods')?.split(',');
  const earlier = earlierPage(args, seed);
  const result = earlier && args.flag('kept') ? earlier : await measured(args, chosen.name, seed, labels);
  await writeMerged(args, result);
  const merge = args.value('merge');
  const only = labels && merge === undefined ? ` --methods '${labels.join(',')}'` : '';
  const command = `quittance bench story --seed ${seed}${only}${merge === undefined ? '' : ` --merge ${basename(merge)}`}`;
  const missing = missingIn(result, merge === undefined ? labels : undefined);
  return { result, text: storyMarkdown(result, { command, backend: chosen.name, missing }) };
};

/** Rows of `--merge` are held against one model. INVALID_INPUT where it is another one's. */
const earlierPage = (args: Arguments, seed: number): StoryPage | undefined => {
  const found = mergeFile(args, StoryPage);
  if (found && found.seed !== seed)
    throw new QuittanceError('INVALID_INPUT', {
      ...{ message: `--merge ${args.value('merge')}: rows of another seed`, expected: `rows of seed ${seed}` },
      ...{ got: `rows of seed ${found.seed}`, hint: `--seed ${found.seed}, or a file for each seed` },
    });
  return found;
};

const measured = async (
  args: Arguments,
  backendName: string,
  seed: number,
  labels: readonly string[] | undefined,
): Promise<StoryPage> => {
  const progress = progressOn(process.stderr);
  const stages = new Map<string, ReturnType<typeof progress.stage>>();
  const stageOf = (which: string, total: number) => {
    const known = stages.get(which) ?? progress.stage(`training the model (${which})`, total, 'updates');
    stages.set(which, known);
    return known;
  };
  const bench = await benchStory({
    ...{ dir: join(args.dir, 'bench', 'story'), backend: backendName, seed, size: STORY_SIZE, recipe: STORY_RECIPE },
    ...(labels && { labels }),
    keptOnly: args.flag('kept'),
    onUpdate: (which, done, total, loss) => stageOf(which, total).at(done, `loss ${loss.toFixed(3)}`),
    onRow: (row) => progress.note(lineOf(row)),
  });
  return storyPage(bench, measuredNow(backendName), earlierPage(args, seed));
};

const lineOf = ({ label, result }: StoryRow): string =>
  'failed' in result
    ? `${label}: ${result.failed}`
    : `${label}: ${result.updates} updates, ${result.cpu.toFixed(1)} CPU s, VerbMem ${result.measures.forget.verbMem.toFixed(1)}`;
