// The fonts of every PDF: Source Sans 3 (SIL Open Font License 1.1), whose letters are embedded as far as they are
// used. It has the Latin, Greek and Cyrillic letters and the mathematical signs of our own sentences.
// Trap: a sign that it lacks would be printed as an empty box; `printable` shows a question mark, and a letter, in
// which that would be wrong, asks `missingSigns` first.
import { openSync } from 'fontkit';
import { FONTS } from './font-files.ts';

export { FONTS } from './font-files.ts';

const WHITE = '\n\t';
let signs: ReadonlySet<number> | undefined;

const has = (sign: string): boolean =>
  WHITE.includes(sign) || (signs ??= new Set(faceOf(FONTS.regular).characterSet)).has(sign.codePointAt(0) ?? 0);

const faceOf = (path: string) => {
  const found = openSync(path);
  return 'fonts' in found ? found.fonts[0]! : found;
};

const signsOf = (text: string): string[] => Array.from(text.normalize('NFC'));

/** Signs of the text that the fonts do not have, each once. */
export const missingSigns = (text: string): string[] => [...new Set(signsOf(text).filter((one) => !has(one)))];

/** The text as it can be printed. */
export const printable = (text: string): string =>
  signsOf(text)
    .map((one) => (has(one) ? one : '?'))
    .join('');
