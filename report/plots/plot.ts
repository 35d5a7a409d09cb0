// What plots share: colours that are told apart without colour vision (Okabe & Ito 2008) and doubled by dashes or shapes, widths, axes.
// Trap: a plot shows the report's numbers and computes none of its own.
import type { Spec } from '../svg.ts';

export interface Plot {
  readonly id: string;
  readonly title: string;
  /** What a reader who does not see the plot needs to know. */
  readonly alt: string;
  readonly spec: Spec;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const BLUE = '#0072b2';
export const ORANGE = '#d55e00';
export const AMBER = '#e69f00';
export const GREEN = '#009e73';
export const GREY = '#666666';
export const ALLOWED = '#d9e6ee';
export const WIDTH = 560;

/** A quantitative channel. */
export const axis = (field: string, title: string, more: object = {}) => ({
  field,
  type: 'quantitative',
  title,
  ...more,
});
export const share = { domain: [0, 1] };
export const updates = axis('update', 'update', { axis: { tickMinStep: 1, format: 'd' } });

/** Two series or groups: colour and dash say the same. */
export const bySeries = (field: string, domain?: readonly string[]) => {
  const channel = {
    field,
    type: 'nominal',
    title: null,
    legend: { symbolType: 'stroke', symbolSize: 300, symbolOpacity: 1 },
  };
  const scale = domain === undefined ? {} : { domain };
  return {
    color: { ...channel, scale: { ...scale, range: [ORANGE, BLUE] } },
    strokeDash: {
      ...channel,
      scale: {
        ...scale,
        range: [
          [1, 0],
          [5, 3],
        ],
      },
    },
  };
};

/** Reads the bounds that the gate printed: `≥ 0.35 and ≤ 0.65`, `p ≥ 0.05`; undefined for values that are no share. */
export const boundsOf = (threshold: string): [least: number, most: number] | undefined => {
  if (threshold.endsWith('nats')) return undefined;
  const [least, most] = [/≥ (\d+(?:\.\d+)?)/, /≤ (\d+(?:\.\d+)?)/].map((end) => end.exec(threshold)?.[1]);
  return least === undefined && most === undefined ? undefined : [Number(least ?? 0), Number(most ?? 1)];
};
