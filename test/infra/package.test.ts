// What `npm run build` makes. The offline check is one file that says what `quittance verify` says, on any Node since
// 20, with nothing beside it. The whole package is packed, installed and run by .ci/packed.sh.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleVerifier } from '#infra/package.ts';
import { lasting, trueBundle } from '#test/support/forged-bundles.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const ALONE = join(dir, 'quittance-verify.mjs');
let packages: string[];

beforeAll(async () => {
  packages = await bundleVerifier(ALONE);
  const files = await lasting(await trueBundle());
  for (const [name, bytes] of files) {
    for (const [folder, written] of [
      ['true', bytes],
      ['changed', name === 'certificate.dsse.json' ? Buffer.from(bytes).subarray(0, -1) : bytes],
    ] as const) {
      const path = join(dir, folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, written);
    }
  }
});

const run = (node: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: dir, env: {}, encoding: 'utf8' });
  return { status, stdout, stderr };
};

/** The same arguments to the file alone, and to the command in the sources. */
const both = (node: string, ...args: string[]) =>
  [run(node, ALONE, ...args), run(process.execPath, join(ROOT, 'cli/main.ts'), 'verify', ...args)] as const;

const saysTheSame = (node: string) => {
  it.each([
    ['a true bundle', 0, ['true', '--json']],
    ['a changed one', 1, ['changed', '--json']],
    ['a missing one', 1, ['absent']],
    ['no bundle', 3, []],
    ['an unknown option', 3, ['true', '--modle', 'x']],
  ] as const)('of %s', (_, code, args) => {
    const [alone, command] = both(node, ...args);
    expect(alone.status).toBe(code);
    expect(alone.stdout).toBe(command.stdout);
    expect(alone.stderr.replaceAll('quittance-verify', 'quittance verify')).toBe(command.stderr);
  });
};

describe('quittance-verify', () => {
  it('is made of our own code and four packages', () =>
    expect(packages).toEqual(['@peculiar/utils', 'asn1js', 'fflate', 'zod']));
  it('hands their licences on', () => {
    const text = readFileSync(ALONE, 'utf8');
    expect(text.match(/MIT License/g)).toHaveLength(3);
    expect(text).toContain('Redistribution and use in source and binary forms'); // asn1js, BSD
  });
  it('imports nothing that Node does not have', () => {
    const imports = [...readFileSync(ALONE, 'utf8').matchAll(/^import .* from "([^"]+)";$/gm)].map(([, name]) => name!);
    expect(imports).not.toEqual([]);
    for (const name of imports) expect(name).toMatch(/^(node:|crypto$|fs$|path$|module$|util$)/);
  });
  it('is the same bytes when made again, and small', async () => {
    await bundleVerifier(join(dir, 'again.mjs'));
    expect(readFileSync(join(dir, 'again.mjs')).equals(readFileSync(ALONE))).toBe(true);
    expect(statSync(ALONE).size).toBeLessThan(950_000);
  });
  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(run(process.execPath, ALONE, '--version').stdout).toBe(`${version}\n`);
  });
  describe(`says what the command says, on ${process.version}`, () => saysTheSame(process.execPath));
  const older = olderNode();
  describeWith(older, 'no older Node on PATH', 'says what the command says, on the Node of the system', saysTheSame);
});

/** A Node on PATH that is not the one of node_modules. */
function olderNode(): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path));
  return found.find((path) => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() !== process.version);
}

describe('the build', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')) as { files: string[] };
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { imports: Record<string, string> };
  const rooms = Object.keys(manifest.imports).filter((key) => key !== '#infra/*' && key !== '#test/*');
  const sources = rooms.flatMap((room) => globSync(join(ROOT, room.slice(1, -2), '**/*.ts')));

  it('compiles every program that the product starts by name', () => {
    const started = sources.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/import\.meta\.resolve\('#([^']+)'\)/g)].map(([, name]) => name!),
    );
    expect(started).toContain('entry/batch.ts');
    for (const name of started.filter((one) => one !== 'engine/tf.ts')) expect(files).toContain(name);
  });

  it('names no TypeScript file by its path, which would not be there', () => {
    const named = sources.filter((path) => /new URL\(['`][^'`]*\.ts['`]/.test(readFileSync(path, 'utf8')));
    expect(named).toEqual([]);
  });
});
