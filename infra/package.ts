// `npm run build`: the product as JavaScript with types in dist/, which `npm pack` ships, and `quittance-verify`, the
// offline check as one file. dist/ mirrors the rooms, so that a path beside a module holds in both trees; it has a
// package.json of its own, whose imports lead `#core/x.ts` to ./core/x.js.
// Trap: what the product reads or starts by name (workflows, policies, child processes) is listed here, because the
// compiler cannot find it by following imports. A test asks what that is (test/infra/package-list.test.ts).
import { execFileSync } from 'node:child_process';
import { chmod, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { z } from 'zod';
import { leanZod, withoutJsonSchema } from './lean.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

const Manifest = z.object({
  version: z.string(),
  license: z.string(),
  imports: z.record(z.string(), z.string()),
});

const manifest = async () => Manifest.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));

/** Files that the product reads, beside its modules. */
export const ASSETS = ['workflows', 'policies', 'bench/torch_step.py'];

/** Writes the whole of dist/, which is emptied first. */
export const buildPackage = async (folder = join(ROOT, 'dist')): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  const compiler = require.resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', folder], {
    stdio: 'inherit',
  });
  for (const asset of ASSETS) await cp(join(ROOT, asset), join(folder, asset), { recursive: true });
  const { version, imports } = await manifest();
  const built = await readdir(folder);
  const rooms = Object.keys(imports).filter((key) => built.includes(key.slice(1, -2)));
  const inner = { version, private: true, type: 'module', imports: builtImports(rooms) };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(inner, null, 2)}\n`);
  await bundleVerifier(join(folder, 'quittance-verify.mjs'));
};

/** `#room/*` of the sources names .ts files; the compiled ones end in .js. */
const builtImports = (rooms: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    rooms.flatMap((room) => {
      const path = room.replace('#', './');
      return [
        [`${room}.ts`, `${path}.js`],
        [room, path],
      ];
    }),
  );

/**
 * The offline check as one file that runs on Node 20 with nothing beside it. The same sources give the same bytes.
 * Returns the packages that it contains.
 */
export const bundleVerifier = async (file: string): Promise<string[]> => {
  const { version, license } = await manifest();
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['cli/verify-alone.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    charset: 'utf8',
    banner: {
      js: `#!/usr/bin/env node\n// quittance-verify ${version}, ${license}: npm run build in the sources of quittance ${version} makes this file again, byte for byte.`,
    },
    footer: { js: await licences() },
    plugins: [leanZod, withoutJsonSchema, onlyVersion],
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  await chmod(file, 0o755);
  const names = Object.keys(metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names.flatMap((name) => name ?? []))].toSorted();
};

/** Packages of others in the file. */
const BUNDLED = ['@peculiar/utils', 'asn1js', 'fflate', 'zod'];

/** Their licences ask to be handed on with every copy. */
const licences = async (): Promise<string> => {
  const texts = await Promise.all(
    BUNDLED.map(async (name) => `${name}\n\n${await readFile(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8')}`),
  );
  return `/*\nThis file holds parts of these packages.\n\n${texts.join('\n').trim()}\n*/`;
};

/** Of package.json, what is printed. */
const onlyVersion: Plugin = {
  name: 'only-version',
  setup: (build) =>
    build.onLoad({ filter: /[\\/]package\.json$/ }, async () => ({
      contents: JSON.stringify({ version: (await manifest()).version }),
      loader: 'json',
    })),
};

if (import.meta.main) await buildPackage();
