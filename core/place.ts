// Where the controller sits: whose public holidays count, and in which time zone days begin and schedules run.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';

/** Those that were asked about: making a formatter takes milliseconds, and few names occur. */
const known = new Set<string>();

const isTimeZone = (name: string): boolean => {
  if (known.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    known.add(name);
    return true;
  } catch {
    return false;
  }
};

export const Region = z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'a country or its part, such as DE or DE-BE');
export const TimeZone = z.string().refine(isTimeZone, 'no such time zone');

export const Place = z.strictObject({
  /** ISO 3166 country, with a subdivision after a dash where holidays differ: `DE-BE`, `GB-SCT`. */
  region: Region,
  /** IANA name. */
  timeZone: TimeZone,
});
export type Place = Readonly<z.infer<typeof Place>>;

/** Brussels, whose holidays are those of the Union's institutions. A controller sets its own place. */
export const DEFAULT_PLACE: Place = { region: 'BE', timeZone: 'Europe/Brussels' };

export const EntityName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'the name of an entity, such as acme-berlin');
/** A controller's entities that sit elsewhere than the installation, by name. */
export const Entities = z.record(EntityName, Place);

export interface Places {
  /** Of the installation. */
  readonly home: Place;
  readonly entities: Readonly<Record<string, Place>>;
}

/** What a request says of where its days are counted. */
export interface Located {
  readonly place?: Place | undefined;
  readonly entity?: string | undefined;
}

/**
 * Where a request's days are counted: at its own place, at its entity's, at the installation's where that lies in the
 * law's territory, and otherwise where the law is at home. INVALID_INPUT for an entity that the installation has not.
 */
export const placeOf = (
  { home, entities }: Places,
  { place, entity }: Located,
  law: { readonly territory: readonly string[]; readonly place: Place },
): Place => {
  if (place) return place;
  if (entity !== undefined) return entityOf(entities, entity);
  return law.territory.includes(home.region.slice(0, 2)) ? home : law.place;
};

const entityOf = (entities: Places['entities'], name: string): Place => {
  const found = Object.hasOwn(entities, name) ? entities[name] : undefined;
  if (found) return found;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the request names an entity that this installation does not have',
    expected: Object.keys(entities).join(', ') || 'no entity: none is set',
    hint: 'name it under entities in the settings (docs/operations.md, Settings), or give the request a place of its own',
  });
};
