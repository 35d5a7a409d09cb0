// What file managers add when a bundle is opened, copied or packed: a folder around it, and files of their own. They
// are set aside with a remark, as nothing reads them.
// Trap: the list is closed, and what the bundle itself lists is never set aside; any other file that is not listed
// makes the bundle invalid.
import type { BundleFiles } from '../bundle.ts';

export interface Unwrapped {
  readonly files: BundleFiles;
  readonly remarks: readonly string[];
}

const LITTER = /(^|\/)(\.DS_Store|Thumbs\.db)$|^(.*\/)?__MACOSX\//;

export const unwrapped = (given: BundleFiles): Unwrapped => {
  const kept = [...given].filter(([name]) => !LITTER.test(name));
  const litter = given.size - kept.length;
  const folder = kept.some(([name]) => name === 'bundle.json') ? undefined : folderOf(kept.map(([name]) => name));
  const files = folder === undefined ? kept : kept.map(([name, bytes]) => [name.slice(folder.length), bytes] as const);
  const remarks = [
    ...(litter === 0 ? [] : [`${litter} files of a file manager (.DS_Store, Thumbs.db, __MACOSX) were left aside`]),
    ...(folder === undefined ? [] : [`the bundle lies in a folder of its own, ${folder}`]),
  ];
  return { files: new Map(files), remarks };
};

/** The one folder, with its slash, in which all of the files lie; undefined where there is none. */
const folderOf = (names: readonly string[]): string | undefined => {
  const first = names[0] ?? '';
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder !== '' && names.every((name) => name.startsWith(folder)) && names.includes(`${folder}bundle.json`)
    ? folder
    : undefined;
};
