// A bundle that arrives as one zip file. Traps: sizes and count are the archive's own claims, so each is limited before
// anything is unpacked; and of two entries of one name a reader may take either, so that such an archive is refused.
import { unzipSync } from 'fflate';
import type { BundleFiles } from '#core/bundle.ts';
import { QuittanceError } from '#core/errors.ts';
import { MOST } from '#core/verify/bounds.ts';

export const MOST_ENTRIES = 4 * MOST.files;

/** `what`: how the archive is called in a refusal. INPUT_TOO_LARGE, BUNDLE_INVALID. */
export const unzipBundle = (bytes: Uint8Array, what: string): BundleFiles => {
  refuseSize(what, bytes.length);
  const names: string[] = [];
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (names.push(name) > MOST_ENTRIES) throw malformed(what, `has more than ${MOST_ENTRIES} entries`);
        refuseSize(what, (total += originalSize));
        return true;
      },
    });
    if (Object.keys(files).length !== names.length) throw malformed(what, 'has two entries of one name');
    return new Map(Object.entries(files).filter(([name]) => !name.endsWith('/')));
  } catch (cause) {
    if (cause instanceof QuittanceError) throw cause;
    throw malformed(what, 'is neither a folder nor a zip file', cause);
  }
};

export const malformed = (what: string, fault: string, cause?: unknown) =>
  new QuittanceError('BUNDLE_INVALID', { message: `${what} ${fault}`, cause });

export const refuseSize = (what: string, bytes: number): void => {
  if (bytes <= MOST.bytes) return;
  throw new QuittanceError('INPUT_TOO_LARGE', {
    message: `${what} is too large for a bundle`,
    expected: `at most ${MOST.bytes} bytes`,
    got: `${bytes}`,
  });
};
