// Reference material beside the checkout (`../shared`) and tools that may not be installed. What needs one that is
// absent is skipped, and says why.
import { describe, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A folder under ../shared; undefined where it is not there. */
export const sharedFolder = (name: string): string | undefined => {
  const dir = join(ROOT, '../shared', name);
  return existsSync(dir) ? dir : undefined;
};

/** `describe`, or a skipped test whose reason is printed where `needed` is undefined. */
export const describeWith = <T>(
  needed: T | undefined,
  reason: string,
  title: string,
  tests: (needed: T) => void,
): void => {
  if (needed !== undefined) return describe(title, () => tests(needed));
  process.stderr.write(`skipped: ${title}: ${reason}\n`);
  // the body is not run, as jest runs that of a skipped group: it may read what is not there
  it.skip(`${title} (skipped: ${reason})`, () => undefined);
};
