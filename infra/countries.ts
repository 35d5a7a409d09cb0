// Of the packages that know public holidays, what some countries need: nameless days (date-holidays), time zones
// (moment-timezone, by time-zones.ts), calendars, such as the Hebrew one (date-holidays-parser), and the Earth's way as
// far as calendars need it (earth.ts). The countries are those of the installation's places and those where each law is
// at home.
// Trap: what is left out gives no wrong day. A country without days is refused by core/public-holidays.ts, and a
// calendar that no kept rule names throws when it is made.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Plugin, PluginBuild } from 'esbuild';
import { everyRegime } from '#core/regimes.ts';
import { reducedEarth, type Series } from './earth.ts';
import { zonesOf, type TimeZones } from './time-zones.ts';

interface Holidays {
  names: object;
  holidays: Record<string, Area>;
}
interface Area {
  /** Time zones; days are reckoned in the first. */
  zones?: string[];
  /** By the rule that says when one is, such as `easter -2`. */
  days?: object;
  states?: Record<string, Area>;
  regions?: Record<string, Area>;
}

/**
 * A ticket's calendar is of dates, so that what places and days are called, in up to four languages, is left out. A day
 * keeps an empty name, because the package tells days that fall together apart by name and hour.
 */
const nameless = <T>(table: T): T =>
  JSON.parse(JSON.stringify(table), (key, inner: unknown) =>
    key === 'names' ? undefined : key === 'name' ? {} : inner,
  ) as T;

const countryOf = (region: string): string => region.slice(0, 2);

/**
 * The installation's countries whole; of those where only a law is at home, the zones in which its days are reckoned.
 */
export const onlyCountries = (regions: readonly string[]): Plugin => {
  const laws = everyRegime().map(([, { place }]) => place);
  const own = [...new Set(regions.map(countryOf))];
  const countries = [...new Set([...own, ...laws.map(({ region }) => countryOf(region))])].sort();
  return {
    name: 'only-countries',
    setup: async (build) => {
      const table = await holidaysIn(countries);
      const contents = `export const data = ${JSON.stringify(table)};`;
      build.onLoad({ filter: /date-holidays[\\/]src[\\/]data\.js$/ }, () => ({ contents }));
      build.onLoad({ filter: /moment-timezone[\\/]data[\\/]packed[\\/]latest\.json$/ }, async ({ path }) => {
        const all = JSON.parse(await readFile(path, 'utf8')) as TimeZones;
        const kept = [...reckonedIn(table), ...laws.map(({ timeZone }) => timeZone)];
        return { contents: JSON.stringify(zonesOf(all, own, kept)), loader: 'json' };
      });
      await leaveOutCalendars(build, Object.values(table.holidays).flatMap(rulesIn));
      leaveOutAstronomy(build);
      build.onLoad({ filter: /astronomia[\\/]data[\\/]vsop87Bearth\.js$/ }, async ({ path }) => {
        const { default: series } = (await import(pathToFileURL(path).href)) as { default: Series };
        return { contents: `export default ${JSON.stringify(reducedEarth(series))};` };
      });
    },
  };
};

const holidaysIn = async (countries: readonly string[]): Promise<Holidays> => {
  const { data } = (await import(import.meta.resolve('date-holidays/data'))) as { data: Holidays };
  const holidays = Object.fromEntries(countries.map((name) => [name, data.holidays[name] ?? {}]));
  return { ...data, holidays: nameless(holidays), names: nameless(data.names) };
};

/** The zones in which the package reckons the days of these countries and their parts. */
const reckonedIn = ({ holidays }: Holidays): string[] =>
  Object.values(holidays)
    .flatMap((country) => [country, ...Object.values(country.states ?? {})])
    .flatMap(({ zones = [] }) => zones.slice(0, 1));

const rulesIn = ({ days = {}, states = {}, regions = {} }: Area): string[] => [
  ...Object.keys(days),
  ...[...Object.values(states), ...Object.values(regions)].flatMap(rulesIn),
];

/** Modules of date-holidays-parser, by what its parser calls the days that they reckon. */
const CALENDARS = {
  julian: 'Julian',
  hebrew: 'Hebrew',
  islamic: 'Hijri',
  jalaali: 'Jalaali',
  equinox: 'Equinox',
  chinese: 'Chinese',
  korean: 'Chinese',
  vietnamese: 'Chinese',
  'bengali-revised': 'BengaliRevised',
};

interface RuleParser {
  new (): { parse(rule: string): readonly { fn?: string }[] };
}

const leaveOutCalendars = async (build: PluginBuild, rules: readonly string[]): Promise<void> => {
  const parser = new URL('Parser.js', import.meta.resolve('date-holidays-parser')).href;
  const { default: Parser } = (await import(parser)) as { default: RuleParser };
  const named = new Set(rules.flatMap((rule) => new Parser().parse(rule)).map(({ fn }) => fn));
  const needed = new Set(Object.entries(CALENDARS).flatMap(([fn, module]) => (named.has(fn) ? [module] : [])));
  const contents =
    "export default class { constructor() { throw new Error('left out of this bundle: see infra/countries.ts'); } }";
  const unused = new Set(Object.values(CALENDARS).filter((module) => !needed.has(module)));
  for (const module of unused)
    build.onLoad({ filter: new RegExp(`date-holidays-parser[\\\\/]src[\\\\/]${module}\\.js$`) }, () => ({ contents }));
};

/**
 * Equinoxes and new moons need few of this package's modules, which do nothing when they are loaded but do not say so
 * in its package.json. Without a word of that a bundler keeps them all, the moons of Saturn among them.
 */
const leaveOutAstronomy = (build: PluginBuild): void => {
  const astronomia = /node_modules[\\/]astronomia[\\/]/;
  build.onResolve({ filter: /^(?:\.\/.*|astronomia)$/ }, async ({ path, pluginData, ...where }) => {
    if (pluginData === 'resolved' || !(path === 'astronomia' || astronomia.test(where.importer))) return undefined;
    const { importer, resolveDir, kind } = where;
    return {
      ...(await build.resolve(path, { importer, resolveDir, kind, pluginData: 'resolved' })),
      sideEffects: false,
    };
  });
};
