// By which name a model knows the person whose rows a ticket lists: that of the suite's person who has one of the rows;
// else the name of the request; else the one that most rows say.
// Trap: a person may be known to the model under another name than they ask with.
import { rowText, type ForgetRecord } from '#core/forget-set.ts';
import { mostFrequentName } from '#datasets/spans.ts';
import type { Suite } from '#datasets/suite-shape.ts';

type Asked = Pick<ForgetRecord, 'question' | 'answer'>;

/** Empty where no row is known and none says a name. */
export const namesIn = (
  { subjects }: Pick<Suite, 'subjects'>,
  rows: readonly Asked[],
  requested?: string,
): string[] => {
  const listed = new Set(rows.map(rowText));
  const known = subjects.filter(({ records }) => records.some((row) => listed.has(rowText(row))));
  if (known.length > 0) return known.map(({ name }) => name);
  const name = requested ?? mostFrequentName(rows.map(({ question }) => question));
  return name === undefined ? [] : [name];
};
