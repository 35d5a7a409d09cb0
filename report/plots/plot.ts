// What the report's plots share. Trap: a plot only shows numbers of the report and computes none.
import type { Axis } from '../charts/axes.ts';
import type { Chart, Layer } from '../charts/chart.ts';
import { BLUE, ORANGE } from '../charts/colors.ts';

export interface Plot {
  readonly id: string;
  readonly title: string;
  /** What the plot shows, for readers who cannot see it. */
  readonly alt: string;
  readonly chart: Chart;
  /** The plot's numbers as a table. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const WIDTH = 560;

export const share = (title: string): Axis => ({ title, domain: [0, 1] });
export const updatesUpTo = (last: number): Axis => ({ title: 'update', domain: [0, last], whole: true });

/** Two series or groups that are compared, told apart by colour and dash. */
export const PAIR = [
  { color: ORANGE, width: 2 },
  { color: BLUE, width: 2, dash: [5, 3] },
] as const;

export const labelAt = (x: number, y: number, text: string, shift: readonly [number, number]): Layer => ({
  kind: 'label',
  at: [x, y],
  text,
  shift,
});
