// How a command frames records for a model, and cuts those that it cannot read at once; printed on stderr.
import { plural } from '#core/plural.ts';
import type { Piece } from '#datasets/pieces.ts';
import { describeFraming, framingOf, type Framing } from '#datasets/rendering.ts';
import { inWindows } from '#datasets/windows.ts';
import type { Suite } from '#datasets/suite-shape.ts';

export const framingFor = async (dir: string, suite: Suite | undefined): Promise<Framing> => {
  const framing = await framingOf(dir, suite);
  process.stderr.write(`${describeFraming(framing)}\n`);
  return framing;
};

/** Rows as the model can read them; a row that was cut counts as its windows. */
export const windowsOf = (
  texts: Parameters<typeof inWindows>[0],
  rows: readonly Piece[],
  what: 'forget' | 'retain',
  beside: readonly string[] = [],
): Piece[] => {
  const cut = inWindows(texts, rows, beside);
  if (cut.length > rows.length)
    process.stderr.write(
      `rows of --${what} are longer than the ${texts.config.maxPositions} tokens that the model reads: ${plural(rows.length, 'row')} in ${plural(cut.length, 'window')}, each counted as a record\n`,
    );
  return cut;
};
