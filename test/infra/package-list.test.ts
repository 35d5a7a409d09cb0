// Whether the package is whole, without building it: what the product starts, reads and imports by name is in it. The
// compiler follows imports alone; a child process, a file beside a module and a package have to be listed, and one that
// is forgotten is missed first by somebody who has installed the product.
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { build, type Metafile } from 'esbuild';
import { z } from 'zod';
import { ASSETS } from '#infra/package.ts';
import { ROOT } from '#test/support/shared.ts';

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { files: ENTRIES } = z.object({ files: z.array(z.string()) }).parse(JSON.parse(textOf('tsconfig.build.json')));
const Manifest = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ default: z.string() })])),
  bin: z.record(z.string(), z.string()),
  files: z.array(z.string()),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});
const MANIFEST = Manifest.parse(JSON.parse(textOf('package.json')));

/** What the build writes into dist/ beside modules and assets, or the product makes there itself. */
const MADE = ['package.json', '.native'];

let inputs: Metafile['inputs'];
/** Modules of the package, with their text. */
let modules: (readonly [path: string, text: string])[];

beforeAll(async () => {
  const entryPoints = [...ENTRIES, 'cli/bin.mjs'];
  const { metafile } = await build({
    ...{ absWorkingDir: ROOT, entryPoints, outdir: 'unwritten', write: false, metafile: true },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'error' },
  });
  ({ inputs } = metafile);
  modules = Object.keys(inputs).map((path) => [path, textOf(path)] as const);
});

/** The first group of every match, with the file that it stands in. */
const found = (pattern: RegExp): [path: string, what: string][] =>
  modules.flatMap(([path, text]) => [...text.matchAll(pattern)].map(([, what]): [string, string] => [path, what!]));

const START = /import\.meta\.resolve\(\s*'#([^']+)'\s*\)/g;
const READ = /new URL\(\s*['`]([^'`]+)['`],\s*import\.meta\.url\s*\)/g;
const ASKED = /createRequire\(import\.meta\.url\)(?:\.resolve)?\(\s*'([^']+)'\s*\)/g;
/** `require` and the path of the module itself: neither names a file. */
const NEITHER =
  /createRequire\(import\.meta\.url\)|fileURLToPath\(import\.meta\.url\)|new URL\(path, import\.meta\.url\)/g;

describe('the package', () => {
  it('is looked at whole', () => expect(modules.length).toBeGreaterThan(500));

  it('has every module that is started by name: list it in tsconfig.build.json', () => {
    const started = found(START);
    expect(started.map(([, name]) => name)).toContain('entry/batch.ts');
    expect(started.filter(([, name]) => !(name in inputs))).toEqual([]);
  });

  it('lists no entry that is not there or that nobody starts', () => {
    const started = new Set([...found(START).map(([, name]) => name), 'cli/main.ts', 'engine/native/build.ts']);
    expect(ENTRIES.filter((name) => !existsSync(join(ROOT, name)) || !started.has(name))).toEqual([]);
  });

  it('has every file that is read beside a module: list it in ASSETS of infra/package.ts', () => {
    const read = found(READ).filter(([path]) => path !== 'cli/bin.mjs');
    const within = (target: string) =>
      [...ASSETS, ...MADE].some((asset) => target === asset || target.startsWith(`${asset}/`));
    const missing = read.filter(([path, given]) => {
      const [constant = ''] = given.split('${'); // `../workflows/${name}.asl.json` is known up to its folder
      return !within(new URL(constant, `file:///${path}`).pathname.slice(1).replace(/\/$/, ''));
    });
    expect(read.length).toBeGreaterThan(3);
    expect(missing).toEqual([]);
    for (const asset of ASSETS) expect(existsSync(join(ROOT, asset))).toBe(true);
  });

  it('names what it starts and reads in a way that this test can see: as a literal', () => {
    const unseen = modules.flatMap(([path, text]) => {
      const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
      const rest = [START, READ, NEITHER].reduce((left, seen) => left.replaceAll(seen, ''), code);
      return /import\.meta\.(?:url|resolve|dirname|filename)/.test(rest) ? [path] : [];
    });
    expect(unseen).toEqual([]);
  });

  it('depends on every package that it imports', () => {
    const declared = { ...MANIFEST.dependencies, ...MANIFEST.optionalDependencies };
    const imported = Object.entries(inputs).flatMap(([path, { imports }]) =>
      imports.flatMap(({ path: name, external }) => (external && !isBuiltin(name) ? [[path, name] as const] : [])),
    );
    const asked = found(ASKED);
    const packageOf = (name: string) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
    const missing = [...imported, ...asked].filter(([, name]) => !(packageOf(name) in declared));
    expect(imported.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  it('ships what its package.json names, made of a module that is in it', () => {
    const named = [...Object.values(MANIFEST.exports), ...Object.values(MANIFEST.bin)].map((one) =>
      (typeof one === 'string' ? one : one.default).replace(/^\.\//, ''),
    );
    const shipped = named.filter((path) => path !== 'package.json'); // npm packs that one by itself
    for (const path of shipped)
      expect(MANIFEST.files.some((file) => path === file || path.startsWith(`${file}/`))).toBe(true);
    const compiled = shipped.filter((path) => path.startsWith('dist/') && path !== 'dist/quittance-verify.mjs');
    expect(
      compiled.map((path) => path.replace('dist/', '').replace(/\.js$/, '.ts')).filter((path) => !(path in inputs)),
    ).toEqual([]);
    expect(existsSync(join(ROOT, 'cli/verify-alone.ts'))).toBe(true);
  });
});
