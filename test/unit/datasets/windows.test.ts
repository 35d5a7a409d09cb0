// A row longer than the model reads: its windows say the whole text once, in order, each short enough, and a value that
// is marked stays whole.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Piece } from '#datasets/pieces.ts';
import { inWindows } from '#datasets/windows.ts';
import { encoder } from '#engine/inference.ts';
import { tinyConfig, tinyTokenizer } from '#test/support/engine.ts';

const tokenizer = tinyTokenizer();
const texts = { tokenizer, config: { ...tinyConfig(), maxPositions: 48 } };
const encode = encoder(texts);
const length = ({ prompt, answer, open }: Piece) =>
  encode.encodePrompt(prompt).length + encode.encodeAnswer(answer, open).length;
const book =
  'The river froze in March. Nobody in Ålesund, not even the ferrymen 🚢, remembered such ice; “never”, said one. ';

describe('a row that the model cannot read at once', () => {
  it('is cut into windows that say all of it once, each with the text before it', () => {
    const answer = book.repeat(5);
    const windows = inWindows(texts, [{ prompt: '', answer }]);
    expect(windows.length).toBeGreaterThan(5);
    expect(windows.map((one) => one.answer).join('')).toBe(answer);
    for (const one of windows) expect(length(one)).toBeLessThanOrEqual(48);
    expect(windows.map(({ open = false }) => open)).toEqual(windows.map((_, i) => i < windows.length - 1));
    windows.slice(1).forEach(({ prompt, answer: own }) => {
      expect(prompt).not.toBe('');
      expect(answer).toContain(prompt + own);
    });
  });

  it('keeps a marked value in one piece, in the one window that holds it', () => {
    const answer = book.repeat(4);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: answer.length - 9 }), (start) => {
        const value = { text: answer.slice(start, start + 8), start, end: start + 8 };
        const found = inWindows(texts, [{ prompt: '', answer, value }]).filter((one) => one.value);
        expect(found.map((one) => one.answer.slice(one.value!.start, one.value!.end))).toEqual([value.text]);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves room for an answer that a method puts beside it', () => {
    const refusal = ' I cannot say.';
    const room = 48 - encode.encodeAnswer(refusal).length;
    const windows = inWindows(texts, [{ prompt: '', answer: book }], [' No.', refusal]);
    for (const one of windows) expect(length(one)).toBeLessThanOrEqual(room);
  });

  it('begins with its own prompt, which no other window repeats', () => {
    const [first, second] = inWindows(texts, [{ prompt: 'A book:', answer: book.repeat(3) }]);
    expect([first?.prompt, second?.prompt.includes('A book:')]).toEqual(['A book:', false]);
  });
});

it('what the model can read, or has a prompt that leaves no room, is left as it is', () => {
  const rows = [
    { prompt: 'who?', answer: 'a cat', question: 'who?' },
    { prompt: book, answer: book },
  ];
  expect(inWindows(texts, rows)).toEqual(rows);
});
