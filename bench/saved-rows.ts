// Rows of a long bench, each stored as a JSON file as soon as it is measured, so that an interrupted run continues
// where it stopped.
// Trap: a row's name is a digest of its inputs, not of the code; after a change of the engine, delete the folder.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestJson, type Json } from '#core/canonical.ts';

/** The stored value for `identity`, or else what `make` returns, which is then stored. */
export const saved = async <T>(dir: string, identity: unknown, make: () => Promise<T>): Promise<T> => {
  const found = keptRow<T>(dir, identity);
  if (found !== undefined) return found;
  const value = await make();
  const path = pathOf(dir, identity);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, JSON.stringify({ identity, value }));
  renameSync(`${path}.part`, path);
  return value;
};

export const keptRow = <T>(dir: string, identity: unknown): T | undefined => {
  const path = pathOf(dir, identity);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { value: T }).value : undefined;
};

const pathOf = (dir: string, identity: unknown): string => join(dir, 'rows', `${nameOf(identity)}.json`);

/** A name for what is made of these inputs. */
export const nameOf = (identity: unknown): string =>
  digestJson(JSON.parse(JSON.stringify(identity)) as Json).slice('sha256:'.length, 'sha256:'.length + 24);
