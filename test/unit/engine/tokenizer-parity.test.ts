// The tokenizer against Hugging Face's Rust library (npm `tokenizers`): ids, places in the text, decoded text, over
// every kind of tokenizer and every text.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { readTokenizer, type Tokenizer } from '#engine/tokenizer/tokenizer.ts';
import { KINDS } from '#test/support/tokenizer-kinds.ts';
import type { TokenizerJson } from '#test/support/tokenizer-makers.ts';
import { TEXTS } from '#test/support/tokenizer-texts.ts';

const BITS = TEXTS.flatMap((text) => text.match(/.{1,6}/gsu) ?? []);

/** Offsets in characters as offsets in UTF-16 units. */
const inUnits = (text: string, offsets: readonly (readonly number[])[]): [number, number][] => {
  const units = [0];
  for (const char of text) units.push(units.at(-1)! + char.length);
  return offsets.map(([start, end]) => [units[start!]!, units[end!]!]);
};

/** Without a post-processor, which would trim blanks from the places. */
const rustOf = (json: TokenizerJson) => ({
  plain: RustTokenizer.fromString(JSON.stringify({ ...json, post_processor: null })),
  whole: RustTokenizer.fromString(JSON.stringify(json)),
});

const sameAsRust = async (tokenizer: Tokenizer, { plain, whole }: ReturnType<typeof rustOf>, text: string) => {
  const encoding = await plain.encode(text, null, { addSpecialTokens: false });
  const ids = tokenizer.encode(text);
  expect([text, ids]).toEqual([text, encoding.getIds()]);
  expect([text, tokenizer.spans(text, ids)]).toEqual([text, inUnits(text, encoding.getOffsets())]);
  const withSpecials = await whole.encode(text, null, { addSpecialTokens: true });
  expect([text, tokenizer.encodeWithSpecials(text)]).toEqual([text, withSpecials.getIds()]);
  if (ids.length > 0) expect([text, tokenizer.decode(ids)]).toEqual([text, await whole.decode(ids, true)]);
};

describe('ids, places and decoded texts are those of the Rust library', () => {
  for (const [title, make] of Object.entries(KINDS)) {
    it(title, async () => {
      const json = make();
      const [ours, rust] = [readTokenizer(json), rustOf(json)];
      for (const text of TEXTS) await sameAsRust(ours, rust, text);
      // characters of the texts only: the library's tables and those of Node are of different years
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...BITS), { maxLength: 8 }), (bits) =>
          sameAsRust(ours, rust, bits.join('')),
        ),
        { numRuns: 40 },
      );
    });
  }
});
