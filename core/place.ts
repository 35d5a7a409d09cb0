// Where the controller sits: whose public holidays count, and in which time zone days begin and schedules run.
import { z } from 'zod';

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const Region = z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/);
export const TimeZone = z.string().refine(isTimeZone, 'no such time zone');

export interface Place {
  /** ISO 3166 country, with a subdivision after a dash where holidays differ: `DE-BE`, `GB-SCT`. */
  readonly region: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** Brussels, whose holidays are those of the Union's institutions. A controller sets its own place. */
export const DEFAULT_PLACE: Place = { region: 'BE', timeZone: 'Europe/Brussels' };
