// Normalisers of tokenizer.json: each changes a text and keeps the position of every character in the original
// (aligned.ts).
// Trap: where JavaScript and Rust differ, the character classes are written out: Rust lower-cases character by
// character, and its white space does not include the byte order mark.
import { aligned, mapChars, prepend, replaceRanges, rewrite, type Aligned, type Change } from './aligned.ts';
import { byteChars } from './byte-alphabet.ts';
import { flattened, Normalizer, readPart } from './json.ts';
import { finderOf } from './patterns.ts';
import { precompiled } from './precompiled.ts';
import { changesOfForm, type Form } from './unicode-forms.ts';

export type Normalize = (a: Aligned) => Aligned;

/** The file's normaliser; the identity where it has none. */
export const normalizerOf = (json: unknown): Normalize => {
  const steps = flattened(json, 'normalizers').map((part) => step(readPart('normalizer', Normalizer, part)));
  return (a) => steps.reduce((text, normalize) => normalize(text), a);
};

/** The text that a normaliser makes of a text, without positions. */
export const normalized = (text: string, normalize: Normalize): string => normalize(aligned(text)).text;

const step = (part: Normalizer): Normalize => {
  switch (part.type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return form(part.type);
    case 'Lowercase':
      return lowercase;
    case 'StripAccents':
      return without(/\p{M}/u);
    case 'Nmt':
      return nmt;
    case 'ByteLevel':
      return byteLevel;
    case 'Strip':
      return strip(part.strip_left, part.strip_right);
    case 'Replace': {
      const find = finderOf(part.pattern);
      return (a) => replaceRanges(a, find(a.text), part.content);
    }
    case 'Prepend':
      return (a) => prepend(a, part.prepend);
    case 'Precompiled':
      return precompiled(part.precompiled_charsmap);
    case 'BertNormalizer':
      return bert(part);
  }
};

const form =
  (kind: Form): Normalize =>
  (a) =>
    a.text === a.text.normalize(kind) ? a : rewrite(a, changesOfForm(a.text, kind));

const lowercase: Normalize = (a) => mapChars(a, (char) => char.toLowerCase());

/** GPT-2's byte alphabet: each byte becomes a character. */
const byteLevel: Normalize = (a) => mapChars(a, byteChars);

/** Takes out the characters that match. */
const without =
  (taken: RegExp): Normalize =>
  (a) => {
    const kept: [string, number][] = [];
    let head = 0;
    for (const char of a.text) {
      const last = kept.at(-1);
      if (!taken.test(char)) kept.push([char, 0]);
      else if (last) last[1] -= 1;
      else head += 1;
    }
    return rewrite(a, kept, head);
  };

const strip =
  (left: boolean, right: boolean): Normalize =>
  (a) => {
    const chars = Array.from(a.text);
    const blank = (char: string) => /\p{White_Space}/u.test(char);
    const first = left ? chars.findIndex((char) => !blank(char)) : 0;
    if (first < 0) return rewrite(a, []);
    const last = right ? chars.findLastIndex((char) => !blank(char)) : chars.length - 1;
    return rewrite(
      a,
      chars.slice(first, last + 1).map((char): Change => [char, 0]),
      first,
    );
  };

const NMT_CONTROLS = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/;
const NMT_BLANKS = /[\u0009\u000a\u000c\u000d\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/;

const blanks =
  (blank: RegExp): Normalize =>
  (a) =>
    mapChars(a, (char) => (blank.test(char) ? ' ' : char));

const nmt: Normalize = (a) => blanks(NMT_BLANKS)(without(NMT_CONTROLS)(a));

/** What BERT calls a Chinese character: the ideographs' blocks, without kana and hangul. */
const IDEOGRAPH =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

/** Control, format and private characters except blanks; unassigned ones are kept. */
const OTHER = /(?![\t\n\r])[\u0000\ufffd\p{Cc}\p{Cf}\p{Co}]/u;

const bert = (part: Extract<Normalizer, { type: 'BertNormalizer' }>): Normalize => {
  const accents: Normalize[] = [form('NFD'), without(/\p{Mn}/u)];
  const spaced: Normalize = (a) => mapChars(a, (char) => (IDEOGRAPH.test(char) ? ` ${char} ` : char));
  const steps: Normalize[] = [
    ...(part.clean_text ? [without(OTHER), blanks(/\p{White_Space}/u)] : []),
    ...(part.handle_chinese_chars ? [spaced] : []),
    ...((part.strip_accents ?? part.lowercase) ? accents : []),
    ...(part.lowercase ? [lowercase] : []),
  ];
  return (a) => steps.reduce((text, normalize) => normalize(text), a);
};
