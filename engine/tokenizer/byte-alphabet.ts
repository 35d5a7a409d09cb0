// GPT-2's byte alphabet: a printable character for each value of a byte, so that any text can be written in 256
// letters.

/** The character of each byte value, in the order of the values. */
export const byteAlphabet = (): string[] => {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let extra = 0;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : 256 + extra++));
};

const LETTERS = byteAlphabet();
const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]));
const encoder = new TextEncoder();

/** The bytes of a text as characters. */
export const byteChars = (text: string): string => {
  if (text.length === 1 && text < '\u0080') return LETTERS[text.charCodeAt(0)]!;
  let chars = '';
  for (const byte of encoder.encode(text)) chars += LETTERS[byte]!;
  return chars;
};

/** The bytes that a token stands for; undefined where a character of it stands for no byte. */
export const bytesOfChars = (token: string): number[] | undefined => {
  const bytes = Array.from(token, (char) => BYTES.get(char));
  return bytes.every((byte) => byte !== undefined) ? bytes : undefined;
};
