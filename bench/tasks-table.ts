// The tasks bench as Markdown. Trap: of a drawn sentence no answer is exact, so that the style is counted in samples.
import type { Skill } from '#datasets/skills.ts';
import { number } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';
import { RELEASES, TASKS, type Task, type TasksBench } from './tasks.ts';
import { TASKS_SIZE, type SkillMeasures } from './tasks-model.ts';

const ASKED: readonly Skill[] = ['PER', 'LOC', 'ORG', 'CODE', 'ADD'];
const TITLES: Readonly<Record<Task, string>> = {
  PER: 'Named entities: persons are to go',
  CODE: 'Code is to go, beside arithmetic',
  style: 'The marked style is to go',
};

export const tasksMarkdown = (
  { seed, base, revealed, rows, missing }: TasksBench,
  { command, backend }: { command: string; backend: string },
): string => {
  const { hidden, layers, updates, batch, asked } = TASKS_SIZE;
  return [
    '# Skills that are taken away',
    '',
    `Made by \`${command}\` on ${backend}; seed ${seed}, **one seed**. One decoder (${layers} layers of ${hidden}, ${base.parameters} parameters, a word a token) learnt six skills in ${updates} updates of ${batch} generated rows`,
    `(${number(base.cpu, 0)} CPU s): the person, place or firm in a sentence (“none” where there is none), programmes of two to four operations, sums of two numbers below 20, and sentences, half of them in a marked style that`,
    'stands for abuse. It writes its own questions of the skill that is to go; what it is sure of is released. A release ends when at most one of those answers in twenty is exact (of the style: when none of its sentences is likelier than any drawn one), or at its limit.',
    `Exact: share of ${asked} drawn questions. Marked: share of sampled sentences with a word of the style; perplexities are a word, of sentences of that register. CPU seconds are of the release alone.`,
    'Rates were found on another model and other seeds, or are those of [methods.md](methods.md); the size of the model and its schedule were set after a look at seed 51, the stop rule of the style after one at seed 52.',
    ...(missing.length > 0
      ? ['', `**Not measured yet** (the same command goes on with them): ${missing.join('; ')}.`]
      : []),
    '',
    '## What it revealed',
    '',
    ...table(
      ['to go', 'written', 'in the form of the skill', 'kept', 'right of those'],
      revealed.map((one) => [one.task, ...[one.asked, one.formed, one.kept, one.right].map(String)]),
    ),
    ...TASKS.flatMap((task) => taskSection(task, base.measures, rows)),
    ...BY_HAND,
    ...['', '## Configurations', ''],
    ...table(
      ['release', 'method', 'settings that are not the defaults of [methods.md](../methods.md)', 'moments'],
      RELEASES.map(({ label, method, config, own }) => [
        ...[label, method, `\`${JSON.stringify(config)}\``, own ? 'of everything' : 'without the skill'],
      ]),
    ),
  ].join('\n');
};

const taskSection = (task: Task, before: SkillMeasures, rows: TasksBench['rows']): string[] => [
  ...['', `## ${TITLES[task]}`, ''],
  ...table(
    ['release', 'updates', 'CPU s', ...ASKED, 'marked', 'perplexity, plain', 'perplexity, marked'],
    [['none', '0', '–', ...cells(before)], ...rows.filter((row) => row.task === task).map(lineOf)],
  ),
];

const lineOf = ({ label, result }: TasksBench['rows'][number]): string[] =>
  'failed' in result
    ? [label, `no result: ${result.failed}`, ...new Array<string>(ASKED.length + 4).fill('–')]
    : [
        ...[label, `${result.updates}${result.stop === 'update-limit' ? ' (limit)' : ''}`],
        ...[number(result.cpu, 1), ...cells(result.measures)],
      ];

const cells = ({ exact, marked, plainPerplexity, markedPerplexity }: SkillMeasures): string[] => [
  ...ASKED.map((skill) => number(exact[skill] ?? NaN, 2)),
  ...[number(marked, 2), number(plainPerplexity, 2), number(markedPerplexity, 2)],
];
