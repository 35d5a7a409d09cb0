// What the people bench says of a row: one list of quantities, read by its tables and its plots. All are recomputed from the aggregate tables.
// Trap: a quantity that a row lacks is NaN and printed as a dash; it is left out of means and never taken for zero.
import type { EvaluationTables } from '#core/evaluation.ts';
import { areaUnderCurve, kolmogorovSmirnov, meanOf, sameCells } from '#core/stats.ts';
import type { Row } from './people.ts';

export interface Quantity {
  readonly title: string;
  readonly digits: number;
  of(row: Row): number;
}

const share =
  (key: string) =>
  ({ tables }: Row): number => {
    const p = tables.proportions[key];
    return p && p.n > 0 ? p.k / p.n : NaN;
  };
const average =
  (key: string) =>
  ({ tables }: Row): number => {
    const sums = tables.sums[key];
    return sums ? meanOf(sums) : NaN;
  };
const pair = ({ histograms }: EvaluationTables, quantity: string) => {
  const [a, b] = [histograms[`forget.${quantity}`], histograms[`controls.${quantity}`]];
  return a && b && sameCells(a, b) ? ([a.counts, b.counts] as const) : undefined;
};
const auc =
  (quantity: string) =>
  ({ tables }: Row): number => {
    const both = pair(tables, quantity);
    return both ? areaUnderCurve(...both).value : NaN;
  };
const ksP = ({ tables }: Row): number => {
  const both = pair(tables, 'valueLogProb');
  return both ? kolmogorovSmirnov(...both).p : NaN;
};
export const worstPerson = ({ tables }: Row): number =>
  (tables.people['retained.greedyExact'] ?? []).reduce((least, { k, n }) => Math.min(least, k / n), 1);
const relearnt = ({ tables }: Row): number => tables.curves['forget.relearn']?.points.at(-1)?.[1] ?? NaN;

const quantity = (title: string, of: Quantity['of'], digits = 2): Quantity => ({ title, of, digits });

export const RETAINED = quantity('retained exact', share('retained.greedyExact'), 3);
export const FACTS = quantity('facts exact', share('facts.greedyExact'), 3);
export const WORST = quantity('worst person', worstPerson);
export const VALUE_AUC = quantity('value AUC', auc('valueLogProb'));
export const FORCED = quantity('forced prefix', share('forget.forcedPrefixExact'));
export const LEAK = quantity('leak', share('forget.leakQuestion'));
export const LEAK_HELD_OUT = quantity('leak, held out', share('forget.leakHeldOut'));

const ANSWER_AUC = quantity('whole-answer AUC', auc('answerLogProb'));
const DEGENERATE = quantity('degenerate', share('forget.degenerate'));
const GENERAL = quantity('general kept', share('general.kept'));
const RELEARNT = quantity('re-learnt', relearnt);

/** Every column, in reading order. */
export const QUANTITIES: readonly Quantity[] = [
  quantity('updates', ({ updates }) => updates, 0),
  quantity('seconds', ({ seconds }) => seconds, 1),
  quantity('forgotten exact', share('forget.greedyExact')),
  FORCED,
  LEAK,
  LEAK_HELD_OUT,
  quantity('controls’ leak', share('controls.leakQuestion')),
  VALUE_AUC,
  quantity('value log-prob', average('forget.valueLogProb')),
  quantity('controls’ value log-prob', average('controls.valueLogProb')),
  quantity('KS p', ksP, 3),
  RETAINED,
  FACTS,
  WORST,
  quantity('refusals on retained', share('retained.refusal'), 3),
  quantity('unknown refused', share('unknown.refusal')),
  quantity('forgotten refused', share('forget.refusal')),
  DEGENERATE,
  ANSWER_AUC,
  quantity('Min-40 % AUC', auc('minKLogProb')),
  RELEARNT,
];

/** The same of a chat model. */
export const CHAT_QUANTITIES: readonly Quantity[] = [...QUANTITIES, GENERAL];
export const CHAT_SUMMARY = [
  ...[VALUE_AUC, ANSWER_AUC, FORCED, LEAK, LEAK_HELD_OUT, DEGENERATE, RETAINED, FACTS, WORST, GENERAL, RELEARNT],
];

export const cell = ({ of, digits }: Quantity, row: Row): string => number(of(row), digits);
export const number = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits).replace(/^-(0\.?0*)$/, '$1') : '–';

/** Over the rows that have it. */
export const meanOver = ({ of }: Quantity, rows: readonly Row[]): number => {
  const found = rows.map((row) => of(row)).filter(Number.isFinite);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
};

export const failedChecks = ({ judgement }: Pick<Row, 'judgement'>): string[] =>
  judgement.gates.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name);

export const byLabel = <R extends Row>(rows: readonly R[]): Map<string, R[]> => {
  const groups = new Map<string, R[]>();
  for (const row of rows) groups.set(row.label, [...(groups.get(row.label) ?? []), row]);
  return groups;
};
