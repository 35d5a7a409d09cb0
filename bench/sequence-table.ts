// The chat-model bench as Markdown: deletions in a row, other methods on the first person, and every number of every
// run. Trap: there are few seeds, so verdicts are printed for each one, and a mean says over how many.
import type { PeopleBench } from './people.ts';
import type { Row } from './people-runs.ts';
import { byLabel, CHAT_COLUMNS, CHAT_SUMMARY, failedChecks, withAttacks, type Column } from './people-quantities.ts';
import {
  BY_HAND,
  everyNumber,
  images,
  means,
  methodTable,
  passed,
  table,
  verdicts,
  type Plots,
} from './people-table.ts';

const REFERENCE = [
  ['after 1', '.045', '.54', '1.000'],
  ['after 2', '.038', '.63', '1.000'],
  ['after 3', '.020', '.61', '.999'],
  ['after 4', '.021', '.43', '.995'],
];

export const sequenceMarkdown = (
  { methods, sequence }: PeopleBench,
  { backend, plots, policyName }: { backend: string; plots: readonly Plots[]; policyName: string },
): string => {
  const all = [...methods, ...sequence];
  const summary = withAttacks(CHAT_SUMMARY, all);
  const seeds = [...new Set(all.map(({ seed }) => seed))];
  return [
    '# A real chat model',
    '',
    ...about(backend, seeds, policyName),
    '',
    '## Several deletions, one after another',
    '',
    ...IN_A_ROW,
    '',
    ...sequenceTable(sequence, summary),
    '',
    '## Other runs on the first person',
    '',
    'Methods beside it have the same stop rule, AdamW 1e-4 on the MLP and at most 16 updates; they are not tuned further.',
    '',
    ...methodTable(byLabel(methods), summary),
    ...images(plots),
    '',
    '## Beside an earlier prototype',
    '',
    'The same idea was tried before in PyTorch on nine TOFU authors, one seed, without refusals taught and without a gate on output. Its numbers are not the target of these.',
    '',
    ...table(['prototype', 'probability of the forgotten answers', 'value AUC', 'retained token accuracy'], REFERENCE),
    ...BY_HAND,
    ...everyNumber(
      'One table a run, one row a seed. Log-probabilities in nats a token.',
      [...byLabel<Row>(sequence), ...byLabel(methods.filter(({ label }) => label !== 'the ladder'))],
      withAttacks(CHAT_COLUMNS, all),
    ),
    '',
    ...(all.length > 0 ? [`Not passed: ${notPassed([...sequence, ...methods])}.`] : []),
  ].join('\n');
};

const about = (backend: string, seeds: readonly number[], policyName: string): string[] => [
  `Made by \`quittance bench sequence --model smollm2 --seeds 3${policyName === 'chat-v1' ? '' : ` --policy ${policyName}`}\` on ${backend}; a row that was not run is not here. SmolLM2-135M-Instruct is taught eight generated people with 20`,
  'records each, 40 facts, refusals of 64 unknown people and 40 of its own answers to general questions, everything but the embeddings; then people are forgotten one after another,',
  `from their records alone. The gate is policies/${policyName}.json. A seed is other people and another teaching; here: ${seeds.join(', ')}. In seed 3 a ninth person has the`,
  'first name of the first. Leak: share of the 20 records whose value stands in any of 20 samples. General: share of 20 held-out questions about nobody whose answer keeps to the',
  'one from before the deletion (ROUGE-L recall of at least 0.5). Re-learnt: share of the other 18 records exact again after ten updates on two.',
];

const IN_A_ROW = [
  'Each deletion starts from the model that the last one left, with the moments less every forgotten row, and climbs the ladder until a rung passes. Where none does, a ticket',
  'ends in REMEDIATION and nothing is deployed; here the attempt with the fewest checks not passed is taken, to see what follows.',
];

const sequenceTable = (sequence: PeopleBench['sequence'], summary: readonly Column[]): string[] =>
  table(
    ['after', 'gate, a seed', 'rung, a seed', 'passes', ...summary.map(({ title }) => title)],
    [...byLabel(sequence)].map(([label, rows]) => [
      ...[label, verdicts(rows), rows.map(({ rung }) => rung).join(' · '), passed(rows)],
      ...means(summary, rows),
    ]),
  );

/** Which checks were not passed, over all runs, most often first. */
const notPassed = (rows: readonly Row[]): string => {
  const counts = new Map<string, number>();
  for (const name of rows.flatMap(failedChecks)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.length > 0 ? sorted.map(([name, n]) => `${name} (${n})`).join(', ') : 'nothing';
};
