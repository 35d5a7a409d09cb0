// `quittance bench tasks`: skills that a small model reveals and is made to forget. The model's recipe was chosen on
// seed 51, and where the release of a style ends after a look at 52; rates come from elsewhere.
import { join } from 'node:path';
import { benchTasks, type TasksBench } from '#bench/tasks.ts';
import { TASKS_SIZE } from '#bench/tasks-model.ts';
import { tasksMarkdown } from '#bench/tasks-table.ts';
import type { Arguments } from '../command.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

export const tasks = async (args: Arguments): Promise<{ result: TasksBench; text: string }> => {
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const seed = number(args, 'seed', 53);
  const labels = args.value('methods')?.split(',');
  const result = await benchTasks({
    ...{ dir: join(args.dir, 'bench', 'tasks'), backend: chosen.name, seed, size: TASKS_SIZE },
    ...(labels && { labels }),
    keptOnly: args.flag('kept'),
    onPart: (line) => progress.note(line),
  });
  const command = `quittance bench tasks --seed ${seed}${labels ? ` --methods '${labels.join(',')}'` : ''}`;
  return { result, text: tasksMarkdown(result, { command, backend: chosen.name }) };
};
