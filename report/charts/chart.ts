// A chart in two dimensions as a drawing: axes with grid, layers in the order in which they are painted, a legend of
// the layers that have a name. Scales, ticks, paths and symbols are d3-scale's and d3-shape's; the same chart gives the
// same shapes on every machine.
// Traps: nothing is clipped, so the axes' domains must cover all layers; a missing number is NaN, and its point is left
// out.
import { area, curveLinear, curveStepAfter, line, symbol } from 'd3-shape';
import { axes, scalesOf, type Axis, type Scales } from './axes.ts';
import { widthOf, type Drawing, type Shape, type Stroke } from './drawing.ts';
import { legend, LEGEND_ROW, legendRows, SYMBOLS, type Key, type Mark } from './legend.ts';

export type Point = readonly [x: number, y: number];

/** A line through points in their order; `step`: the value holds until the next point. */
interface Line {
  readonly kind: 'line';
  readonly name?: string;
  readonly points: readonly Point[];
  readonly stroke: Stroke;
  readonly step?: boolean;
  /** A mark at each point, too. */
  readonly mark?: Mark;
}

interface Marks {
  readonly kind: 'marks';
  readonly name?: string;
  readonly points: readonly Point[];
  readonly mark: Mark;
}

/** Between two values at each x. */
interface Band {
  readonly kind: 'band';
  readonly points: readonly (readonly [x: number, least: number, most: number])[];
  readonly fill: string;
  readonly step?: boolean;
}

interface Region {
  readonly kind: 'region';
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly fill: string;
}

/**
 * `shift` is in pixels, to the right and down; a label that would leave the chart stands on the other side of its
 * place.
 */
interface Label {
  readonly kind: 'label';
  readonly at: Point;
  readonly text: string;
  readonly shift: readonly [right: number, down: number];
  readonly size?: number;
  readonly bold?: boolean;
}

export type Layer = Line | Marks | Band | Region | Label;

export interface Chart {
  /** Of the plotting area; axes and legend come on top. */
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly layers: readonly Layer[];
}

const GAP = 12;
const known = (numbers: readonly number[]): boolean => numbers.every(Number.isFinite);

export const draw = ({ width, height, x, y, layers }: Chart): Drawing => {
  const keys = layers.flatMap(keyOf);
  const rows = legendRows(keys, width);
  const top = GAP + rows.length * LEGEND_ROW;
  const scales = scalesOf(x, y, { left: marginOf(y), top, width, height });
  const { left, bottom } = scales.frame;
  return {
    width: left + width + GAP,
    height: bottom + 42,
    shapes: [...legend(rows, left), ...axes(scales), ...layers.flatMap((layer) => shapesOf(layer, scales))],
  };
};

/** Room for the tick labels and the rotated title beside them. */
const marginOf = (y: Axis): number => {
  const longest = Math.max(...(y.ticks?.map(([, text]) => widthOf(text, 11)) ?? [26]));
  return Math.ceil(longest) + (y.title === '' ? 18 : 34);
};

const keyOf = (layer: Layer): Key[] => {
  if (!('name' in layer)) return [];
  const { name, mark } = layer;
  return [{ name, mark, stroke: layer.kind === 'line' ? layer.stroke : undefined }];
};

const shapesOf = (layer: Layer, scales: Scales): Shape[] => {
  switch (layer.kind) {
    case 'line':
      return [lineShape(layer, scales), ...(layer.mark ? marksAt(layer.points, layer.mark, scales) : [])];
    case 'marks':
      return marksAt(layer.points, layer.mark, scales);
    case 'band':
      return [bandShape(layer, scales)];
    case 'region':
      return [regionShape(layer, scales)];
    case 'label':
      return known(layer.at) ? [labelShape(layer, scales)] : [];
  }
};

const lineShape = ({ points, stroke, step }: Line, { x, y }: Scales): Shape => {
  const path = line<Point>()
    .x((point) => x(point[0]))
    .y((point) => y(point[1]))
    .defined(known)
    .curve(step ? curveStepAfter : curveLinear)
    .digits(2);
  return { kind: 'path', d: path(points) ?? '', stroke };
};

const bandShape = ({ points, fill, step }: Band, { x, y }: Scales): Shape => {
  const path = area<Band['points'][number]>()
    .x((point) => x(point[0]))
    .y0((point) => y(point[1]))
    .y1((point) => y(point[2]))
    .defined(known)
    .curve(step ? curveStepAfter : curveLinear)
    .digits(2);
  return { kind: 'path', d: path(points) ?? '', fill, opacity: 0.12 };
};

const regionShape = ({ x: [from, to], y: [low, high], fill }: Region, { x, y }: Scales): Shape => ({
  kind: 'box',
  x: x(from),
  y: y(high),
  width: x(to) - x(from),
  height: y(low) - y(high),
  fill,
});

const marksAt = (points: readonly Point[], { symbol: name, color, area: size = 60 }: Mark, { x, y }: Scales): Shape[] =>
  points.filter(known).map(([across, up]) => ({
    kind: 'path',
    d: symbol(SYMBOLS[name], size).digits(2)() ?? '',
    at: [x(across), y(up)],
    fill: color,
  }));

const labelShape = ({ at, text, shift: [right, down], size = 11, bold = false }: Label, scales: Scales): Shape => {
  const [place, { left, width }] = [scales.x(at[0]), scales.frame];
  const fits = place + right + widthOf(text, size) <= left + width;
  return {
    kind: 'text',
    at: [fits ? place + right : place - right, scales.y(at[1]) + down],
    text,
    size,
    anchor: fits ? 'start' : 'end',
    bold,
  };
};
