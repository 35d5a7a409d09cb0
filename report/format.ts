// How numbers and times look in a report: the same everywhere, independent of the machine's locale and zone.
import type { MetricValue } from '#core/evaluation.ts';
import type { GateVerdict } from '#core/gate.ts';

export const decimal = (value: number, digits = 3): string => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
};

export const optional = (value: number | null, digits = 3): string => (value === null ? '–' : decimal(value, digits));

/** `2026-03-02 10:00 UTC`. */
export const instant = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

export const metricText = (metric: MetricValue): string =>
  'notAvailable' in metric ? `not available: ${metric.notAvailable}` : decimal(metric.value);

export const intervalText = (metric: MetricValue): string =>
  'notAvailable' in metric || metric.interval === null ? '–' : metric.interval.map((end) => decimal(end)).join(' to ');

export const verdictText = (verdict: GateVerdict): string => verdict.replace('_', ' ');

/** `art-17-1-b` → `Art. 17(1)(b)`; other codes as they are. */
export const groundText = (code: string): string =>
  /^art-\d+(-\d+)?(-[a-z])?$/.test(code) ? code.replace('art-', 'Art. ').replaceAll(/-(\w+)/g, '($1)') : code;
