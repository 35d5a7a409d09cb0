// The legal regimes that a ticket can be filed under, each read from its own file in core/regimes: what is counted and
// how, grounds and refusals as codes, each with its place in the law. docs/regimes.md is made from them.
// Trap: a file is this product's reading of the law, which counsel must confirm; identity levels are this product's
// policy. A new file is one import and one line of FILES.
import { z } from 'zod';
import type { Counting } from './counting.ts';
import { QuittanceError } from './errors.ts';
import type { Place } from './place.ts';
import { countingOfFile, IDENTITY_LEVELS, RegimeFile, type Codes, type IdentityLevel } from './regime-file.ts';
import gdpr from './regimes/gdpr.json' with { type: 'json' };
import ukGdpr from './regimes/uk-gdpr.json' with { type: 'json' };
import swissFadp from './regimes/swiss-fadp.json' with { type: 'json' };
import ccpa from './regimes/ccpa.json' with { type: 'json' };
import colorado from './regimes/colorado.json' with { type: 'json' };
import virginia from './regimes/virginia.json' with { type: 'json' };
import connecticut from './regimes/connecticut.json' with { type: 'json' };
import utah from './regimes/utah.json' with { type: 'json' };
import texas from './regimes/texas.json' with { type: 'json' };
import oregon from './regimes/oregon.json' with { type: 'json' };
import montana from './regimes/montana.json' with { type: 'json' };
import delaware from './regimes/delaware.json' with { type: 'json' };
import newJersey from './regimes/new-jersey.json' with { type: 'json' };
import newHampshire from './regimes/new-hampshire.json' with { type: 'json' };
import minnesota from './regimes/minnesota.json' with { type: 'json' };
import maryland from './regimes/maryland.json' with { type: 'json' };
import iowa from './regimes/iowa.json' with { type: 'json' };
import indiana from './regimes/indiana.json' with { type: 'json' };
import tennessee from './regimes/tennessee.json' with { type: 'json' };
import kentucky from './regimes/kentucky.json' with { type: 'json' };
import nebraska from './regimes/nebraska.json' with { type: 'json' };
import rhodeIsland from './regimes/rhode-island.json' with { type: 'json' };
import quebecLaw25 from './regimes/quebec-law-25.json' with { type: 'json' };
import brazilLgpd from './regimes/brazil-lgpd.json' with { type: 'json' };
import indiaDpdp from './regimes/india-dpdp.json' with { type: 'json' };
import koreaPipa from './regimes/korea-pipa.json' with { type: 'json' };
import japanAppi from './regimes/japan-appi.json' with { type: 'json' };
import taiwanPdpa from './regimes/taiwan-pdpa.json' with { type: 'json' };
import southAfricaPopia from './regimes/south-africa-popia.json' with { type: 'json' };

export { IDENTITY_LEVELS, IdentityLevel, type Codes } from './regime-file.ts';

const FILES = {
  gdpr,
  'uk-gdpr': ukGdpr,
  'swiss-fadp': swissFadp,
  ccpa,
  colorado,
  virginia,
  connecticut,
  utah,
  texas,
  oregon,
  montana,
  delaware,
  'new-jersey': newJersey,
  'new-hampshire': newHampshire,
  minnesota,
  maryland,
  iowa,
  indiana,
  tennessee,
  kentucky,
  nebraska,
  'rhode-island': rhodeIsland,
  'quebec-law-25': quebecLaw25,
  'brazil-lgpd': brazilLgpd,
  'india-dpdp': indiaDpdp,
  'korea-pipa': koreaPipa,
  'japan-appi': japanAppi,
  'taiwan-pdpa': taiwanPdpa,
  'south-africa-popia': southAfricaPopia,
} as const;

export type RegimeName = keyof typeof FILES;
export const RegimeName = z.enum(Object.keys(FILES) as [RegimeName, ...RegimeName[]]);

export interface Regime {
  /** What people call the law. */
  readonly label: string;
  /** ISO 3166 countries whose entities count by their own place, and where everybody else counts. */
  readonly territory: readonly string[];
  readonly place: Place;
  readonly counting: Counting;
  readonly identityLevel: IdentityLevel;
  readonly grounds: Codes;
  readonly refusals: Codes;
  /** With sources, days of reading and what is counsel's to check. */
  readonly file: RegimeFile;
}

const regimeFrom = (name: string, json: unknown): Regime => {
  const parsed = RegimeFile.safeParse(json);
  if (!parsed.success) throw malformed(name, parsed.error);
  const file = parsed.data;
  const { label, territory, place, identityLevel, grounds, refusals } = file;
  return {
    label,
    territory,
    place,
    counting: countingOfFile(file),
    identityLevel: identityLevel.value,
    grounds: grounds.value,
    refusals: refusals.value,
    file,
  };
};

const malformed = (name: string, error: z.ZodError) =>
  new QuittanceError('INTERNAL', {
    message: `core/regimes/${name}.json does not have the form of a law's file`,
    expected: z.prettifyError(error),
  });

/** Those that were asked for: reading all of them takes a fifth of the time in which a bundle is verified. */
const known = new Map<RegimeName, Regime>();

export const regimeOf = (name: RegimeName): Regime => {
  const regime = known.get(name) ?? regimeFrom(name, FILES[name]);
  known.set(name, regime);
  return regime;
};

/** All of them by name, in the order of the files above. */
export const everyRegime = (): (readonly [RegimeName, Regime])[] =>
  RegimeName.options.map((name) => [name, regimeOf(name)] as const);

/** Whether a verified level satisfies the level that a regime asks for. */
export const levelSuffices = (level: IdentityLevel, wanted: IdentityLevel): boolean =>
  IDENTITY_LEVELS.indexOf(level) >= IDENTITY_LEVELS.indexOf(wanted);

/** A ground of a regime in words. A code that no regime lists was written by a person and is shown as it is. */
export const groundLabel = (regime: RegimeName, code: string): string => entryOf(regimeOf(regime).grounds, code);
export const refusalLabel = (regime: RegimeName, code: string): string => entryOf(regimeOf(regime).refusals, code);

const entryOf = (codes: Codes, code: string): string => (Object.hasOwn(codes, code) ? (codes[code] ?? code) : code);
