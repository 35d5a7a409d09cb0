// One bundle for all Lambdas, by esbuild, without Docker and network: entry/lambda.ts with the steps, the AWS adapters
// and the SDK. Two packages are reduced to what a deployment uses: zod to English, date-holidays to the countries where
// its days can be counted: those of its own places, and where each law is at home.
// Trap: all steps share the bundle, so that one asset is uploaded; a change of one step therefore updates every
// function. An environment variable says which step runs.
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { REGIMES } from '#core/regimes.ts';

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
    entryPoints: [entry],
    outfile: `${folder}/index.mjs`,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // the SDK's modules rather than its CommonJS: of a client, only the commands that are used are bundled
    mainFields: ['module', 'main'],
    // dependencies that are CommonJS ask for `require`
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    plugins: [onlyEnglish, onlyCountries(countriesOf(regions))],
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { folder, bytes };
};

export const onlyEnglish: Plugin = {
  name: 'only-english',
  setup: (build) =>
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    })),
};

interface Holidays {
  holidays: Record<string, unknown>;
}

/** Of an installation's regions and of the laws, each once. */
const countriesOf = (regions: readonly string[]): string[] => {
  const laws = Object.values(REGIMES).map(({ place }) => place.region);
  return [...new Set([...regions, ...laws].map((region) => region.slice(0, 2)))].sort();
};

const onlyCountries = (countries: readonly string[]): Plugin => ({
  name: 'only-countries',
  setup: (build) => {
    build.onLoad({ filter: /date-holidays\/src\/data\.js$/ }, async ({ path }) => {
      const { data } = (await import(path)) as { data: Holidays };
      const holidays = Object.fromEntries(countries.map((country) => [country, data.holidays[country]]));
      const own = { ...data, holidays };
      return { contents: `export const data = ${JSON.stringify(own)};` };
    });
    build.onLoad({ filter: /moment-timezone\/data\/packed\/latest\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(zonesOf(JSON.parse(await readFile(path, 'utf8')) as TimeZones, countries)),
      loader: 'json',
    }));
  },
});

/** Packed as moment-timezone has them: `Name|data`, `Target|Alias`, `CC|Zone Zone`. */
interface TimeZones {
  version: string;
  zones: string[];
  links: string[];
  countries: string[];
}

const zonesOf = ({ version, zones, links, countries }: TimeZones, kept: readonly string[]): TimeZones => {
  const own = countries.filter((entry) => kept.includes(entry.slice(0, 2)));
  const names = new Set(['Etc/UTC', ...own.flatMap((entry) => entry.slice(3).split(' '))]);
  const aliases = links.filter((link) => link.split('|').some((name) => names.has(name)));
  for (const name of aliases.flatMap((link) => link.split('|'))) names.add(name);
  return {
    version,
    zones: zones.filter((zone) => names.has(zone.split('|')[0] ?? '')),
    links: aliases,
    countries: own,
  };
};
