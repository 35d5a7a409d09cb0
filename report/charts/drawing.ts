// A drawing as a list of shapes in one coordinate system, in pixels from the top left corner: `report/svg.ts` writes it
// as SVG, and `report/draw-pdf.ts` draws it on a page of a PDF. Both must handle every kind of shape; the compiler
// checks it.

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export interface Stroke {
  readonly color: string;
  readonly width?: number;
  /** Lengths of a dash and of the gap after it. */
  readonly dash?: readonly [on: number, off: number] | undefined;
}

/** `d` is SVG path data around `at`, or around the corner. */
export interface Path {
  readonly kind: 'path';
  readonly d: string;
  readonly at?: readonly [x: number, y: number];
  readonly fill?: string;
  readonly stroke?: Stroke;
  /** From 0 to 1. */
  readonly opacity?: number;
}

export interface Box {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill?: string;
  readonly stroke?: Stroke;
}

/** `at` lies on the baseline. `turned`: rotated, to be read from below. */
export interface Text {
  readonly kind: 'text';
  readonly at: readonly [x: number, y: number];
  readonly text: string;
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly color?: string;
  readonly bold?: boolean;
  readonly turned?: boolean;
}

export type Shape = Path | Box | Text;

/**
 * Approximate width of a text in Helvetica: good enough to leave room for it, too coarse to place words side by side.
 */
export const widthOf = (text: string, size: number): number => text.length * size * 0.53;
