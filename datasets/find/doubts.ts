// Names that tell nobody by themselves: a name of one word that is a word besides, and the name of somebody who signs
// for the company in a good part of the corpus. Their rows are listed to be looked at, unless something else tells.
// Trap: a customer's name stands in the same line of many rows too ("Dear Thea Vinterberg,"); only who is named in a
// good part of all rows is taken for one who signs.
import { plural } from '#core/plural.ts';
import { weaknessOf } from '#core/words/subject.ts';
import { isWritten } from './name-parts.ts';
import type { SoughtName } from './query.ts';
import type { Doubt } from './reasons.ts';
import type { RowView } from './views.ts';

/** Share of the corpus, and rows, from which on a name is looked at as a signature. */
const SIGNING_SHARE = 0.25;
const FEWEST_SIGNED = 20;
/** Rows that have a line word for word. */
const FEWEST_OF_A_LINE = 10;

export interface NameDoubts {
  /** Rows that the name leads to. */
  readonly views: readonly RowView[];
  readonly doubt: Doubt | undefined;
  /** Numbers of rows in which the name only signs. */
  readonly signed: ReadonlySet<number>;
  readonly remarks: readonly string[];
}

/** `views` say the name in full; `number` counts the names that were given from 1, `size` is the corpus'. */
export const doubtsOf = (name: SoughtName, number: number, views: readonly RowView[], size: number): NameDoubts => {
  if (weaknessOf(name.text) === 'a single word') {
    const written = views.filter((view) => [...name.words].some((word) => isWritten(view, word)));
    const remark = `name ${number} is a single word, which stands as a name in ${plural(written.length, 'row')}: they are listed to be looked at`;
    return { views: written, doubt: 'single-word', signed: new Set(), remarks: [remark] };
  }
  const signed = signedRows(name, views, size);
  const remark = `name ${number} stands in ${views.length} of ${size} rows, in ${signed.size} of them only in a line that many rows have: does the person sign for the company? These are listed to be looked at`;
  return { views, doubt: undefined, signed, remarks: signed.size > 0 ? [remark] : [] };
};

const signedRows = (name: SoughtName, views: readonly RowView[], size: number): Set<number> => {
  if (views.length < FEWEST_SIGNED || views.length < SIGNING_SHARE * size) return new Set();
  const lines = views.map((view) => ({ view, own: [...new Set(sentencesNaming(name, view))] }));
  const counts = new Map<string, number>();
  for (const line of lines.flatMap(({ own }) => own)) counts.set(line, (counts.get(line) ?? 0) + 1);
  const onlySigns = lines.filter(
    ({ own }) => own.length > 0 && own.every((line) => counts.get(line)! >= FEWEST_OF_A_LINE),
  );
  return new Set(onlySigns.map(({ view }) => view.number));
};

const sentencesNaming = ({ lasts }: SoughtName, { parts }: RowView): string[] =>
  parts.flatMap(({ text, read }) =>
    read.reading.words.flatMap((word) => (lasts.includes(word.text) ? [sentenceAt(text, word.start)] : [])),
  );

/** The line or sentence that a place stands in. */
const sentenceAt = (text: string, at: number): string => {
  const end = text.indexOf('\n', at);
  const begun = [...text.slice(0, at).matchAll(/\n|[.!?。！？]\s+/gu)].at(-1);
  return text.slice(begun ? begun.index + begun[0].length : 0, end < 0 ? text.length : end).trim();
};
