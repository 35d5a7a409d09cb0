// The native backend where it cannot be had: a reason with its code, nothing half-made, and no silent substitute for
// what was asked for by name.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative } from '#engine/native/build.ts';
import { initBackend } from '#engine/tf.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const saved = { ...process.env };
afterEach(() => {
  process.env = { ...saved };
});

/** A package whose main file does what its text says. */
const fakePackage = (name: string, main: string): string => {
  const folder = join(dir, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.js'), main);
  return folder;
};

describe('npm run engine:native', () => {
  it('without Python: says what is needed, and leaves no library', () => {
    process.env['PYTHON'] = join(dir, 'no-python');
    const folder = join(dir, 'native');
    const build = () => buildNative({ folder, say: () => undefined });
    expect(build).toThrow(expect.objectContaining({ code: 'BACKEND_UNAVAILABLE' }));
    expect(build).toThrow(/pip download failed/);
    expect(existsSync(join(folder, 'tensorflow'))).toBe(false);
  });
});

describe('a tfjs-node that was asked for by name', () => {
  it('is absent: the error names it', async () => {
    process.env['QUITTANCE_TFJS'] = join(dir, 'absent');
    await expect(initBackend('tensorflow')).rejects.toThrow(expect.objectContaining({ code: 'BACKEND_UNAVAILABLE' }));
  });
  it('does not load: the error carries its first line', async () => {
    process.env['QUITTANCE_TFJS'] = fakePackage('broken', 'throw new Error("libtensorflow.so: cannot open\\nstack")');
    await expect(initBackend('tensorflow')).rejects.toThrow(/does not load: libtensorflow\.so: cannot open$/);
  });
  it('is not a backend at all: refused instead of computing on the plain cpu', async () => {
    process.env['QUITTANCE_TFJS'] = fakePackage('empty', '');
    await expect(initBackend('tensorflow')).rejects.toThrow(/registers no backend/);
  });
});
