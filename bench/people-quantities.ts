// The columns of the people bench: quantities of the registry, computed again from the aggregate tables, and what
// unlearning took.
// Trap: a quantity that a row lacks is NaN, printed as a dash and left out of means; it must never count as zero.
import { quantityOf, type QuantityKey } from '#core/quantities.ts';
import { summarise } from '#core/summaries.ts';
import type { Row } from './people-runs.ts';

export interface Column {
  readonly title: string;
  readonly digits: number;
  of(row: Row): number;
}

/** NaN where the row lacks it. */
export const valueIn = ({ tables }: Pick<Row, 'tables'>, key: QuantityKey): number => {
  const found = summarise(tables, key);
  return 'notAvailable' in found ? NaN : found.value;
};

const column = (key: QuantityKey, digits = 2): Column => ({
  title: quantityOf(key).title,
  digits,
  of: (row) => valueIn(row, key),
});

export const RETAINED = column('retained.greedyExact', 3);
export const FACTS = column('facts.greedyExact', 3);
export const WORST = column('retained.worstPerson');
export const VALUE_AUC = column('forget.valueLogProbAuc');
export const FORCED = column('forget.forcedPrefixExact');
export const LEAK = column('forget.leakQuestion');
export const LEAK_HELD_OUT = column('forget.leakHeldOut');

const ANSWER_AUC = column('forget.answerLogProbAuc');
const DEGENERATE = column('forget.degenerate');
const GENERAL = column('general.kept');
const RELEARNT = column('forget.relearnt');

/** Every column, in reading order. */
export const COLUMNS: readonly Column[] = [
  { title: 'updates', digits: 0, of: ({ updates }) => updates },
  { title: 'seconds', digits: 1, of: ({ seconds }) => seconds },
  column('forget.greedyExact'),
  FORCED,
  LEAK,
  LEAK_HELD_OUT,
  column('controls.leakQuestion'),
  VALUE_AUC,
  column('forget.valueLogProb'),
  column('controls.valueLogProb'),
  column('forget.valueLogProbKs', 3),
  RETAINED,
  FACTS,
  WORST,
  column('retained.refusal', 3),
  column('unknown.refusal'),
  column('forget.refusal'),
  DEGENERATE,
  column('forget.perplexityBefore', 1),
  ANSWER_AUC,
  column('forget.minKLogProbAuc'),
  RELEARNT,
];

/** The columns for a chat model. */
export const CHAT_COLUMNS: readonly Column[] = [...COLUMNS, GENERAL];
export const CHAT_SUMMARY = [
  ...[VALUE_AUC, ANSWER_AUC, FORCED, LEAK, LEAK_HELD_OUT, DEGENERATE, RETAINED, FACTS, WORST, GENERAL, RELEARNT],
];

/** Of policies that read them: what re-learning brings back, beside never-trained people. */
const ATTACKED: readonly Column[] = (['relearnt2x10', 'relearnt5x30', 'relearntBody5x30'] as const).flatMap(
  (family) => [column(`forget.${family}`), column(`controls.${family}`)],
);

/** With the attacks that any of the rows was put under. */
export const withAttacks = (columns: readonly Column[], rows: readonly Row[]): readonly Column[] => [
  ...columns,
  ...ATTACKED.filter(({ of }) => rows.some((row) => Number.isFinite(of(row)))),
];

export const cell = ({ of, digits }: Column, row: Row): string => number(of(row), digits);
export const number = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits).replace(/^-(0\.?0*)$/, '$1') : '–';

/** Mean over the rows that have the quantity. */
export const meanOver = ({ of }: Column, rows: readonly Row[]): number => {
  const found = rows.map((row) => of(row)).filter(Number.isFinite);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
};

export const failedChecks = ({ judgement }: Pick<Row, 'judgement'>): string[] =>
  judgement.gates.filter(({ verdict, needs }) => verdict !== 'pass' && needs === undefined).map(({ name }) => name);

export const byLabel = <R extends Row>(rows: readonly R[]): Map<string, R[]> => {
  const groups = new Map<string, R[]>();
  for (const row of rows) groups.set(row.label, [...(groups.get(row.label) ?? []), row]);
  return groups;
};
