// Refuses JSON in which an object gives a key twice (I-JSON, RFC 7493 §2.3, which JCS demands too). JSON.parse keeps
// the last of the two and other readers the first, so such a file would say different things to different readers.
// Traps: keys may be written with escapes, so they are compared decoded; and a string may be as long as the file, which
// overflows a regular expression's stack.

/**
 * The first key that occurs twice in the same object, at any depth; undefined where there is none. The text must have
 * passed JSON.parse.
 */
export const duplicateKey = (json: string): string | undefined => {
  const open: (Set<string> | undefined)[] = [];
  let [from, to] = [0, 0]; // the string last read
  for (let at = 0; at < json.length; at++) {
    const char = json.charAt(at);
    if (char === '"') {
      [from, to] = [at, endOfString(json, at)];
      at = to - 1;
    } else if (char === ':') {
      const key = JSON.parse(json.slice(from, to)) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    } else if (char === '{' || char === '[') open.push(char === '{' ? new Set() : undefined);
    else if (char === '}' || char === ']') open.pop();
  }
  return undefined;
};

/**
 * Index just after the quotation mark that closes the string opened at `start`: the first one preceded by an even
 * number of backslashes.
 */
const endOfString = (json: string, start: number): number => {
  for (let end = json.indexOf('"', start + 1); end > 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return json.length;
};

/** Like JSON.parse; where a key is given twice it throws a SyntaxError, whose message quotes nothing. */
export const parseOnce = (json: string): unknown => {
  const value: unknown = JSON.parse(json);
  if (duplicateKey(json) !== undefined) throw new SyntaxError('a key is given twice in one object');
  return value;
};
