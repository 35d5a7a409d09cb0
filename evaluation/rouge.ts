// ROUGE-L (Lin 2004) as google's rouge_score computes it with its stemmer, and over words of every script. Traps:
// rouge_score knows runs of a–z and 0–9 alone, so a text in another script has no words, José and Jos are one, and a
// letter with its accent as a sign of its own is not the same letter in one; and words of three letters or fewer are
// not stemmed.
import { tokensOf } from '#core/words/tokens.ts';
import { porterStem } from './porter.ts';

/**
 * Share of the reference's words in the longest common subsequence; 0 where either has none. Of texts in ASCII it is
 * rouge_score's number. Elsewhere rouge_score leaves letters out, which in one Unicode form can only make texts look
 * alike, so the lower of its number and that over whole words counts; where it knows no word, the latter.
 */
export const rougeLRecall = (reference: string, candidate: string): number => {
  const published = recallOf(asciiWords(reference), asciiWords(candidate));
  if (/^\p{ASCII}*$/u.test(reference + candidate)) return published ?? 0;
  const whole = recallOf(wholeWords(reference), wholeWords(candidate)) ?? 0;
  return Math.min(published ?? 1, whole);
};

/**
 * F-measure of the same subsequence, words not stemmed, as MUSE has it (Shi et al. 2024,
 * https://arxiv.org/abs/2407.06460); 0 where nothing is common. Of runs of a–z and 0–9 alone, as published.
 */
export const rougeLF = (reference: string, candidate: string): number => {
  const [wanted, said] = [reference, candidate].map((text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  const common = longestCommonSubsequence(wanted!, said!);
  return common === 0 ? 0 : (2 * common) / (wanted!.length + said!.length);
};

/** undefined where the reference has no word. */
const recallOf = (reference: readonly string[], candidate: readonly string[]): number | undefined =>
  reference.length === 0 ? undefined : longestCommonSubsequence(reference, candidate) / reference.length;

const wholeWords = (text: string): string[] =>
  tokensOf(text).map((word) => (/^[a-z]+$/.test(word) ? stem(word) : word));

const asciiWords = (text: string): string[] =>
  (
    inOneForm(text)
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  ).map(stem);

/** Letters composed, ligatures and wide letters plain, signs that are not seen left out. */
const inOneForm = (text: string): string => text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');

const stem = (word: string): string => (word.length > 3 ? porterStem(word) : word);

const longestCommonSubsequence = (a: readonly string[], b: readonly string[]): number => {
  let row = new Uint32Array(b.length + 1);
  for (const word of a) {
    const next = new Uint32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++) {
      next[j] = word === b[j - 1] ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!);
    }
    row = next;
  }
  return row[b.length]!;
};
