// A text on its way through a tokenizer, with the position in the original of every character, by the rules of Hugging
// Face's Rust library: a replacement has the position of the replaced character, an insertion that of the character
// before it, and a removed character leaves none.
// Trap: offsets are UTF-16 units, here and in the original; both units of a surrogate pair have the position of the
// whole character.

export interface Aligned {
  readonly text: string;
  readonly places: Places;
  /** Where the text's first unit is among the places. */
  readonly at: number;
  /** Where in the original this piece began, including what was removed from its beginning since. */
  readonly origin: number;
}

/** Where in the original the character of each unit begins, and where it ends. */
interface Places {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** A text in which nothing has been changed yet. */
export const aligned = (text: string): Aligned => {
  const from = Int32Array.from({ length: text.length }, (_, i) => i);
  const to = from.map((i) => i + 1);
  for (let i = text.search(SURROGATE); i >= 0 && i < text.length; i += 1) {
    if (text.charCodeAt(i) >> 10 !== LEAD) continue;
    to[i] = i + 2;
    from[i + 1] = i;
  }
  return { text, places: { from, to }, at: 0, origin: 0 };
};

const SURROGATE = /[\ud800-\udbff]/;
const LEAD = 0xd800 >> 10;

/** Units [start, end) as a piece of its own. */
export const slice = (a: Aligned, start: number, end: number): Aligned => ({
  text: a.text.slice(start, end),
  places: a.places,
  at: a.at + start,
  origin: start < end ? fromOf(a, start) : a.origin,
});

const fromOf = ({ places, at, origin }: Aligned, unit: number): number => places.from[at + unit] ?? origin;
const toOf = ({ places, at, origin }: Aligned, unit: number): number => places.to[at + unit] ?? origin;

/** Place in the original of units [start, end). */
export const spanOf = (a: Aligned, start: number, end: number): [number, number] =>
  start < end ? [fromOf(a, start), toOf(a, end - 1)] : [a.origin, a.origin];

/**
 * A character of the new text, and how it relates to the old one: 0 replaces the next old character, −n replaces it and
 * removes the n after it, a positive number inserts and uses none.
 */
export type Change = readonly [char: string, change: number];

/** The text with the changes made; `skipped` characters at its beginning are removed first. */
export const rewrite = (a: Aligned, changes: Iterable<Change>, skipped = 0): Aligned => {
  const writer = new Writer(a);
  let at = afterChars(a.text, 0, skipped);
  for (const [char, change] of changes) {
    if (change > 0) {
      writer.putBehind(at, char);
      continue;
    }
    writer.put(char, fromOf(a, at), toOf(a, at));
    at = afterChars(a.text, at, 1 - change);
  }
  return writer.done();
};

/** Replaces each character by what `as` returns for it. */
export const mapChars = (a: Aligned, as: (char: string) => string): Aligned => {
  let [text, longer] = ['', false];
  for (const char of a.text) {
    const now = as(char);
    text += now;
    longer ||= now.length !== char.length;
  }
  if (!longer) return { ...a, text }; // each unit keeps its place
  const writer = new Writer(a);
  let at = 0;
  for (const char of a.text) {
    writer.put(as(char), fromOf(a, at), toOf(a, at));
    at += char.length;
  }
  return writer.done();
};

/** Replaces each range of units by `content`; ranges are in order and do not overlap. */
export const replaceRanges = (a: Aligned, ranges: readonly (readonly [number, number])[], content: string): Aligned => {
  if (ranges.length === 0) return a;
  const writer = new Writer(a);
  let at = 0;
  for (const [start, end] of ranges) {
    writer.copy(at, start);
    if (end > start) writer.putBehind(end, content);
    else writer.putAgain(content);
    at = end;
  }
  writer.copy(at, a.text.length);
  return writer.done();
};

/** The text with `prefix` before it, at the position of the first character; an empty text stays empty. */
export const prepend = (a: Aligned, prefix: string): Aligned => {
  if (a.text === '') return a;
  const writer = new Writer(a);
  writer.put(prefix, fromOf(a, 0), toOf(a, 0));
  writer.copy(0, a.text.length);
  return writer.done();
};

/** The unit after `count` characters from `at`. */
const afterChars = (text: string, at: number, count: number): number => {
  let end = at;
  for (let i = 0; i < count && end < text.length; i++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return end;
};

/** Builds a new text from an old one. */
class Writer {
  readonly #old: Aligned;
  #text = '';
  #from: number[] = [];
  #to: number[] = [];
  constructor(old: Aligned) {
    this.#old = old;
  }
  /** Appends content, all of it at the same position. */
  put(content: string, from: number, to: number): void {
    this.#text += content;
    for (let i = 0; i < content.length; i++) {
      this.#from.push(from);
      this.#to.push(to);
    }
  }
  /** Appends content at the position of the character before `at` in the old text. */
  putBehind(at: number, content: string): void {
    const { origin } = this.#old;
    if (at > 0) this.put(content, fromOf(this.#old, at - 1), toOf(this.#old, at - 1));
    else this.put(content, origin, origin);
  }
  /** Appends content at the position of what was appended last. */
  putAgain(content: string): void {
    const { origin } = this.#old;
    this.put(content, this.#from.at(-1) ?? origin, this.#to.at(-1) ?? origin);
  }
  copy(start: number, end: number): void {
    this.#text += this.#old.text.slice(start, end);
    for (let i = start; i < end; i++) {
      this.#from.push(fromOf(this.#old, i));
      this.#to.push(toOf(this.#old, i));
    }
  }
  done(): Aligned {
    const places = { from: Int32Array.from(this.#from), to: Int32Array.from(this.#to) };
    return { text: this.#text, places, at: 0, origin: this.#old.origin };
  }
}
