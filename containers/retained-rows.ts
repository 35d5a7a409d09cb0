// Rows that stay, for methods that read some: those that the model gives. Of a large corpus not every row was asked
// when its suite was made; of the others those are asked now that share a word with what is forgotten, as they are lost
// first.
// Trap: a row that the model never gave would be taught anew by a term that raises whatever fell.
import { isRecited } from '#core/suite-rows.ts';
import { trainingRows, type Row, type Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';

/** Rows that are asked now, at most: each takes some milliseconds of a small model. */
const MOST_ASKED = 300;

/** `staying` is the suite without what is forgotten. */
export const retainedRows =
  (staying: Suite, forgotten: readonly Pick<Row, 'answer' | 'value'>[]) =>
  (model: LanguageModel): Row[] => {
    const rows = trainingRows(staying);
    const unknown = rows.filter(({ recited }) => recited === 'not-asked');
    return [...rows.filter(isRecited), ...given(model, nearest(unknown, forgotten))];
  };

/** Those that share most with forgotten values, a rare word more than a frequent one. */
const nearest = (rows: readonly Row[], forgotten: readonly Pick<Row, 'answer' | 'value'>[]): Row[] => {
  const sought = new Set(forgotten.flatMap(({ answer, value }) => wordsOf(value?.text ?? answer)));
  const shared = rows.map(({ answer }) => new Set(wordsOf(answer).filter((word) => sought.has(word))));
  const counts = new Map<string, number>();
  for (const words of shared) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return rows
    .map((row, i) => ({ row, near: [...shared[i]!].reduce((sum, word) => sum + 1 / counts.get(word)!, 0) }))
    .filter(({ near }) => near > 0)
    .sort((a, b) => b.near - a.near)
    .slice(0, MOST_ASKED)
    .map(({ row }) => row);
};

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const given = (model: LanguageModel, rows: readonly Row[]): Row[] => {
  const scores = inference(model).score(rows);
  return rows.filter((_, i) => scores[i]!.correct.every(Boolean));
};
