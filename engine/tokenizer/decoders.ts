// Decoders of tokenizer.json: each transforms the list of tokens, whose concatenation is the text. Traps: without a
// decoder tokens are joined by blanks; bytes that are no UTF-8 become U+FFFD, one for each broken sequence or, from
// `<0x..>` tokens, one for each byte.
import { bytesOfChars } from './byte-alphabet.ts';
import { Decoder, flattened, readPart, type Metaspace } from './json.ts';
import { finderOf } from './patterns.ts';
import { metaspaceScheme } from './pre-tokenizers.ts';

type Step = (tokens: readonly string[]) => string[];

/** The text of a list of tokens. */
export const decoderOf = (json: unknown): ((tokens: readonly string[]) => string) => {
  const steps = flattened(json, 'decoders').map((part) => step(readPart('decoder', Decoder, part)));
  if (steps.length === 0) return (tokens) => tokens.join(' ');
  return (tokens) => steps.reduce<readonly string[]>((all, decode) => decode(all), tokens).join('');
};

const step = (part: Decoder): Step => {
  switch (part.type) {
    case 'ByteLevel':
      return byteLevel;
    case 'Metaspace':
      return metaspace(part);
    case 'ByteFallback':
      return byteFallback;
    case 'Fuse':
      return (tokens) => [tokens.join('')];
    case 'Replace': {
      const find = finderOf(part.pattern);
      return (tokens) => tokens.map((token) => replaced(token, find(token), part.content));
    }
    case 'Strip':
      return (tokens) => tokens.map((token) => stripped(token, part.content, part.start, part.stop));
    case 'WordPiece':
      return wordPiece(part.prefix, part.cleanup);
    case 'BPEDecoder':
      return (tokens) => tokens.map((token, i) => token.replaceAll(part.suffix, i === tokens.length - 1 ? '' : ' '));
  }
};

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

const byteLevel: Step = (tokens) => {
  const bytes = tokens.flatMap((token) => bytesOfChars(token) ?? [...Buffer.from(token, 'utf8')]);
  return [utf8.decode(Uint8Array.from(bytes))];
};

const metaspace = (part: Metaspace): Step => {
  const dropsFirst = metaspaceScheme(part) !== 'never';
  return (tokens) => tokens.map((token, i) => token.replaceAll(part.replacement, i === 0 && dropsFirst ? '' : ' '));
};

const BYTE = /^<0x([0-9A-Fa-f]{2})>$/;

/** Neighbouring byte tokens become one text, or one U+FFFD for each byte. */
const byteFallback: Step = (tokens) => {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) result.push(...textOfBytes(bytes));
    bytes = [];
  };
  for (const token of tokens) {
    const [, byte] = BYTE.exec(token) ?? [];
    if (byte === undefined) {
      flush();
      result.push(token);
    } else bytes.push(Number.parseInt(byte, 16));
  }
  flush();
  return result;
};

const textOfBytes = (bytes: readonly number[]): string[] => {
  try {
    return [strictUtf8.decode(Uint8Array.from(bytes))];
  } catch {
    return bytes.map(() => '\ufffd'); // a broken sequence: the bytes have no text
  }
};

const replaced = (token: string, found: readonly (readonly [number, number])[], content: string): string => {
  let at = 0;
  let text = '';
  for (const [start, end] of found) {
    text += token.slice(at, start) + content;
    at = end;
  }
  return text + token.slice(at);
};

const stripped = (token: string, content: string, start: number, stop: number): string => {
  let [from, to] = [0, token.length];
  while (from < Math.min(start, to) && token[from] === content) from += 1;
  while (token.length - to < stop && to > from && token[to - 1] === content) to -= 1;
  return token.slice(from, to);
};

/** What the clean-up takes blanks from, in the order of the Rust library. */
const CLEAN_UP: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

const wordPiece =
  (prefix: string, cleanUp: boolean): Step =>
  (tokens) =>
    tokens.map((token, i) => {
      const continued = token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      const text = i === 0 ? token : continued;
      return cleanUp ? CLEAN_UP.reduce((all, [from, to]) => all.replaceAll(from, to), text) : text;
    });
