// The bench on a model of one's own as Markdown: who passes, every number of every run, and what the model then says.
// Trap: the last is personal data of whoever is in the corpus; print it of an example in which everybody is invented.
import { BY_HAND, everyNumber, passed, table, verdicts } from './people-table.ts';
import { byLabel, cell, CHAT_COLUMNS, CHAT_SUMMARY, failedChecks } from './people-quantities.ts';
import type { OwnModelRow, Said } from './own-model.ts';

export interface OwnModelAbout {
  readonly command: string;
  readonly backend: string;
  readonly policy: string;
  readonly draw: number;
  readonly without: readonly string[];
}

export const ownModelMarkdown = (rows: readonly OwnModelRow[], about: OwnModelAbout): string => {
  const customers = byLabel(rows);
  return [
    '# A model of one’s own',
    '',
    `Made by \`${about.command}\` on ${about.backend}. The model is onboarded with the files that it was trained on, once a seed (other invented people, other order of the run); ${customers.size} customers, drawn by seed ${about.draw},`,
    `are each forgotten from the model as it was onboarded, judged by ${about.policy}. Settings were fixed on others, who are not drawn: ${about.without.join(', ')}.`,
    '',
    '## Who passes',
    '',
    ...whoPasses(customers),
    ...BY_HAND,
    '',
    '## Every run',
    '',
    ...everyRun(rows),
    ...everyNumber(
      'One table a customer, one row a seed. Log-probabilities in nats a token.',
      [...customers],
      CHAT_COLUMNS,
    ),
    '',
    '## What the model then says',
    '',
    'Greedy, the first words, to every record of the first seed; `|` is where a record’s text ends and the model begins.',
    '',
    ...[...customers].flatMap(([label, [first]]) => [`### ${label}`, '', ...said(first!.said), '']),
  ].join('\n');
};

const whoPasses = (customers: ReadonlyMap<string, readonly OwnModelRow[]>): string[] =>
  table(
    ['customer', 'records', 'gate, a seed', 'rung, a seed', 'passes', 'not passed'],
    [...customers].map(([label, found]) => [
      ...[label, String(found[0]!.records), verdicts(found), found.map(({ rung }) => rung).join(' · ')],
      ...[passed(found), [...new Set(found.flatMap(failedChecks))].join('; ') || '–'],
    ]),
  );

const everyRun = (rows: readonly OwnModelRow[]): string[] =>
  table(
    ['customer', 'seed', 'updates', 'seconds', ...CHAT_SUMMARY.map(({ title }) => title)],
    rows.map((row) => [
      ...[row.label, String(row.seed), String(row.updates), row.seconds.toFixed(0)],
      ...CHAT_SUMMARY.map((column) => cell(column, row)),
    ]),
  );

const said = (lines: readonly Said[]): string[] =>
  table(
    ['asked', 'value', 'before', 'after'],
    lines.map(({ asked, value, before, after }) => [
      quoted(`…${asked.slice(-60)}|`),
      quoted(value),
      quoted(before),
      quoted(after),
    ]),
  );

const quoted = (text: string): string =>
  `\`${text.replaceAll('`', "'").replaceAll('\n', ' ⏎ ').replaceAll('|', '¦')}\``;
