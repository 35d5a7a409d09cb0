// Parts of a name in rows: who else goes by a last name, and whether a word is written as a name.
// Trap: what stands before a last name may be a title or the end of a greeting, and no first name.
import type { SoughtName } from './query.ts';
import type { RowView } from './views.ts';

/** First names that stand beside the last name in rows, other than the person's own: whether others go by it. */
export const firstNamesBeside = (rows: readonly RowView[], { lasts, words }: SoughtName): string[] => {
  const found = rows.flatMap((view) =>
    view.parts.flatMap(({ text, read: { reading } }) =>
      reading.words.flatMap((token, i, all) => {
        if (!lasts.includes(token.text)) return [];
        const beside = [
          isApart(text, all[i - 1]?.end, token.start, /^ $/) ? all[i - 1] : undefined,
          isApart(text, token.end, all[i + 1]?.start, /^, ?$/) ? all[i + 1] : undefined,
        ];
        return beside.flatMap((word) =>
          word?.kind === 'word' && /^\p{Lu}/u.test(text.slice(word.start)) ? [word.text] : [],
        );
      }),
    ),
  );
  const counts = new Map<string, number>();
  for (const word of found)
    if (!words.has(word) && word.length > 1 && !TITLES.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts.keys()];
};

const isApart = (text: string, from: number | undefined, to: number | undefined, between: RegExp): boolean =>
  from !== undefined && to !== undefined && between.test(text.slice(from, to));

const TITLES = new Set(
  'mr mrs ms miss dr prof sir madam dear hello hi customer client patient herr frau monsieur madame senor senora signor signora regards thanks'.split(
    ' ',
  ),
);

/** Somewhere the word begins with a capital, where its script has them: "will" is no name. */
export const isWritten = (view: RowView, part: string): boolean =>
  view.parts.some(({ text, read }) =>
    read.reading.words.some((token) => token.text === part && !/^\p{Ll}/u.test(text.slice(token.start, token.end))),
  );
