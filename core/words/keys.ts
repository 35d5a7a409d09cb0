// What texts can be looked up by: their words, their e-mail addresses, the ends of their numbers, and what they have in
// common with nearly the same text. A key leads to texts that may match; the texts themselves decide (datasets/find).
// Source of the last: MinHash with banding (Broder 1997; Leskovec et al., ch. 3).
// Trap: a key must be the same for every way of writing a thing, so words are folded, numbers count by their last
// digits and blanks between groups are nothing.
import { createHash } from 'node:crypto';
import { mailsIn } from './contact.ts';
import { read, type Reading } from './streams.ts';
import type { Token } from './tokens.ts';

/** Digits at the end of a number that it is looked up by. */
const TAIL = 4;

/** Every key of texts that belong together, each once. */
export const keysOfTexts = (texts: readonly string[]): string[] => {
  const readings = texts.map(read);
  const keys = readings.flatMap((reading) => [...wordKeys(reading), ...mailKeys(reading), ...numberKeys(reading)]);
  return [...new Set([...keys, ...likenessKeys(readings)])];
};

/** Keys of which a text that says these words has every one: words, and in scripts without borders pairs of letters. */
export const wordKeys = ({ streams }: Pick<Reading, 'streams'>): string[] => streams.flatMap(keysOfTokens);

const keysOfTokens = (tokens: readonly Token[]): string[] =>
  tokens.flatMap(({ kind, text, to }, i) => {
    if (kind === 'word' || kind === 'number') return [`w:${text}`];
    const next = tokens[i + 1];
    return kind === 'solo' && next?.kind === 'solo' && next.from === to ? [`g:${text}${next.text}`] : [];
  });

export const mailKeys = (reading: Reading): string[] =>
  mailsIn(reading).flatMap(({ said }) => said.map((key) => `m:${key}`));

const GROUPS = /\d+(?:[ \-./()·]{1,2}\d+)*/g;

/** The end of each number, and of each of its groups: "+42 766 150631" is found by 0631. */
export const numberKeys = (reading: Reading): string[] =>
  Array.from(reading.flat().text.matchAll(GROUPS)).flatMap(([run]) => {
    const groups = run.match(/\d+/g) ?? [];
    return groups.flatMap((_, i) => tailKey(groups.slice(0, i + 1).join('')) ?? []);
  });

/** undefined where there are too few digits to look for. */
export const tailKey = (digits: string): string | undefined =>
  digits.length < TAIL ? undefined : `d:${digits.slice(-TAIL)}`;

const BANDS = 8;
const BAND_ROWS = 2;
/** Words that stand side by side, so that order counts and single words do not. */
const SHINGLE = 3;

/** The runs of words by which two texts are compared; a text of few words is one run. */
export const shinglesOf = (words: readonly Pick<Token, 'text'>[]): Set<string> => {
  const texts = words.map(({ text }) => text);
  if (texts.length <= SHINGLE) return new Set(texts.length > 0 ? [texts.join(' ')] : []);
  return new Set(texts.slice(SHINGLE - 1).map((_, i) => texts.slice(i, i + SHINGLE).join(' ')));
};

/** Two texts of likeness s share at least one with probability 1 − (1 − s²)⁸: .99 at .7, .41 at .25. */
export const likenessKeys = (readings: readonly Pick<Reading, 'words'>[]): string[] => {
  const shingles = [...shinglesOf(readings.flatMap(({ words }) => words))].map(hashOf);
  if (shingles.length === 0) return [];
  const least = SEEDS.map((seed) => shingles.reduce((min, hash) => Math.min(min, mix(hash ^ seed)), 0xffffffff));
  return Array.from(
    { length: BANDS },
    (_, band) => `b${band}:${least.slice(band * BAND_ROWS, (band + 1) * BAND_ROWS).join(',')}`,
  );
};

const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

/** A bijection of 32 bits whose images of different seeds are in unrelated orders. Source: Murmur3's finaliser. */
const mix = (value: number): number => {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

const SEEDS: readonly number[] = Array.from({ length: BANDS * BAND_ROWS }, (_, i) =>
  createHash('sha256').update(`likeness ${i}`).digest().readUInt32LE(0),
);
