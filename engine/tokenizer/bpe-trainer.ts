// Byte-level BPE trainer (Sennrich et al. 2016 on GPT-2's byte alphabet), written out as a Hugging Face
// `tokenizer.json`.
// Trap: ties between equally frequent pairs are broken by the lower pair of ids, as Hugging Face's trainer does;
// otherwise merges differ.

import { bpeFile } from './bpe-file.ts';
import { byteAlphabet } from './byte-alphabet.ts';

// GPT-2's pre-tokenizer: contractions, letters, numbers, others, each with an optional leading space.
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

interface Word {
  ids: number[];
  count: number;
}

/**
 * Learns merges until the vocabulary has `vocabSize` entries (special tokens included) or no pair occurs twice.
 * @returns the content of `tokenizer.json`
 */
export const trainBpe = (
  texts: readonly string[],
  vocabSize: number,
  specials: readonly string[],
): Record<string, unknown> => {
  const alphabet = byteAlphabet();
  const letters = [...alphabet].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const vocab = [...specials, ...letters];
  const idOf = new Map(vocab.map((token, id) => [token, id]));
  const words = countWords(texts, alphabet, idOf);
  const merges: [string, string][] = [];
  while (vocab.length < vocabSize) {
    const best = mostFrequentPair(words);
    if (!best) break;
    const [a, b] = best;
    merges.push([vocab[a]!, vocab[b]!]);
    mergeEverywhere(words, a, b, vocab.length);
    vocab.push(vocab[a]! + vocab[b]!);
  }
  return tokenizerJson(vocab, merges, specials);
};

const countWords = (
  texts: readonly string[],
  alphabet: readonly string[],
  idOf: ReadonlyMap<string, number>,
): Word[] => {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [piece] of text.matchAll(PIECES)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const encode = (piece: string) => Array.from(Buffer.from(piece, 'utf8'), (byte) => idOf.get(alphabet[byte]!)!);
  return [...counts].map(([piece, count]) => ({ ids: encode(piece), count }));
};

const mostFrequentPair = (words: readonly Word[]): [number, number] | undefined => {
  const counts = new Map<number, number>();
  for (const { ids, count } of words) {
    for (let i = 0; i + 1 < ids.length; i++) {
      const key = ids[i]! * 2 ** 20 + ids[i + 1]!;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  let best: [key: number, count: number] = [0, 1];
  for (const [key, count] of counts) {
    if (count > best[1] || (count === best[1] && count > 1 && key < best[0])) best = [key, count];
  }
  return best[1] < 2 ? undefined : [Math.floor(best[0] / 2 ** 20), best[0] % 2 ** 20];
};

const mergeEverywhere = (words: readonly Word[], a: number, b: number, merged: number) => {
  for (const word of words) {
    const { ids } = word;
    if (!ids.includes(a)) continue;
    const next: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      const hit = ids[i] === a && ids[i + 1] === b;
      next.push(hit ? merged : ids[i]!);
      if (hit) i++;
    }
    word.ids = next;
  }
};

const tokenizerJson = (vocab: readonly string[], merges: readonly [string, string][], specials: readonly string[]) =>
  bpeFile(
    {
      added_tokens: specials.map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    },
    { vocab: Object.fromEntries(vocab.map((token, id) => [token, id])), merges },
  );
