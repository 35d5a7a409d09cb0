// What a report says, apart from how it looks: sections of headings, paragraphs, lists, terms, tables and plots. The
// page (report/html.ts), the PDF (report/pdf.ts) and the portal's pages render the same blocks, so that all say the
// same.
import type { GateVerdict } from '#core/gate.ts';
import { instant } from '../format.ts';
import { VERDICT_LABELS } from '../labels.ts';
import type { Plot } from '../plots/plot.ts';

/** A piece of a line. null: nothing to say, shown as a dash. */
export type Piece = string | number | null | { readonly verdict: GateVerdict } | { readonly code: string } | Moment;
interface Moment {
  /** ISO 8601. */
  readonly time: string;
}
export type Line = Piece | readonly Piece[];

export interface Column {
  readonly title: string;
  /** Share of the page's width, relative to the other columns. */
  readonly share: number;
  /** Right-aligned, as numbers are. */
  readonly number?: boolean;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Line[])[];
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly line: Line }
  /** The one sentence that a reader must not miss. */
  | { readonly kind: 'notice'; readonly line: Line }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  | { readonly kind: 'terms'; readonly items: readonly (readonly [term: string, line: Line])[] }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'figure'; readonly plot: Plot };

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Document {
  readonly title: string;
  readonly lead: Line;
  readonly sections: readonly Section[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const paragraph = (...line: Piece[]): Block => ({ kind: 'paragraph', line });
export const list = (items: readonly Line[]): Block => ({ kind: 'list', items });
/** Nothing where there is nothing to draw. */
export const figureOf = (plot: Plot | undefined): Block[] => (plot ? [{ kind: 'figure', plot }] : []);
export const tableOf = (table: Table): Block => ({ kind: 'table', table });

export const words = (title: string, share: number): Column => ({ title, share });
export const numbers = (title: string, share: number): Column => ({ title, share, number: true });

export const DASH = '–';
export const piecesOf = (line: Line): readonly Piece[] =>
  Array.isArray(line) ? (line as readonly Piece[]) : [line as Piece];

/** The line as plain text. */
export const plain = (line: Line): string => piecesOf(line).map(plainPiece).join('');

const plainPiece = (piece: Piece): string => {
  if (piece === null) return DASH;
  if (typeof piece !== 'object') return String(piece);
  if ('verdict' in piece) return VERDICT_LABELS[piece.verdict];
  return 'code' in piece ? piece.code : instant(piece.time);
};
