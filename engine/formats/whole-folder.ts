// A folder that appears whole or not at all: it is filled beside its place, then renamed.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Replaces `dir` by what `fill` writes into a fresh folder; where `fill` throws, `dir` is as before. */
export const replaceFolder = <T>(dir: string, fill: (at: string) => T): T => {
  mkdirSync(dirname(dir), { recursive: true });
  const at = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  try {
    const result = fill(at);
    if (existsSync(dir)) rmSync(dir, { recursive: true });
    renameSync(at, dir);
    return result;
  } catch (error) {
    rmSync(at, { recursive: true, force: true });
    throw error;
  }
};
