// Names that a model may take for somebody's: the same first or last name, or one that begins with the same letter, put
// together of the parts of names that nobody has. Whoever stays with such a name is whom unlearning harms first.

/** `count` names, no two of the same kind in a row; another `from` gives others. `names` have a first and a last. */
export const namesLike = (
  name: string,
  names: readonly string[],
  { from, count }: { from: number; count: number },
): string[] => {
  const own = partsOf(name);
  const all = names.map(partsOf);
  const firsts = all.map(({ first }) => first).filter((first) => first !== own.first);
  const lasts = all.map(({ last }) => last).filter((last) => last !== own.last);
  if (firsts.length === 0 || lasts.length === 0) return [];
  const alike = { firsts: beginningAs(own.first, firsts), lasts: beginningAs(own.last, lasts) };
  return Array.from({ length: count }, (_, k) => {
    const i = from + k;
    const [first, last] = [firsts[i % firsts.length]!, lasts[(i * 7 + 3) % lasts.length]!];
    const [firstAlike, lastAlike] = [at(alike.firsts, i) ?? first, at(alike.lasts, i) ?? last];
    const kinds = [
      [own.first, last],
      [first, own.last],
      [first, lastAlike],
      [firstAlike, last],
    ] as const;
    return kinds[k % kinds.length]!.join(' ');
  });
};

const partsOf = (name: string) => {
  const words = name.trim().split(/\s+/u);
  return { first: words[0]!, last: words.at(-1)! };
};

const beginningAs = (name: string, names: readonly string[]): string[] =>
  names.filter((other) => other.charAt(0) === name.charAt(0));

const at = <T>(values: readonly T[], i: number): T | undefined => values[i % Math.max(1, values.length)];
