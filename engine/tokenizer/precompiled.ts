// SentencePiece's precompiled character map: a double-array trie (Aoe 1989, as in darts-clone) from texts in UTF-8 to
// replacements, which follow it, each ended by a zero byte. Trap: as the Rust library does, a grapheme is looked up
// whole where it is shorter than six bytes, otherwise character by character.
import { rewrite } from './aligned.ts';
import { tokenizerInvalid } from './invalid.ts';
import type { Normalize } from './normalizers.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

interface CharsMap {
  units: Uint32Array;
  replacements: Uint8Array;
}

export const precompiled = (base64: string): Normalize => {
  const map = readMap(Uint8Array.from(Buffer.from(base64, 'base64')));
  return (a) => {
    const changes: [string, number][] = [];
    const lookUp = (part: string): boolean => {
      const found = replacementOf(map, part);
      if (found === undefined) return false;
      replace(changes, part, found);
      return true;
    };
    for (const { segment } of graphemes.segment(a.text)) {
      if (encoder.encode(segment).length < 6 && lookUp(segment)) continue;
      for (const char of segment) if (!lookUp(char)) changes.push([char, 0]);
    }
    return rewrite(a, changes);
  };
};

/** Characters beyond the number replaced are inserted after; missing ones are removed after the last. */
const replace = (changes: [string, number][], old: string, content: string): void => {
  const [before, now] = [Array.from(old), Array.from(content)];
  now.forEach((char, i) => changes.push([char, i >= before.length ? 1 : 0]));
  const last = changes.at(-1);
  if (now.length < before.length && last) last[1] += now.length - before.length;
};

const readMap = (bytes: Uint8Array): CharsMap => {
  const size = bytes.length < 4 ? NaN : new DataView(bytes.buffer).getUint32(0, true);
  if (!(size % 4 === 0 && size + 4 <= bytes.length)) throw tokenizerInvalid('precompiled_charsmap is truncated');
  return { units: new Uint32Array(bytes.slice(4, 4 + size).buffer), replacements: bytes.slice(4 + size) };
};

const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1;
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0;
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** The replacement of the shortest entry with which the text begins. */
const replacementOf = ({ units, replacements }: CharsMap, text: string): string | undefined => {
  let at = offsetOf(units[0] ?? 0);
  for (const byte of encoder.encode(text)) {
    at ^= byte;
    const unit = units[at] ?? 0;
    if (byte === 0 || labelOf(unit) !== byte) return undefined;
    at ^= offsetOf(unit);
    if (hasLeaf(unit)) return textAt(replacements, (units[at] ?? 0) & 0x7fffffff);
  }
  return undefined;
};

const textAt = (replacements: Uint8Array, start: number): string =>
  decoder.decode(replacements.subarray(start, replacements.indexOf(0, start)));
