// Whether a timestamp (RFC 3161) is of these bytes and by an authority that is trusted: the signature over the signed
// attributes, the digests that they hold, the signer's certificate with its purpose, and a chain to a certificate that
// the verifier named, all valid when the stamp was made.
// Traps: a certificate that has run out since does not undo a stamp from before; whether one was revoked is not known
// offline. Which of the certificates is the signer's says an attribute that is signed, never their order.
import { createHash, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { sha256 } from '../canonical.ts';
import { isQuittanceError, QuittanceError } from '../errors.ts';
import { SHA256 } from './der.ts';
import { HASHES, readToken, TST_INFO, type Token } from './token.ts';

/** Who stamps: each certificate, in DER, is trusted as it is, or as issuer of the one that signs. */
export interface Authority {
  readonly name: string;
  readonly certificates: readonly Uint8Array[];
}

export type Fault = 'malformed' | 'digest' | 'nonce' | 'signature' | 'purpose' | 'untrusted' | 'expired' | 'refused';

/** TIMESTAMP_INVALID, with the fault as what was got. */
export const faulty = (fault: Fault, message: string, cause?: unknown): QuittanceError =>
  new QuittanceError('TIMESTAMP_INVALID', { message, got: fault, cause });

/**
 * When the bytes existed at the latest. `nonce`: of the request, where the one who asked is at hand. TIMESTAMP_INVALID.
 */
export const verifyTimestamp = (
  bytes: Uint8Array,
  stamped: Uint8Array,
  authority: Authority,
  nonce?: Uint8Array,
): Date => {
  const token = parsed(bytes);
  const { imprint, at } = token;
  if (imprint.algorithm !== SHA256 || !imprint.digest.equals(sha256(stamped)))
    throw faulty('digest', 'the timestamp is of something else');
  if (nonce !== undefined && token.nonce !== Buffer.from(nonce).toString('hex'))
    throw faulty('nonce', 'the timestamp answers another request');
  const trusted = authority.certificates.map((der) => certificateOf(der, authority.name));
  const signer = signerCertificate(token, trusted);
  requireSignature(token, signer.publicKey);
  requirePurpose(signer);
  requireChain(signer, [...token.certificates, ...trusted], trusted, at);
  return at;
};

const parsed = (bytes: Uint8Array): Token => {
  try {
    return readToken(bytes);
  } catch (cause) {
    if (isQuittanceError(cause)) throw cause;
    throw faulty('malformed', 'the timestamp is no token of RFC 3161', cause);
  }
};

const certificateOf = (der: Uint8Array, name: string): X509Certificate => {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw faulty('malformed', `a trusted certificate of ${name} cannot be read`, cause);
  }
};

/** The one that the signed attributes name by its digest. */
const signerCertificate = ({ certificates, signer }: Token, trusted: readonly X509Certificate[]): X509Certificate => {
  const { hash, digest } = signer.certificate;
  const found = [...certificates, ...trusted].find(({ raw }) => createHash(hash).update(raw).digest().equals(digest));
  if (found) return found;
  throw faulty('untrusted', 'the certificate that signed the timestamp is neither in it nor among those trusted');
};

const requireSignature = ({ content, signer }: Token, key: KeyObject): void => {
  const hash = HASHES.get(signer.digest);
  const said = hash && createHash(hash).update(content).digest();
  if (hash === undefined || !said?.equals(signer.messageDigest) || signer.contentType !== TST_INFO)
    throw faulty('signature', 'the timestamp is not what its signature is about');
  if (!signatureHolds(signer, hash, key)) throw faulty('signature', 'the signature of the timestamp does not verify');
};

/** Signature algorithms, with the hash function where the name says it. */
const ALGORITHMS: ReadonlyMap<string, { readonly key: string; readonly hash?: string }> = new Map([
  ['1.2.840.113549.1.1.1', { key: 'rsa' }],
  ['1.2.840.113549.1.1.11', { key: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.2.1', { key: 'ec' }],
  ['1.2.840.10045.4.3.2', { key: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { key: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { key: 'ec', hash: 'sha512' }],
  ['1.3.101.112', { key: 'ed25519' }],
]);

const signatureHolds = (signer: Token['signer'], hash: string, key: KeyObject): boolean => {
  const algorithm = ALGORITHMS.get(signer.signatureAlgorithm);
  if (algorithm === undefined || algorithm.key !== key.asymmetricKeyType) return false;
  const by = algorithm.key === 'ed25519' ? null : (algorithm.hash ?? hash);
  try {
    return verify(by, signer.attributes, key, signer.signature);
  } catch {
    return false; // a key that cannot sign so
  }
};

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
/** The extension `extKeyUsage`, marked critical. */
const CRITICAL_PURPOSE = Buffer.from('0603551d250101ff', 'hex');

/** A key for timestamps, and for nothing else (RFC 3161, 2.3). */
const requirePurpose = ({ keyUsage, raw }: X509Certificate): void => {
  const only = (keyUsage as readonly string[] | undefined)?.join() === TIME_STAMPING;
  if (!only || !raw.includes(CRITICAL_PURPOSE))
    throw faulty('purpose', 'the certificate that signed the timestamp is not one for timestamps');
};

const MOST_LINKS = 5;

const requireChain = (
  signer: X509Certificate,
  known: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  at: Date,
): void => {
  let last = signer;
  for (let links = 0; links <= MOST_LINKS; links++) {
    if (at < new Date(last.validFrom) || at > new Date(last.validTo))
      throw faulty('expired', `a certificate of the authority was not valid at ${at.toISOString()}`);
    if (trusted.some(({ raw }) => raw.equals(last.raw))) return;
    const issuer = known.find((one) => one.ca && last.checkIssued(one) && last.verify(one.publicKey));
    if (!issuer || issuer.raw.equals(last.raw)) break;
    last = issuer;
  }
  throw faulty('untrusted', 'no certificate that is trusted issued the one that signed the timestamp');
};
