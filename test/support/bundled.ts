// A module and all that it imports as one JavaScript file, for tests that start dozens of processes of it: half of what
// a short command costs is finding and compiling some five hundred files. What stands beside a source (policies, the
// main of a job) is found where it was: each module keeps its own address.
// Trap: that the sources start as they are is for other tests to say (test/unit/cli/start.test.ts, verbs.test.ts).
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { ROOT } from './shared.ts';

/** Packages that read files beside their own, or that one command in ten asks for. */
const AS_INSTALLED = [
  ...['onnxruntime-node', '@tensorflow/*', 'node', 'moment-timezone'],
  ...['pdfkit', 'fontkit', '@expo-google-fonts/*', '@aws-sdk/*'],
];

/** Under node_modules, where packages are found from. */
const FOLDER = join(ROOT, 'node_modules/.cache/quittance-bundled');

const ownAddress: Plugin = {
  name: 'own-address',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: placed(await readFile(path, 'utf8'), path),
    })),
};

const placed = (source: string, path: string): string =>
  source
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    .replaceAll('import.meta.resolve(', `resolvedBeside(${JSON.stringify(path)}, `);

/** Packages that are CommonJS ask for `require`. Every part begins so, under names that no source has. */
const BANNER = `import { createRequire as requireBeside } from 'node:module';
import { pathToFileURL as fileAddress } from 'node:url';
const require = requireBeside(import.meta.url);
const resolvedBeside = (path, name) => fileAddress(requireBeside(path).resolve(name)).href;`;

/**
 * Path of the file that stands for the module at `entry` (an absolute path). Made anew by each test file, which takes a
 * third of a second; whoever runs the one before meanwhile is not disturbed.
 */
export const bundled = (entry: string): Promise<string> => {
  const known = made.get(entry) ?? make(entry);
  made.set(entry, known);
  return known;
};

const made = new Map<string, Promise<string>>();

const make = async (entry: string): Promise<string> => {
  const folder = join(FOLDER, relative(ROOT, entry).replaceAll('/', '-'));
  const { outputFiles } = await build({
    ...{ absWorkingDir: ROOT, entryPoints: [entry], outdir: folder, outExtension: { '.js': '.mjs' }, write: false },
    ...{ bundle: true, splitting: true, platform: 'node', target: 'node24', format: 'esm', charset: 'utf8' },
    mainFields: ['module', 'main'],
    external: AS_INSTALLED,
    banner: { js: BANNER },
    plugins: [ownAddress],
    logLevel: 'error',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  return join(folder, basename(entry, '.ts') + '.mjs');
};
