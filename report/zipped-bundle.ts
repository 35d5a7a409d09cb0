// A bundle that arrives as one zip file. Traps: sizes and count are the archive's own claims, so each is limited before
// anything is unpacked, and what is unpacked is held against them piece by piece; of two entries of one name a reader
// may take either, and entries that the directory lays over each other unpack to any amount: both are refused.
import { Unzip, UnzipInflate, unzipSync } from 'fflate';
import type { BundleFiles } from '#core/bundle.ts';
import { QuittanceError } from '#core/errors.ts';
import { MOST } from '#core/verify/bounds.ts';

export const MOST_ENTRIES = 4 * MOST.files;

/** `what`: how the archive is called in a refusal. INPUT_TOO_LARGE, BUNDLE_INVALID. */
export const unzipBundle = (bytes: Uint8Array, what: string): BundleFiles => {
  refuseSize(what, bytes.length);
  try {
    const claims = claimsOf(bytes, what);
    const found = entriesOf(bytes, claims, what);
    if (found.size !== claims.size) throw malformed(what, 'has other entries than it lists');
    return new Map([...found].filter(([name]) => !name.endsWith('/')));
  } catch (cause) {
    if (cause instanceof QuittanceError) throw cause;
    throw malformed(what, 'is neither a folder nor a zip file', cause);
  }
};

/** Names and lengths as the archive's directory has them; nothing is unpacked. */
const claimsOf = (bytes: Uint8Array, what: string): ReadonlyMap<string, number> => {
  const claims = new Map<string, number>();
  let total = 0;
  unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (claims.has(name)) throw malformed(what, 'has two entries of one name');
      if (claims.set(name, originalSize).size > MOST_ENTRIES)
        throw malformed(what, `has more than ${MOST_ENTRIES} entries`);
      refuseSize(what, (total += originalSize));
      return false;
    },
  });
  return claims;
};

/** A piece of this length unpacks to some tens of megabytes at most before it is looked at. */
const PIECE_BYTES = 2 ** 15;

/** The entries one after the other, as they lie there; none is longer than its claim. */
const entriesOf = (bytes: Uint8Array, claims: ReadonlyMap<string, number>, what: string): BundleFiles => {
  const found: BundleFiles = new Map();
  const unzip = new Unzip((entry) => {
    const claimed = claims.get(entry.name);
    if (claimed === undefined || found.has(entry.name)) throw malformed(what, 'has other entries than it lists');
    found.set(entry.name, new Uint8Array());
    const parts: Uint8Array[] = [];
    let length = 0;
    entry.ondata = (error, part, final) => {
      if (error) throw error;
      length += part.length;
      if (length > claimed || (final && length < claimed))
        throw malformed(what, 'has an entry of another length than it says');
      parts.push(part);
      if (final) found.set(entry.name, Buffer.concat(parts));
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    unzip.push(bytes.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length);
  return found;
};

export const malformed = (what: string, fault: string, cause?: unknown) =>
  new QuittanceError('BUNDLE_INVALID', {
    message: `${what} ${fault}`,
    expected: 'the folder of a bundle, or the zip file of one as it was handed out',
    got: `what ${fault}`,
    cause,
  });

export const refuseSize = (what: string, bytes: number): void => {
  if (bytes <= MOST.bytes) return;
  throw new QuittanceError('INPUT_TOO_LARGE', {
    message: `${what} is too large for a bundle`,
    expected: `at most ${MOST.bytes} bytes`,
    got: `${bytes}`,
  });
};
