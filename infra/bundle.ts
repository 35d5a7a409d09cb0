// One bundle for all Lambdas, by esbuild, without Docker and network: entry/lambda.ts with the steps, the AWS adapters
// and the SDK. Packages are reduced to what a deployment uses: zod and the SDK's clients to what is called (lean.ts),
// what knows public holidays to some countries (countries.ts).
// Trap: all steps share the bundle, so that one asset is uploaded; a change of one step therefore updates every
// function. An environment variable says which step runs.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { FONTS } from '#report/font-files.ts';
import { onlyCountries } from './countries.ts';
import { leanD3, leanSdk, leanZod } from './lean.ts';

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
    charset: 'utf8', // names of months, units and the like in many scripts: escaped, each letter is six bytes
    // the SDK's modules rather than its CommonJS: of a client, only the commands that are used are bundled
    mainFields: ['module', 'main'],
    external: NEVER_IN_A_LAMBDA,
    // dependencies that are CommonJS ask for `require`; every part begins so, and the names that a bundler makes up in
    // it have one to three letters, so that one of those here would be declared twice
    banner: {
      js: "import{createRequire as requireBeside}from'node:module';const require=requireBeside(import.meta.url);",
    },
    plugins: [leanZod, leanSdk, leanD3, onlyCountries(regions), fontsBeside],
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
