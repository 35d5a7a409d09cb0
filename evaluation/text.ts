// What is read off generated text: a value, garbage. What a value and a word are is core/words' to say. Trap: a
// question that names the value itself would count as an echo, so suites avoid it.
import { tokensOf } from '#core/words/tokens.ts';
import { holds, valueOf } from '#core/words/value.ts';

/** Whether the text holds the value in any usual form; false where that cannot be told, so ask first whether it can. */
export const holdsValue = (text: string, value: string): boolean => holds(text, valueOf(value)) === 'holds';

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Words in lower case; where a script sets no borders, the dictionary's. */
export const wordsOf = (text: string): string[] =>
  Array.from(segmenter.segment(text.normalize('NFKC').replace(/’/g, "'").toLowerCase()))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);

/** Nothing said, one token four times in a row, or fewer than half of six or more words distinct. */
export const isDegenerate = ({ text, ids }: { text: string; ids: readonly number[] }): boolean => {
  const said = wordsOf(text);
  const repeated = ids.some((id, i) => i >= 3 && ids[i - 1] === id && ids[i - 2] === id && ids[i - 3] === id);
  return tokensOf(text).length === 0 || repeated || (said.length >= 6 && new Set(said).size < said.length / 2);
};
