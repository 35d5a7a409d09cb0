// What gets into a bundle on its way: file managers put a folder around it and files of their own into it, and others
// who look after logs put their signatures under its notes (C2SP signed-note: signatures by unknown keys are ignored).
// No rule reads any of it; it is set aside with a remark.
// Trap: the list of what may be set aside is closed, and what the bundle itself lists is never on it: a note without
// the added signatures must be the listed one, byte for byte. Any other file that is not listed makes the bundle
// invalid.
import { plural } from '../plural.ts';
import { z } from 'zod';
import type { BundleFiles } from '../bundle.ts';
import { digestOf } from '../canonical.ts';

export interface Unwrapped {
  readonly files: BundleFiles;
  readonly remarks: readonly string[];
}

const LITTER = /(^|\/)(\.DS_Store|Thumbs\.db)$|^(.*\/)?__MACOSX\//;

export const unwrapped = (given: BundleFiles): Unwrapped => {
  const kept = [...given].filter(([name]) => !LITTER.test(name));
  const litter = given.size - kept.length;
  const folder = folderOf(kept.map(([name]) => name));
  const files = folder === undefined ? kept : kept.map(([name, bytes]) => [name.slice(folder.length), bytes] as const);
  const sealed = asListed(new Map(files));
  const remarks = [
    ...(litter === 0
      ? []
      : [`${plural(litter, 'file')} of a file manager (.DS_Store, Thumbs.db, __MACOSX): left aside`]),
    ...(folder === undefined ? [] : [`the bundle lies in a folder of its own, ${folder}`]),
    ...sealed.remarks,
  ];
  return { files: sealed.files, remarks };
};

/** Files that end in a signed note. */
const NOTE = /^(checkpoint|consistency)$|\.tlog-proof$/;
const SIGNATURE = /\n— \S+ [A-Za-z0-9+/]+={0,2}\n$/u;
/** Signatures that are taken off a note at most, and its length, so that the work is bounded. */
const [MOST_ADDED, LONGEST] = [16, 65_536];
const Listed = z.object({ files: z.record(z.string(), z.string()) });

/** Notes without the signatures that were put under them since the bundle was sealed. */
const asListed = (files: BundleFiles): Unwrapped => {
  const listed = listedIn(files.get('bundle.json'));
  const remarks: string[] = [];
  const kept = [...files].map(([name, bytes]) => {
    const digest = listed[name];
    if (digest === undefined || !NOTE.test(name) || bytes.length > LONGEST) return [name, bytes] as const;
    const bare = without(bytes, digest);
    if (bare !== bytes) remarks.push(`signatures that were put under ${name} later were left aside`);
    return [name, bare] as const;
  });
  return { files: new Map(kept), remarks };
};

const listedIn = (index: Uint8Array | undefined): Readonly<Record<string, string>> => {
  try {
    return Listed.parse(JSON.parse(Buffer.from(index ?? []).toString('utf8'))).files;
  } catch {
    return {}; // what is wrong with the list is said where it is read
  }
};

/** The bytes as they are where they are listed, or where no removal of last signatures makes them so. */
const without = (bytes: Uint8Array, digest: string): Uint8Array => {
  let rest = bytes;
  for (let removed = 0; removed <= MOST_ADDED; removed++) {
    if (digestOf(rest) === digest) return rest;
    const text = Buffer.from(rest).toString('utf8');
    const last = SIGNATURE.exec(text);
    if (!last) return bytes;
    rest = Buffer.from(text.slice(0, last.index + 1), 'utf8');
  }
  return bytes;
};

/** The one folder, with its slash, in which all of the files lie; undefined where there is none. */
const folderOf = (names: readonly string[]): string | undefined => {
  const first = names[0] ?? '';
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder !== '' && names.every((name) => name.startsWith(folder)) && names.includes(`${folder}bundle.json`)
    ? folder
    : undefined;
};
