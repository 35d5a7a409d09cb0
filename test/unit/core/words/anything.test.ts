// Whatever the text: places lie within it, a value is found in itself, and no text is too odd to read.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tokensOf } from '#core/words/tokens.ts';
import { holds, occurrences, valueOf } from '#core/words/value.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const RUNS = { numRuns: 400, seed: 7 };

describe('any text', () => {
  it('holds itself where it can be tested', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = valueOf(text);
        expect([text, holds(text, value)]).toEqual([text, value.testable ? 'holds' : 'not-testable']);
      }),
      RUNS,
    );
  });

  it('has places within its length, in order and apart', () => {
    fc.assert(
      fc.property(anyText, anyText, (before, value) => {
        const text = `${before} ${value} ${before}`;
        let last = 0;
        for (const [start, end] of occurrences(text, valueOf(value))) {
          expect([start >= last, start < end, end <= text.length]).toEqual([true, true, true]);
          last = end;
        }
      }),
      RUNS,
    );
  });

  it('has the same words in every normal form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const forms = (['NFC', 'NFD'] as const).map((form) => tokensOf(text.normalize(form)));
        expect(forms[0]).toEqual(forms[1]);
      }),
      RUNS,
    );
  });
});
