// Reasons in the words of a page, by their codes.
import type { RegimeName } from '#core/regimes.ts';
import type { Words } from './words.ts';

/** A reason in words, wherever it comes from: a list of ours, the law, an error; else as it was written. */
export const reasonText = (regime: RegimeName, code: string, words: Words): string => {
  const law = words.law.refusal(regime, code);
  if (law !== code) return law;
  const { holds, extensions, withdrawals, cancellations, sendBacks, subjectReasons, expiries } = words;
  const lists: Readonly<Record<string, string>> = {
    ...words.errors,
    ...sendBacks,
    ...subjectReasons,
    ...expiries,
    ...cancellations,
    ...withdrawals,
    ...extensions,
    ...holds,
  };
  return Object.hasOwn(lists, code) ? (lists[code] ?? code) : code;
};
