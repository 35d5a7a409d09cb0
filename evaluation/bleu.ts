// BLEU (Papineni et al. 2002) of one text against one reference, as sacrebleu's corpus_bleu has it by default: its 13a
// tokens, up to four in a row, exponential smoothing, brevity penalty.
// Traps: a candidate of fewer than four tokens scores 0, however well it fits, because no order is left out; and a mean
// over texts, as SOUL and FLAT print it, is not the BLEU of a corpus.
const ORDERS = 4;

/** 0 to 100. */
export const bleu = (reference: string, candidate: string): number => {
  const [wanted, said] = [tokens13a(reference), tokens13a(candidate)];
  const matched = Array.from({ length: ORDERS }, (_, i) => overlap(grams(wanted, i + 1), grams(said, i + 1)));
  if (matched.every((count) => count === 0) || said.length < ORDERS) return 0;
  let smooth = 1;
  const logs = matched.map((count, i) => {
    const total = said.length - i;
    return Math.log(count > 0 ? count / total : 1 / ((smooth *= 2) * total));
  });
  const brevity = Math.min(0, 1 - wanted.length / said.length);
  return 100 * Math.exp(brevity + logs.reduce((a, b) => a + b, 0) / ORDERS);
};

const grams = (tokens: readonly string[], order: number): Map<string, number> => {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= tokens.length; i++) {
    const gram = tokens.slice(i, i + order).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
};

const overlap = (wanted: ReadonlyMap<string, number>, said: ReadonlyMap<string, number>): number =>
  [...said].reduce((sum, [gram, count]) => sum + Math.min(count, wanted.get(gram) ?? 0), 0);

/** The tokens of mteval-v13a: signs apart, full stops and commas apart save within numbers. */
export const tokens13a = (text: string): string[] =>
  ` ${unescaped(text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' '))} `
    .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/u)
    .filter((token) => token !== '');

const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
