// What a bundle may cost before anything in it is believed: its size, how many files, events and JSON values it has,
// and how deep they nest. Counted on the bytes, without building a value: a few megabytes of brackets would fill
// gigabytes.
// Trap: an envelope's payload is JSON in JSON, and counts as well.
import type { BundleFiles } from '../bundle.ts';

export const MOST = { files: 2_000, events: 500, bytes: 24 * 2 ** 20, values: 200_000, depth: 64 } as const;

/** Steps of all exact tests of one verification (core/work.ts): about a second. */
export const MOST_STEPS = 3e7;

/** What is beyond its bound, in words; undefined where nothing is. */
export const outOfBounds = (files: BundleFiles): string | undefined => {
  const names = [...files.keys()];
  if (names.length > MOST.files) return `more than ${MOST.files} files`;
  if (names.filter((name) => /^log\/.*\.json$/.test(name)).length > MOST.events)
    return `more than ${MOST.events} events`;
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (bytes > MOST.bytes) return `more than ${MOST.bytes} bytes`;
  let values = 0;
  for (const [name, content] of files) {
    if (!name.endsWith('.json')) continue;
    const found = [content, ...(name.endsWith('.dsse.json') ? payloads(content) : [])].map(counted);
    if (found.some(({ depth }) => depth > MOST.depth)) return `${name} is nested more than ${MOST.depth} deep`;
    values += found.reduce((sum, one) => sum + one.values, 0);
    if (values > MOST.values) return `more than ${MOST.values} values in its JSON, with ${name}`;
  }
  return undefined;
};

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN, CLOSE] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** Commas, colons and brackets outside strings: no fewer than the values that a parser would make. */
const counted = (json: Uint8Array): { values: number; depth: number } => {
  let [values, depth, deepest, inString] = [0, 0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA || byte === COLON) values++;
    else if (OPEN.has(byte)) {
      values++;
      deepest = Math.max(deepest, ++depth);
    } else if (CLOSE.has(byte)) depth--;
  }
  return { values, depth: deepest };
};

/** Of an envelope, found without parsing it: every long run of base64 is taken for one. */
const payloads = (envelope: Uint8Array): Uint8Array[] => {
  const text = Buffer.from(envelope).toString('latin1');
  return [...text.matchAll(/"((?:[A-Za-z0-9+/]|\\\/){16,}={0,2})"/g)].map(([, base64 = '']) =>
    Buffer.from(base64.replaceAll('\\', ''), 'base64'),
  );
};
