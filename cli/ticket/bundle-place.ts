// Where a bundle may be written: a folder that is not there, an empty one, or an earlier bundle of the same ticket and
// nothing else. Trap: what stands there is replaced whole, so a folder that holds anything of somebody's would be lost.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BundleIndex } from '#core/bundle.ts';
import { QuittanceError } from '#core/errors.ts';

/** Files that a bundle's index does not list, because they are made from it. */
const BESIDE_INDEX = ['bundle.json', 'bundle.dsse.json'];

/** INVALID_INPUT where something else stands there. */
export const requireBundlePlace = (dir: string, ticketId: string): void => {
  if (!existsSync(dir)) return;
  const found = statSync(dir).isDirectory() ? filesIn(dir) : undefined;
  if (found?.length === 0 || (found && isBundleOf(dir, ticketId, found))) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${dir} exists, and holds something else than an earlier bundle of this ticket`,
    expected: 'a folder that does not exist yet, an empty one, or a bundle of the same ticket as it was written',
    hint: 'name another folder: what stands in this one would be replaced',
  });
};

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(dir, join(parentPath, name)).split(sep).join('/'));

const isBundleOf = (dir: string, ticketId: string, found: readonly string[]): boolean => {
  const index = found.includes('bundle.json') ? indexIn(dir) : undefined;
  if (index?.ticketId !== ticketId) return false;
  return found.every((name) => BESIDE_INDEX.includes(name) || Object.hasOwn(index.files, name));
};

const indexIn = (dir: string) => {
  try {
    return BundleIndex.safeParse(JSON.parse(readFileSync(join(dir, 'bundle.json'), 'utf8'))).data;
  } catch {
    return undefined; // no bundle that was written whole
  }
};
