// `quittance model` on a data folder of its own that is empty before each test, with copies of good models to damage.
import { afterAll, afterEach, beforeEach, expect, jest } from '@jest/globals';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import type { ErrorCode } from '#core/errors.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

export const GOLDEN = join(ROOT, 'test/golden');

/** Called once a test file, outside of its tests. */
export const modelCommand = () => {
  const { dir, remove } = temporaryFolder();
  afterAll(remove);
  const data = join(dir, 'data');

  const printed = captured();
  beforeEach(() => rmSync(data, { recursive: true, force: true }));
  afterEach(() => void jest.restoreAllMocks());

  const quittance = (...argv: string[]) => execute(model, parse(model, [...argv, '--dir', data, '--json'], {}));
  const scraps = () => readdirSync(tmpdir()).filter((name) => name.startsWith('quittance-import-'));

  /** Refused with the code and the word, nothing registered, nothing left lying about. */
  const refused = async (source: string, code: ErrorCode, word = '') => {
    const message: unknown = expect.stringContaining(word);
    await expect(quittance('import', source, '--name', 'stranger')).rejects.toMatchObject({ code, message });
    expect(existsSync(data)).toBe(false); // not even a folder for what was never accepted
    expect(scraps()).toEqual([]);
  };

  /** A copy of a model that is in order, to be damaged. */
  const copyOf = (name: string): string => {
    const at = join(dir, 'offered');
    rmSync(at, { recursive: true, force: true });
    cpSync(join(GOLDEN, 'models', name), at, { recursive: true });
    return at;
  };
  const offered = (change: (at: string) => void, name = 'qwen2'): string => {
    const at = copyOf(name);
    change(at);
    return at;
  };
  const said = () => printed.out;
  const forget = () => void (printed.out = '');
  return { dir, data, quittance, refused, scraps, copyOf, offered, said, forget };
};

export const write = (name: string, content: string | Uint8Array) => (at: string) =>
  writeFileSync(join(at, name), content);
export const edit = (name: string, change: object) => (at: string) => {
  const json = JSON.parse(readFileSync(join(at, name), 'utf8')) as object;
  writeFileSync(join(at, name), JSON.stringify({ ...json, ...change }));
};
