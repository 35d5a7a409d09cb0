// A drawing as SVG text: one image with alternative text, whose inner elements have no roles of their own.
import type { Drawing, Path, Shape, Stroke, Text } from './charts/drawing.ts';
import { escapeText } from './markup.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

export const svgOf = ({ width, height, shapes }: Drawing, alt: string): string => {
  const image = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'aria-label': alt,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    'font-family': 'Helvetica, Arial, sans-serif',
  };
  return element('svg', image, element('rect', { width, height, fill: 'white' }) + shapes.map(shapeOf).join(''));
};

/** `content` is markup. */
const element = (tag: string, attributes: Attributes, content = ''): string => {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}="${typeof value === 'number' ? round(value) : escapeText(value)}"`],
  );
  const opening = `<${tag}${written.join('')}`;
  return content === '' ? `${opening}/>` : `${opening}>${content}</${tag}>`;
};

const round = (value: number): number => Number(value.toFixed(2));

const shapeOf = (shape: Shape): string => {
  switch (shape.kind) {
    case 'path':
      return pathOf(shape);
    case 'box': {
      const { x, y, width, height } = shape;
      return element('rect', { x, y, width, height, ...paint(shape) });
    }
    case 'text':
      return textOf(shape);
  }
};

const pathOf = ({ d, at, opacity, ...rest }: Path): string =>
  element('path', { d, ...paint(rest), opacity, transform: at && `translate(${at.map(round).join()})` });

const textOf = ({ at, text, size, anchor, color, bold, turned }: Text): string => {
  const [x, y] = at.map(round);
  const attributes = {
    x,
    y,
    'font-size': size,
    'font-weight': bold ? 'bold' : undefined,
    'text-anchor': anchor,
    fill: color,
    transform: turned ? `rotate(-90 ${x} ${y})` : undefined,
  };
  return element('text', attributes, escapeText(text));
};

const paint = ({ fill = 'none', stroke }: { readonly fill?: string; readonly stroke?: Stroke }): Attributes => ({
  fill,
  stroke: stroke?.color,
  'stroke-width': stroke?.width,
  'stroke-dasharray': stroke?.dash?.join(),
});
