// ROUGE-L (Lin 2004) as google's rouge_score computes it with its stemmer: lower case, runs of a–z and 0–9, words of more than three letters
// stemmed by Porter's algorithm in NLTK's version. Trap: NLTK stems a few words by a list and keeps y after a vowel; both are done here around
// npm's `stemmer`, which is Porter's original.
import { stemmer } from 'stemmer';

/** Share of the reference's words in the longest common subsequence; 0 where either has none. */
export const rougeLRecall = (reference: string, candidate: string): number => {
  const [a, b] = [tokenize(reference), tokenize(candidate)];
  return a.length === 0 || b.length === 0 ? 0 : longestCommonSubsequence(a, b) / a.length;
};

const tokenize = (text: string): string[] => (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).map(stem);

const IRREGULAR: Readonly<Record<string, string>> = {
  sky: 'sky',
  skies: 'sky',
  dying: 'die',
  lying: 'lie',
  tying: 'tie',
  news: 'news',
  innings: 'inning',
  inning: 'inning',
  outings: 'outing',
  outing: 'outing',
  cannings: 'canning',
  canning: 'canning',
  howe: 'howe',
  proceed: 'proceed',
  exceed: 'exceed',
  succeed: 'succeed',
};

const stem = (word: string): string => {
  if (word.length <= 3) return word;
  const listed = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  return listed ?? stemmer(word);
};

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
