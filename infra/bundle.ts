// One bundle for all Lambdas, by esbuild, without Docker and network: entry/lambda.ts with the steps, the AWS adapters
// and the SDK. Three packages are reduced to what a deployment uses: zod to English and to what is called;
// moment-timezone to the zones of some countries (time-zones.ts); and date-holidays to nameless days in those
// countries, which are the ones of the installation's places and those where each law is at home.
// Trap: all steps share the bundle, so that one asset is uploaded; a change of one step therefore updates every
// function. An environment variable says which step runs.
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { REGIMES } from '#core/regimes.ts';
import { FONTS } from '#report/font-files.ts';
import { zonesOf, type TimeZones } from './time-zones.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Bundle {
  readonly folder: string;
  /** Of the JavaScript file. */
  readonly bytes: number;
}

/** `regions` as in `DE-BE`. Writes `index.mjs` into `folder`, which is emptied first. */
export const bundleLambda = async (
  folder: string,
  regions: readonly string[],
  entry = 'entry/lambda.ts',
): Promise<Bundle> => {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: entry },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true, // what prints a PDF is read when the first one is asked for
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // the SDK's modules rather than its CommonJS: of a client, only the commands that are used are bundled
    mainFields: ['module', 'main'],
    external: NEVER_IN_A_LAMBDA,
    // dependencies that are CommonJS ask for `require`
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    plugins: [leanZod, onlyCountries(regions), fontsBeside],
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  if (Object.keys(metafile.inputs).includes('report/font-files.ts')) await copyPrinting(folder);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { folder, bytes };
};

/**
 * What the SDK asks for only elsewhere: bowser where there is a window, the clients of sign-in services where
 * credentials come from a profile. A function's are in its environment.
 */
const NEVER_IN_A_LAMBDA = [
  'bowser',
  ...['sso', 'sso-oidc', 'signin', 'sts', 'cognito-identity'].map((name) => `@aws-sdk/nested-clients/${name}`),
];

const fontsBeside: Plugin = {
  name: 'fonts-beside',
  setup: (build) =>
    build.onLoad({ filter: /report[\\/]font-files\.ts$/ }, () => ({
      contents: `const at = (name) => new URL('./data/' + name + '.ttf', import.meta.url).pathname;
        export const FONTS = { regular: at('regular'), bold: at('bold') };`,
    })),
};

/** The fonts, and the profile of colours that pdfkit reads from the folder `data` beside its own code. */
const copyPrinting = async (folder: string): Promise<void> => {
  const profile = fileURLToPath(new URL('./data/sRGB_IEC61966_2_1.icc', import.meta.resolve('pdfkit')));
  await mkdir(join(folder, 'data'));
  for (const [name, path] of Object.entries(FONTS)) await copyFile(path, join(folder, 'data', `${name}.ttf`));
  await copyFile(profile, join(folder, 'data', basename(profile)));
};

/**
 * Of zod: English alone, and not what nothing here calls, which its namespace `z` would keep. The names stay, so that a
 * call says what is missing, and a name that zod adds fails the build.
 */
export const leanZod: Plugin = {
  name: 'lean-zod',
  setup: (build) => {
    const replace = (filter: RegExp, contents: string) => build.onLoad({ filter }, () => ({ contents }));
    const leftOut = "const leftOut = () => { throw new Error('left out of this bundle: see infra/bundle.ts'); };";
    replace(/zod\/v4\/locales\/index\.js$/, "export { default as en } from './en.js';");
    replace(/zod\/v4\/classic\/from-json-schema\.js$/, `${leftOut} export { leftOut as fromJSONSchema };`);
    replace(
      /zod\/v4\/core\/compile\.js$/,
      `${leftOut} export { leftOut as compile, leftOut as withParser, leftOut as compileFn };
       export const INVALID = Symbol.for('zod.compile.invalid');
       export class ZodCompileAsyncError extends Error {}
       export class ZodCompileUnsupportedError extends Error {}`,
    );
  },
};

interface Holidays {
  names: object;
  holidays: Record<string, Area & { states?: Record<string, Area> }>;
}
interface Area {
  /** Time zones; days are reckoned in the first. */
  zones?: string[];
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
const onlyCountries = (regions: readonly string[]): Plugin => {
  const laws = Object.values(REGIMES).map(({ place }) => place);
  const own = [...new Set(regions.map(countryOf))];
  const countries = [...new Set([...own, ...laws.map(({ region }) => countryOf(region))])].sort();
  const holidaysIn = async (path: string): Promise<Holidays> => {
    const { data } = (await import(path)) as { data: Holidays };
    const holidays = Object.fromEntries(countries.map((name) => [name, data.holidays[name] ?? {}]));
    return { ...data, holidays: nameless(holidays), names: nameless(data.names) };
  };
  let zones: string[] | undefined;
  return {
    name: 'only-countries',
    setup: (build) => {
      build.onLoad({ filter: /date-holidays\/src\/data\.js$/ }, async ({ path }) => ({
        contents: `export const data = ${JSON.stringify(await holidaysIn(path))};`,
      }));
      build.onLoad({ filter: /moment-timezone\/data\/packed\/latest\.json$/ }, async ({ path }) => {
        zones ??= reckonedIn(await holidaysIn(fileURLToPath(import.meta.resolve('date-holidays/data'))));
        const all = JSON.parse(await readFile(path, 'utf8')) as TimeZones;
        const kept = [...zones, ...laws.map(({ timeZone }) => timeZone)];
        return { contents: JSON.stringify(zonesOf(all, own, kept)), loader: 'json' };
      });
    },
  };
};

/** The zones in which the package reckons the days of these countries and their parts. */
const reckonedIn = ({ holidays }: Holidays): string[] =>
  Object.values(holidays)
    .flatMap((country) => [country, ...Object.values(country.states ?? {})])
    .flatMap(({ zones = [] }) => zones.slice(0, 1));
