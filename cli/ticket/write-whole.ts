// Writes a folder whole or not at all: into a folder beside it, which then takes its place.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The folder with all of the files, or as it was before. */
export const writeWhole = (dir: string, files: ReadonlyMap<string, Uint8Array | string>): void => {
  mkdirSync(dirname(dir), { recursive: true });
  const staged = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  try {
    for (const [name, content] of files) {
      mkdirSync(dirname(join(staged, name)), { recursive: true });
      writeFileSync(join(staged, name), content);
    }
    rmSync(dir, { recursive: true, force: true });
    renameSync(staged, dir);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
};
