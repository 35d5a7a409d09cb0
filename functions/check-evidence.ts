// What somebody drops on the public page is checked as `quittance verify` checks it, and kept nowhere: a bundle as it
// is, a certificate alone in the place of the one in its case's own bundle. Keys are those that come with it, else the
// ones that this installation publishes.
// Trap: which cases there are is nobody's business, so that a case is looked up only for a certificate that this
// installation signed.
import { assembleBundle, type BundlePorts } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { publishedKeys, type KeyPorts } from '#core/pinned-keys.ts';
import { certifiedBy } from '#core/replay.ts';
import { parseTrustRoot } from '#core/trust-root.ts';
import { verifyBundle, type Verification } from '#core/verify.ts';
import { unzipBundle } from '#report/zipped-bundle.ts';

export interface CheckedEvidence extends Verification {
  readonly what: 'bundle' | 'certificate';
  /** Whose word it is that the keys are the right ones. */
  readonly keys: 'given' | 'published';
}

/** `keys`: a trust root as text, or nothing. BUNDLE_INVALID, INPUT_TOO_LARGE, TRUST_ROOT_INVALID: by the field. */
export const checkEvidence = async (
  dropped: Uint8Array,
  keys: string,
  ports: BundlePorts & KeyPorts,
): Promise<CheckedEvidence> => {
  const given = keys.trim() === '' ? undefined : inField('keys', () => parseTrustRoot(keys, 'what you gave as keys'));
  const trustRoot = given ?? (await publishedKeys(ports));
  const what = isZip(dropped) ? 'bundle' : 'certificate';
  const files =
    what === 'bundle'
      ? inField('file', () => unzipBundle(dropped, 'the file'))
      : await aroundCertificate(dropped, ports);
  const whose = given ? 'the trust root that you gave' : 'the keys that are published here';
  const found = files ? verifyBundle(files, { now: ports.clock.now(), trustRoot, whose }) : NOT_OURS;
  return { ...found, what, keys: given ? 'given' : 'published' };
};

/** A refusal names the field that it is of, so that the page says it there. */
const inField = <T>(field: 'file' | 'keys', read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    const { code, message, expected, got, hint, cause } = error;
    const rule = [expected ?? message, got && `found: ${got}`].filter(Boolean).join('; ');
    throw new QuittanceError(code, {
      ...{ message, fields: [{ field, rule }], cause },
      ...(expected !== undefined && { expected }),
      ...(got !== undefined && { got }),
      ...(hint !== undefined && { hint }),
    });
  }
};

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: local header, or the end of an archive of nothing. */
const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** The bundle of its case with this certificate in it; nothing where it is none of this installation's. */
const aroundCertificate = async (certificate: Uint8Array, ports: BundlePorts) => {
  const certified = await certifiedBy(certificate, digestOf(certificate), ports.signer);
  if (!certified) return undefined;
  const files = await assembleBundle(ports, certified.ticketId);
  return files.set('certificate.dsse.json', certificate);
};

const NOT_OURS: Verification = {
  outcome: 'completed',
  ok: false,
  checks: [
    {
      ...{ id: 'certificate-signatures', ok: false, state: 'fails' },
      detail:
        'neither a bundle nor a certificate that this installation signed: with its whole bundle it can be checked',
    },
  ],
  remarks: [],
};
