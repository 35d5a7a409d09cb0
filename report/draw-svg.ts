// Draws Vega's SVG into a PDF as vectors: groups with translation, paths, lines, rectangles and text, which is all that Vega's charts are made of here.
// Trap: it is a reader of our own plots, not of SVG; an element that it does not know is an error, so that no part of a plot is silently missing.
import { QuittanceError } from '#core/errors.ts';

/** The parts of a pdfkit document that drawing needs. */
export type Canvas = Pick<
  PDFKit.PDFDocument,
  | 'save'
  | 'restore'
  | 'translate'
  | 'scale'
  | 'path'
  | 'moveTo'
  | 'lineTo'
  | 'rect'
  | 'fill'
  | 'stroke'
  | 'fillAndStroke'
  | 'lineWidth'
  | 'dash'
  | 'undash'
  | 'fillOpacity'
  | 'strokeOpacity'
  | 'font'
  | 'fontSize'
  | 'fillColor'
  | 'text'
  | 'widthOfString'
  | 'rotate'
>;

type Attributes = Readonly<Record<string, string>>;

/** Width and height of the drawing in its own units. */
export const sizeOf = (svg: string): { width: number; height: number } => {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
};

/** Draws at the canvas's origin, in the drawing's own units. */
export const drawOn = (canvas: Canvas, svg: string): void => {
  let pending: Attributes | undefined; // the text element whose content comes next
  for (const [, closing, tag = '', rest = '', text = ''] of svg.matchAll(TOKEN)) {
    const attributes = attributesOf(rest);
    if (text !== '' && pending) write(canvas, unescapeText(text), pending);
    pending = undefined;
    if (closing) {
      if (tag === 'g') canvas.restore();
    } else if (tag === 'g') open(canvas, attributes);
    else if (tag === 'text') pending = attributes;
    else if (tag !== '' && tag !== 'svg') shape(canvas, tag, attributes);
  }
};

const TOKEN = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"]*")*)\s*\/?>|([^<]+)/g;

const attributesOf = (text: string): Attributes =>
  Object.fromEntries([...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));

const open = (canvas: Canvas, attributes: Attributes) => {
  canvas.save();
  place(canvas, attributes);
};

const place = (canvas: Canvas, { transform = '' }: Attributes) => {
  const [, x, y] = /translate\(([-\d.e]+),\s*([-\d.e]+)\)/.exec(transform) ?? [];
  if (x !== undefined) canvas.translate(Number(x), Number(y));
  const angle = /rotate\(([-\d.e]+)\)/.exec(transform)?.[1];
  if (angle !== undefined) canvas.rotate(Number(angle));
};

const shape = (canvas: Canvas, tag: string, attributes: Attributes) => {
  const { fill = 'none', stroke = 'none', display } = attributes;
  if (display === 'none' || (fill === 'none' && stroke === 'none')) return;
  open(canvas, attributes);
  trace(canvas, tag, attributes);
  style(canvas, attributes);
  if (fill !== 'none' && stroke !== 'none') canvas.fillAndStroke(fill, stroke);
  else if (fill !== 'none') canvas.fill(fill);
  else canvas.stroke(stroke);
  canvas.restore();
};

const trace = (canvas: Canvas, tag: string, a: Attributes) => {
  const at = (name: string) => Number(a[name] ?? 0);
  if (tag === 'path') canvas.path(a['d'] ?? '');
  else if (tag === 'line') canvas.moveTo(at('x1'), at('y1')).lineTo(at('x2'), at('y2'));
  else if (tag === 'rect') canvas.rect(at('x'), at('y'), at('width'), at('height'));
  else throw new QuittanceError('INTERNAL', { message: `a plot has an element that the PDF cannot draw: ${tag}` });
};

const style = (canvas: Canvas, a: Attributes) => {
  const opacity = Number(a['opacity'] ?? 1);
  canvas
    .fillOpacity(opacity * Number(a['fill-opacity'] ?? 1))
    .strokeOpacity(opacity * Number(a['stroke-opacity'] ?? 1));
  canvas.lineWidth(Number(a['stroke-width'] ?? 1));
  const [on, off] = (a['stroke-dasharray'] ?? '').split(',').map(Number);
  if (on !== undefined && off !== undefined && off > 0) canvas.dash(on, { space: off });
};

/** SVG places the baseline, pdfkit the top of the line. */
const write = (canvas: Canvas, text: string, attributes: Attributes) => {
  open(canvas, attributes);
  canvas.font(attributes['font-weight'] === 'bold' ? 'Helvetica-Bold' : 'Helvetica');
  canvas.fontSize(Number.parseFloat(attributes['font-size'] ?? '11'));
  const shown = latin(text);
  const width = canvas.widthOfString(shown);
  const shift = { start: 0, middle: width / 2, end: width }[attributes['text-anchor'] ?? 'start'] ?? 0;
  canvas.fillOpacity(1).fillColor(attributes['fill'] ?? 'black');
  canvas.text(shown, -shift, 0, { lineBreak: false, baseline: 'alphabetic' });
  canvas.restore();
};

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescapeText = (text: string): string =>
  text.replaceAll(/&(#?\w+);/g, (whole, name: string) => NAMED[name] ?? whole);

/** In the letters of the standard fonts (Windows-1252): mathematical signs in words, what has no letter as a question mark. */
export const latin = (text: string): string =>
  text
    .replaceAll(/≥\s*/g, 'at least ')
    .replaceAll(/≤\s*/g, 'at most ')
    .replaceAll('−', '-')
    .replaceAll(/[^\x20-\x7e\xa0-\xff–—‘’“”•…€\n]/gu, '?');
