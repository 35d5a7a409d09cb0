// What gets into a bundle on its way: file managers put folders around it and files of their own into it, and others
// put their signatures under its notes and envelopes (C2SP signed-note and DSSE: those by unknown keys are ignored).
// No rule reads any of it; it is set aside with a remark.
// Trap: the list of what may be set aside is closed, and what the bundle itself lists is never on it: a note or an
// envelope without the added signatures must be the listed one, byte for byte. Any other file that is not listed makes
// the bundle invalid.
import { plural } from '../plural.ts';
import { z } from 'zod';
import type { BundleFiles } from '../bundle.ts';
import { canonicalize, digestOf } from '../canonical.ts';
import { parseOnce } from '../json-keys.ts';

export interface Unwrapped {
  readonly files: BundleFiles;
  readonly remarks: readonly string[];
}

/** `._NAME`: what macOS keeps beside a file on a disk of another kind. */
const LITTER = /(^|\/)(\.DS_Store|\._[^/]+|Thumbs\.db|desktop\.ini)$|^(.*\/)?__MACOSX\//;
/** Folders around a bundle that are taken off: a zip file of a folder, unpacked into a folder of its name, has two. */
const MOST_FOLDERS = 4;

export const unwrapped = (given: BundleFiles): Unwrapped => {
  const kept = [...given].filter(([name]) => !LITTER.test(name));
  const litter = given.size - kept.length;
  const folder = foldersOf(kept.map(([name]) => name));
  const files = folder === undefined ? kept : kept.map(([name, bytes]) => [name.slice(folder.length), bytes] as const);
  const sealed = asListed(new Map(files));
  const remarks = [
    ...(litter === 0
      ? []
      : [`${plural(litter, 'file')} of a file manager (.DS_Store, Thumbs.db, __MACOSX and their like): left aside`]),
    ...(folder === undefined ? [] : [`the bundle lies in a folder of its own, ${folder}`]),
    ...sealed.remarks,
  ];
  return { files: sealed.files, remarks };
};

/** Files that end in a signed note. */
const NOTE = /^(checkpoint|consistency|leaves)$|\.tlog-proof$/;
const ENVELOPE = /\.dsse\.json$/;
const SIGNATURE = /\n— \S+ [A-Za-z0-9+/]+={0,2}\n$/u;
/** Signatures that are taken off at most, and the length of what they stand under, so that the work is bounded. */
const [MOST_ADDED, LONGEST] = [16, 65_536];
const Listed = z.object({ files: z.record(z.string(), z.string()) });

/** Notes and envelopes without the signatures that were put under them since the bundle was sealed. */
const asListed = (files: BundleFiles): Unwrapped => {
  const listed = listedIn(files.get('bundle.json'));
  const remarks: string[] = [];
  const kept = [...files].map(([name, bytes]) => {
    const digest = listed[name];
    const without = NOTE.test(name) ? noteWithout : ENVELOPE.test(name) ? envelopeWithout : undefined;
    if (digest === undefined || !without || bytes.length > LONGEST) return [name, bytes] as const;
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
const noteWithout = (bytes: Uint8Array, digest: string): Uint8Array => {
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

const Signed = z.strictObject({ payload: z.string(), payloadType: z.string(), signatures: z.array(z.unknown()) });
const Signatures = z.array(z.strictObject({ keyid: z.string(), sig: z.string() }));

/** The same of an envelope. Whoever adds a signature writes its JSON anew, so that its canonical form is compared. */
const envelopeWithout = (bytes: Uint8Array, digest: string): Uint8Array => {
  if (digestOf(bytes) === digest) return bytes;
  const envelope = envelopeIn(bytes);
  if (!envelope) return bytes;
  const { signatures } = envelope;
  for (let removed = 1; removed <= Math.min(MOST_ADDED, signatures.length); removed++) {
    const left = Signatures.safeParse(signatures.slice(0, -removed));
    if (!left.success) continue; // what we sign has no other form
    const rest = Buffer.from(canonicalize({ ...envelope, signatures: left.data }), 'utf8');
    if (digestOf(rest) === digest) return rest;
  }
  return bytes;
};

const envelopeIn = (bytes: Uint8Array): z.infer<typeof Signed> | undefined => {
  try {
    return Signed.parse(parseOnce(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined; // what is wrong with it is said where it is read
  }
};

/** The folders, with their slashes, in which all of the files lie, one in the other; undefined where there is none. */
const foldersOf = (names: readonly string[]): string | undefined => {
  const lists = names.filter((name) => name.endsWith('/bundle.json')).map((name) => name.split('/').slice(0, -1));
  const [parts = []] = lists.sort((a, b) => a.length - b.length);
  const folder = parts.map((part) => `${part}/`).join('');
  const isAround = parts.length > 0 && parts.length <= MOST_FOLDERS && names.every((name) => name.startsWith(folder));
  return isAround ? folder : undefined;
};
