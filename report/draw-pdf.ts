// Draws on a page of a PDF, as vectors, in the fonts that the paper registered.
import type { Drawing, Path, Shape, Stroke, Text } from './charts/drawing.ts';
import { printable } from './fonts.ts';

/** The parts of a pdfkit document that drawing needs. */
export type Canvas = Pick<
  PDFKit.PDFDocument,
  | 'save'
  | 'restore'
  | 'translate'
  | 'path'
  | 'rect'
  | 'fill'
  | 'stroke'
  | 'fillAndStroke'
  | 'lineWidth'
  | 'dash'
  | 'fillOpacity'
  | 'font'
  | 'fontSize'
  | 'fillColor'
  | 'text'
  | 'widthOfString'
  | 'rotate'
>;

/** Draws at the canvas's origin, in the drawing's own units. */
export const drawOn = (canvas: Canvas, { shapes }: Drawing): void => {
  for (const shape of shapes) {
    canvas.save();
    drawShape(canvas, shape);
    canvas.restore();
  }
};

const drawShape = (canvas: Canvas, shape: Shape): void => {
  switch (shape.kind) {
    case 'path':
      return drawPath(canvas, shape);
    case 'box':
      canvas.rect(shape.x, shape.y, shape.width, shape.height);
      return paint(canvas, shape);
    case 'text':
      return write(canvas, shape);
  }
};

const drawPath = (canvas: Canvas, path: Path): void => {
  if (path.at) canvas.translate(...path.at);
  if (path.opacity !== undefined) canvas.fillOpacity(path.opacity);
  canvas.path(path.d);
  paint(canvas, path);
};

const paint = (canvas: Canvas, { fill, stroke }: { fill?: string; stroke?: Stroke }): void => {
  if (stroke) canvas.lineWidth(stroke.width ?? 1);
  if (stroke?.dash) canvas.dash(stroke.dash[0], { space: stroke.dash[1] });
  if (fill !== undefined && stroke) canvas.fillAndStroke(fill, stroke.color);
  else if (fill !== undefined) canvas.fill(fill);
  else if (stroke) canvas.stroke(stroke.color);
};

const SHIFT = { start: 0, middle: 0.5, end: 1 } as const;

const write = (canvas: Canvas, { at: [x, y], text, size, anchor, color = 'black', bold, turned }: Text): void => {
  canvas.translate(x, y);
  if (turned) canvas.rotate(-90);
  canvas
    .font(bold ? 'bold' : 'regular')
    .fontSize(size)
    .fillColor(color);
  const shown = printable(text);
  canvas.text(shown, -canvas.widthOfString(shown) * SHIFT[anchor], 0, { lineBreak: false, baseline: 'alphabetic' });
};
