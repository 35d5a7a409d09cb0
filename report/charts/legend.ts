// The legend above a chart: the named layers with their line and mark, in as many rows as their names need.
import { symbol, symbolCircle, symbolCross, symbolDiamond, symbolSquare, symbolStar, symbolTriangle } from 'd3-shape';
import { widthOf, type Shape, type Stroke } from './drawing.ts';

export const SYMBOLS = {
  circle: symbolCircle,
  cross: symbolCross,
  square: symbolSquare,
  triangle: symbolTriangle,
  diamond: symbolDiamond,
  star: symbolStar,
} as const;
export type SymbolName = keyof typeof SYMBOLS;

export interface Mark {
  readonly symbol: SymbolName;
  readonly color: string;
  /** In square pixels. */
  readonly area?: number;
}

export interface Key {
  readonly name: string;
  readonly stroke: Stroke | undefined;
  readonly mark: Mark | undefined;
}

export const LEGEND_ROW = 20;
const SIZE = 12;
/** From the start of a sample to its name, and from a name to the next sample. */
const [SAMPLE, APART] = [30, 22];

interface Placed {
  readonly key: Key;
  readonly x: number;
}

/** Keys by row, each with its distance from the left of the chart; layers of the same name share one key. */
export const legendRows = (keys: readonly Key[], width: number): Placed[][] => {
  const rows: Placed[][] = [];
  let x = Infinity;
  for (const key of new Map(keys.map((one) => [one.name, one])).values()) {
    const needed = SAMPLE + widthOf(key.name, SIZE);
    if (x + needed > width) x = rows.push([]) * 0;
    rows.at(-1)?.push({ key, x });
    x += needed + APART;
  }
  return rows;
};

export const legend = (rows: readonly (readonly Placed[])[], left: number): Shape[] =>
  rows.flatMap((row, i) => row.flatMap(({ key, x }) => entry(key, left + x, 10 + i * LEGEND_ROW)));

const entry = ({ name, stroke, mark }: Key, x: number, y: number): Shape[] => [
  ...(stroke ? [{ kind: 'path', d: `M${x},${y}h24`, stroke } as const] : []),
  ...(mark
    ? [
        {
          kind: 'path',
          d: symbol(SYMBOLS[mark.symbol], 60).digits(2)() ?? '',
          at: [x + 12, y],
          fill: mark.color,
        } as const,
      ]
    : []),
  { kind: 'text', at: [x + SAMPLE, y + 4], text: name, size: SIZE, anchor: 'start' },
];
