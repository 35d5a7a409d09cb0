// The sweep of the methods bench as Markdown, and the rule by which a configuration is picked from it.
// Trap: checks that need samples are not made here, so that an open check is one that was made.
import type { QuantityKey } from '#core/quantities.ts';
import type { MethodResult } from './method-row.ts';
import { SWEPT, type SweptRow } from './methods.ts';
import { number, valueIn } from './people-quantities.ts';
import { table } from './people-table.ts';
import { openIn } from './printed-row.ts';

const ran = ({ result }: SweptRow): MethodResult | undefined => ('failed' in result ? undefined : result);

/** The rule by which a configuration is picked: fewest open checks, then most of others kept, then the smaller step. */
export const sweepMarkdown = (rows: readonly SweptRow[]): string =>
  [
    '# The sweep of the methods bench',
    '',
    `Seed ${SWEPT.seed}, person ${SWEPT.subject + 1}, by the checks of gate-v1 that need no sampling. Picked: the fewest of them open, then the most retained answers exact, then the first.`,
    '',
    ...table(
      [
        'row',
        'settings',
        'open checks',
        'retained exact',
        'value AUC',
        'forced prefix',
        'updates',
        'by the rule',
        'run',
      ],
      [...Map.groupBy(rows, ({ label }) => label)].flatMap(([label, own]) => {
        const best = pickedBy(own);
        return own.map((row) => [
          ...[label, `\`${JSON.stringify(row.config)}\``, ...scored(row)],
          ...[row === best ? 'picked' : '', row.picked ? 'run' : ''],
        ]);
      }),
    ),
  ].join('\n');

const scored = (row: SweptRow): string[] => {
  const result = ran(row);
  if (!result) return ['no result', '–', '–', '–', '–'];
  const of = (key: QuantityKey, digits: number) => number(valueIn(result, key), digits);
  const [open, kept] = scoreOf(result);
  return [
    ...[String(open), number(kept, 3), of('forget.valueLogProbAuc', 2), of('forget.forcedPrefixExact', 2)],
    String(result.updates),
  ];
};

/** Checks of gate-v1 that could be made and are open, and the share of retained answers that are exact. */
const scoreOf = (result: MethodResult): [open: number, kept: number] => {
  const open = openIn(result.judgements[0]!).filter(({ verdict }) => verdict !== 'not_available');
  return [open.length, valueIn(result, 'retained.greedyExact')];
};

export const pickedBy = (rows: readonly SweptRow[]): SweptRow | undefined =>
  rows
    .filter((row) => ran(row) !== undefined)
    .toSorted((a, b) => {
      const [[openA, keptA], [openB, keptB]] = [scoreOf(ran(a)!), scoreOf(ran(b)!)];
      return openA - openB || keptB - keptA;
    })[0];
