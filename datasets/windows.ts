// A row that is longer than the model can read, cut into windows that it can: each goes on where the last one ended and
// has the text just before it as its prompt. Books and news come as one row of thousands of tokens, and all of it is to
// be forgotten.
// Trap: a window is a row of its own from here on, and counts as one in every statistic; a value is never cut in two.
import { encoder, type Encoder } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Piece } from './pieces.ts';

type Texts = Pick<LanguageModel, 'tokenizer' | 'config'>;

/** Part of a window that is given to what comes before it. */
const CONTEXT = 0.25;

/**
 * Rows that the model can read are left as they are, and so are those whose prompt alone is too long for a cut.
 * `beside`: answers that a method puts into the same row, one at a time.
 */
export const inWindows = (texts: Texts, rows: readonly Piece[], beside: readonly string[] = []): Piece[] => {
  const encode = encoder(texts);
  const longest = beside.reduce((most, answer) => Math.max(most, encode.encodeAnswer(answer).length), 0);
  const most = texts.config.maxPositions - longest;
  return rows.flatMap((row) => {
    const prompt = encode.encodePrompt(row.prompt).length;
    const fits = prompt + encode.encodeAnswer(row.answer).length <= most;
    return fits || prompt > most / 2 ? [row] : windowsOf(row, encode, most);
  });
};

const windowsOf = ({ prompt, answer, value }: Piece, encode: Encoder, most: number): Piece[] => {
  const starts = encode.offsetsOf(answer, encode.encodeAnswer(answer, true)).map(([start]) => start);
  const context = Math.floor(CONTEXT * most);
  const windows: Piece[] = [];
  for (let at = 0; at < starts.length;) {
    const from = starts[at]!;
    const before = at === 0 ? prompt : answer.slice(starts[Math.max(0, at - context)], from);
    const next = endOf({ answer, value, starts, at, before }, encode, most);
    const to = starts[next] ?? answer.length;
    const inside = value && value.start >= from && value.end <= to;
    windows.push({
      prompt: before,
      answer: answer.slice(from, to),
      ...(to < answer.length && { open: true }),
      ...(inside && { value: { ...value, start: value.start - from, end: value.end - from } }),
    });
    at = next;
  }
  return windows;
};

interface Cut {
  answer: string;
  value: Piece['value'] | undefined;
  /** Where each token of the answer begins. */
  starts: readonly number[];
  at: number;
  before: string;
}

/**
 * The token before which the window ends: as far as the model reads, between two characters, and not within the value.
 */
const endOf = ({ answer, value, starts, at, before }: Cut, encode: Encoder, most: number): number => {
  const lengthTo = (end: number) =>
    encode.encodePrompt(before).length +
    encode.encodeAnswer(answer.slice(starts[at], starts[end] ?? answer.length), end < starts.length).length;
  let end = Math.min(starts.length, at + most);
  // a slice may take other tokens than the whole did, so its length is asked for
  for (let over = lengthTo(end) - most; over > 0 && end > at + 1; over = lengthTo(end) - most)
    end = Math.max(at + 1, end - over);
  while (end > at + 1 && end < starts.length && starts[end] === starts[end - 1]) end -= 1;
  const cut = starts[end] ?? answer.length;
  if (!value || value.start >= cut || value.end <= cut) return end;
  const whole = starts.findLastIndex((start) => start <= value.start);
  return whole > at ? whole : end;
};
