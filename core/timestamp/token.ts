// A timestamp token (RFC 3161) as its fields: CMS SignedData (RFC 5652) around TSTInfo. Trap: everything here is the
// sender's; nothing counts before token-verification has checked the signature and whose it is.
import { X509Certificate } from 'node:crypto';
import { bytesOf, integer, Malformed, octets, oid, readDer, sequence, setOf, SHA256, tagged, time } from './der.ts';

export interface Token {
  /** Hash function, and what it gave, of what is stamped. */
  readonly imprint: { readonly algorithm: string; readonly digest: Buffer };
  readonly at: Date;
  readonly serial: string;
  readonly nonce: string | undefined;
  /** TSTInfo, byte for byte: what the signed attributes have the digest of. */
  readonly content: Buffer;
  readonly certificates: readonly X509Certificate[];
  readonly signer: Signer;
}

interface Signer {
  readonly digest: string;
  readonly signatureAlgorithm: string;
  readonly signature: Buffer;
  /** As they are signed: the set under its own tag. */
  readonly attributes: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  /** Digests by which the signature names the signer's certificate, with their hash functions. */
  readonly certificate: { readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512'; readonly digest: Buffer };
}

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;
export const TST_INFO = OID.tstInfo;

/** Hash functions that a token may use, by their object identifiers. */
export const HASHES: ReadonlyMap<string, 'sha256' | 'sha384' | 'sha512'> = new Map([
  [SHA256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

const MOST_CERTIFICATES = 8;

/** The answer of an authority: its token, or the number of the status that says why there is none. */
export const readAnswer = (bytes: Uint8Array): { token: Buffer } | { status: number } => {
  const [info, token] = sequence(readDer(bytes));
  const status = Number.parseInt(integer(sequence(info)[0]), 16);
  return token !== undefined && status <= GRANTED_WITH_CHANGES ? { token: bytesOf(token) } : { status };
};
/** `granted` is 0, `grantedWithMods` 1. */
const GRANTED_WITH_CHANGES = 1;

/** Throws Malformed, or whatever a parser throws. */
export const readToken = (bytes: Uint8Array): Token => {
  const [type, signedData] = sequence(readDer(bytes));
  if (oid(type) !== OID.signedData) throw new Malformed('signed data was expected');
  const [, , encapsulated, ...rest] = sequence(tagged(signedData, 0)?.[0]);
  const [contentType, wrapped] = sequence(encapsulated);
  if (oid(contentType) !== OID.tstInfo) throw new Malformed('a timestamp was expected');
  const content = octets(tagged(wrapped, 0)?.[0]);
  const given = rest.flatMap((one) => tagged(one, 0) ?? []);
  const signers = setOf(rest.at(-1));
  if (given.length > MOST_CERTIFICATES || signers.length !== 1) throw new Malformed('one signer was expected');
  const certificates = given.map((one) => new X509Certificate(bytesOf(one)));
  return { ...stamped(content), content, certificates, signer: signerOf(sequence(signers[0])) };
};

type Values = ReturnType<typeof sequence>;

const stamped = (content: Buffer): Pick<Token, 'imprint' | 'at' | 'serial' | 'nonce'> => {
  const [, , imprint, serial, at, ...optional] = sequence(readDer(content));
  const [algorithm, digest] = sequence(imprint);
  const nonce = optional.find(({ idBlock }) => idBlock.tagClass === UNIVERSAL && idBlock.tagNumber === INTEGER);
  return {
    imprint: { algorithm: oid(sequence(algorithm)[0]), digest: octets(digest) },
    serial: integer(serial),
    at: time(at),
    nonce: nonce && integer(nonce),
  };
};
const [UNIVERSAL, INTEGER] = [1, 2];

const signerOf = ([, , digest, attributes, algorithm, signature]: Values): Signer => {
  const members = tagged(attributes, 0);
  if (!members || attributes === undefined) throw new Malformed('signed attributes were expected');
  const values = new Map(members.map((one) => [oid(sequence(one)[0]), setOf(sequence(one)[1])]));
  const only = (type: string) => {
    const [value, ...more] = values.get(type) ?? [];
    if (value === undefined || more.length > 0) throw new Malformed('an attribute of one value was expected');
    return value;
  };
  const raw = bytesOf(attributes);
  raw[0] = 0x31; // signed as the SET that they are, and written under the tag [0] (RFC 5652, 5.4)
  const v2 = values.has(OID.signingCertificateV2);
  const named = sequence(sequence(only(v2 ? OID.signingCertificateV2 : OID.signingCertificate))[0])[0];
  return {
    digest: oid(sequence(digest)[0]),
    signatureAlgorithm: oid(sequence(algorithm)[0]),
    signature: octets(signature),
    attributes: raw,
    contentType: oid(only(OID.contentType)),
    messageDigest: octets(only(OID.messageDigest)),
    certificate: v2 ? namedByAny(sequence(named)) : { hash: 'sha1', digest: octets(sequence(named)[0]) },
  };
};

/** ESSCertIDv2 (RFC 5035): SHA-256 where it names no hash function. */
const namedByAny = ([first, second]: Values): Signer['certificate'] => {
  if (first?.idBlock.tagNumber !== SEQUENCE) return { hash: 'sha256', digest: octets(first) };
  const hash = HASHES.get(oid(sequence(first)[0]));
  if (hash === undefined) throw new Malformed('another hash function was expected');
  return { hash, digest: octets(second) };
};
const SEQUENCE = 16;
