// ROUGE-L (Lin 2004) as google's rouge_score computes it with its stemmer. Trap: only runs of a–z and 0–9 are words, so accented letters split
// words, and words of three letters or fewer are not stemmed.
import { porterStem } from './porter.ts';

/** Share of the reference's words in the longest common subsequence; 0 where either has none. */
export const rougeLRecall = (reference: string, candidate: string): number => {
  const [a, b] = [tokenize(reference), tokenize(candidate)];
  return a.length === 0 || b.length === 0 ? 0 : longestCommonSubsequence(a, b) / a.length;
};

const tokenize = (text: string): string[] => (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(stem);

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
