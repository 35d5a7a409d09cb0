// JSON in which no object gives a key twice (I-JSON, RFC 7493 §2.3, which JCS demands too). JSON.parse keeps the last of the two, other readers the first: a
// file that says two things at once is refused. Trap: keys may be written with escapes, so they are compared decoded.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gsu;

/** The first key that occurs twice in the same object, at any depth; undefined where there is none. The text must have passed JSON.parse. */
export const duplicateKey = (json: string): string | undefined => {
  const open: (Set<string> | undefined)[] = [];
  let text: string | undefined;
  for (const [token] of json.matchAll(TOKEN)) {
    if (token.startsWith('"')) text = token;
    else if (token === ':') {
      const key = JSON.parse(text ?? '""') as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    } else if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined);
    else open.pop();
  }
  return undefined;
};

/** As JSON.parse. SyntaxError, which quotes nothing, where a key is given twice. */
export const parseOnce = (json: string): unknown => {
  const value: unknown = JSON.parse(json);
  if (duplicateKey(json) !== undefined) throw new SyntaxError('a key is given twice in one object');
  return value;
};
