// A time as a form gives it, day and clock without a zone, at a place. Trap: in the hour that a clock change repeats,
// two instants have this local time; the earlier one is meant, so that no deadline gets longer by it. An hour that is
// skipped does not exist, and is read as the clock stood before.
import { perZone } from './zone-format.ts';

/** ISO 8601 instant of `2026-03-29T14:05` in a time zone; undefined where it is no such time. */
export const instantIn = (timeZone: string, local: string): string | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return undefined;
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const offsets = [asUtc - DAY_MS, asUtc + DAY_MS].map((at) => offsetAt(timeZone, at));
  const found = offsets.map((offset) => asUtc - offset).filter((at) => at + offsetAt(timeZone, at) === asUtc);
  return new Date(found.length > 0 ? Math.min(...found) : asUtc - offsets[0]!).toISOString();
};

/** `2026-03-29T14:05` at a place, as an input of a form takes it. */
export const localTime = (timeZone: string, instant: string): string =>
  new Date(Date.parse(instant) + offsetAt(timeZone, Date.parse(instant))).toISOString().slice(0, 16);

const DAY_MS = 86_400_000;
const partsAt = perZone('en-GB', { dateStyle: 'short', timeStyle: 'medium' });

/** How far the place's clock is ahead of UTC, in milliseconds. */
const offsetAt = (timeZone: string, at: number): number => {
  const parts = partsAt(timeZone)
    .formatToParts(at)
    .map(({ type, value }) => [type, value] as const);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts);
  const shown = Date.parse(`${year!}-${month!}-${day!}T${hour!}:${minute!}:${second!}Z`);
  return shown - Math.floor(at / 1000) * 1000;
};
