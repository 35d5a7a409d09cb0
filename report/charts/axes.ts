// Two linear axes: their scales, the frame, the grid, ticks with labels, titles.
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { Shape, Text } from './drawing.ts';

export interface Axis {
  readonly title: string;
  /** From left to right, from the bottom to the top. */
  readonly domain: readonly [number, number];
  /** Widened to round numbers. */
  readonly nice?: boolean;
  /** Ticks at whole numbers alone. */
  readonly whole?: boolean;
  /** Ticks at given places, with texts instead of numbers. */
  readonly ticks?: readonly (readonly [at: number, text: string])[];
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly frame: Frame & { readonly bottom: number };
  readonly axes: { readonly x: Axis; readonly y: Axis };
}

export const scalesOf = (x: Axis, y: Axis, frame: Frame): Scales => {
  const { left, top, width, height } = frame;
  const bottom = top + height;
  return {
    x: scaleOf(x, [left, left + width], width / 70),
    y: scaleOf(y, [bottom, top], height / 40),
    frame: { ...frame, bottom },
    axes: { x, y },
  };
};

const scaleOf = ({ domain, nice }: Axis, range: [number, number], count: number) => {
  const scale = scaleLinear(domain, range);
  return nice ? scale.nice(count) : scale;
};

const GRID = { color: '#e6e6e6' } as const;
const FRAME = { color: '#999999' } as const;
const [LABEL, TITLE] = [11, 12];

export const axes = (scales: Scales): Shape[] => {
  const { left, top, width, height } = scales.frame;
  return [...across(scales), ...up(scales), { kind: 'box', x: left, y: top, width, height, stroke: FRAME }];
};

const across = ({ x, frame: { left, top, width, bottom }, axes: { x: axis } }: Scales): Shape[] => [
  ...ticksOf(axis, x, width / 70).flatMap(([at, text]): Shape[] => [
    { kind: 'path', d: `M${x(at).toFixed(2)},${top}V${bottom}`, stroke: GRID },
    label(text, [x(at), bottom + 15], 'middle'),
  ]),
  { ...label(axis.title, [left + width / 2, bottom + 34], 'middle'), size: TITLE },
];

const up = ({ y, frame: { left, top, width, height }, axes: { y: axis } }: Scales): Shape[] => [
  ...ticksOf(axis, y, height / 40).flatMap(([at, text]): Shape[] => [
    { kind: 'path', d: `M${left},${y(at).toFixed(2)}H${left + width}`, stroke: GRID },
    label(text, [left - 10, y(at) + 4], 'end'),
  ]),
  ...(axis.title === '' ? [] : [{ ...label(axis.title, [12, top + height / 2], 'middle'), size: TITLE, turned: true }]),
];

const label = (text: string, at: Text['at'], anchor: Text['anchor']): Text => ({
  kind: 'text',
  at,
  text,
  size: LABEL,
  anchor,
});

const ticksOf = (axis: Axis, scale: ScaleLinear<number, number>, count: number): NonNullable<Axis['ticks']> => {
  if (axis.ticks) return axis.ticks;
  const text = axis.whole ? scale.tickFormat(count, 'd') : scale.tickFormat(count);
  const places = scale.ticks(count).filter((at) => !axis.whole || Number.isInteger(at));
  return places.map((at) => [at, text(at)]);
};
