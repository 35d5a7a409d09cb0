// How numbers and times look in a report, independent of the machine's locale and time zone. Plain numbers are written
// by core/decimal.ts, which the gate's own words use too.
import { rangeText } from '#core/decimal.ts';
import type { MetricValue } from '#core/evaluation.ts';

/** `2026-03-02 10:00 UTC`. */
export const instant = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

export const intervalText = (metric: MetricValue): string =>
  'notAvailable' in metric || metric.interval === null ? '–' : rangeText(metric.interval);
