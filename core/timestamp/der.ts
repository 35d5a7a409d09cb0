// DER (X.690) as the rules on timestamps read it: a tree of values, each with the very bytes that it is written in.
// Decoding is asn1js's, with bounds on what it may read. Trap: asn1js reads BER, of which DER is the one strict form.
// What is signed is hashed as it lies there, so that a lax encoding only makes a signature fail.
import {
  Boolean as Asn1Boolean,
  Constructed,
  fromBER,
  GeneralizedTime,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Sequence,
  Set as Asn1Set,
} from 'asn1js';

/** A token is a few kilobytes with its certificates. */
export const MOST_DER_BYTES = 64 * 2 ** 10;
const BOUNDS = { maxDepth: 24, maxNodes: 4_000, maxContentLength: MOST_DER_BYTES } as const;

type Value = ReturnType<typeof fromBER>['result'];

/** What is malformed; whoever reads a document says of what. */
export class Malformed extends Error {}
const malformed = (expected: string): never => {
  throw new Malformed(`${expected} was expected`);
};

/** The one value that fills the bytes. */
export const readDer = (bytes: Uint8Array): Value => {
  if (bytes.length === 0 || bytes.length > MOST_DER_BYTES) return malformed(`1 to ${MOST_DER_BYTES} bytes`);
  const { offset, result } = fromBER(Uint8Array.from(bytes), { ...BOUNDS, parseEmbedded: false });
  if (offset !== bytes.length) return malformed('one value in DER');
  return result;
};

/** As it is written, tag and length included. */
export const bytesOf = (value: Value): Buffer => Buffer.from(value.valueBeforeDecodeView);

export const sequence = (value: Value | undefined): Value[] =>
  value instanceof Sequence ? value.valueBlock.value : malformed('a sequence');
export const setOf = (value: Value | undefined): Value[] =>
  value instanceof Asn1Set ? value.valueBlock.value : malformed('a set');
export const oid = (value: Value | undefined): string =>
  value instanceof ObjectIdentifier ? value.getValue() : malformed('an object identifier');
export const octets = (value: Value | undefined): Buffer =>
  value instanceof OctetString && !value.idBlock.isConstructed
    ? Buffer.from(value.valueBlock.valueHexView)
    : malformed('an octet string');
/** In hexadecimal, as nonces and serial numbers are larger than numbers here. */
export const integer = (value: Value | undefined): string =>
  value instanceof Integer ? Buffer.from(value.valueBlock.valueHexView).toString('hex') : malformed('an integer');
/** RFC 3161 wants UTC; the seconds may have a fraction. */
export const time = (value: Value | undefined): Date => {
  if (!(value instanceof GeneralizedTime)) return malformed('a time');
  const at = value.toDate();
  return Number.isNaN(at.getTime()) ? malformed('a time') : at;
};
const CONTEXT = 3;
/** The members of a value that stands under a tag of its context, such as [0]; undefined where it is another value. */
export const tagged = (value: Value | undefined, tag: number): Value[] | undefined => {
  if (value?.idBlock.tagClass !== CONTEXT || value.idBlock.tagNumber !== tag) return undefined;
  return value instanceof Constructed ? value.valueBlock.value : [];
};

/** `SEQUENCE { version, digest of what is stamped, nonce, certReq }` (RFC 3161, 2.4.1). */
export const timestampRequest = (sha256: Uint8Array, nonce: Uint8Array): Uint8Array => {
  const algorithm = new Sequence({ value: [new ObjectIdentifier({ value: SHA256 }), new Null()] });
  const imprint = new Sequence({ value: [algorithm, new OctetString({ valueHex: Uint8Array.from(sha256) })] });
  const asked = new Integer({ valueHex: Uint8Array.from(nonce) });
  const request = new Sequence({
    value: [new Integer({ value: 1 }), imprint, asked, new Asn1Boolean({ value: true })],
  });
  return new Uint8Array(request.toBER());
};
export const SHA256 = '2.16.840.1.101.3.4.2.1';
