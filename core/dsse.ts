// Dead Simple Signing Envelope (https://github.com/secure-systems-lab/dsse, protocol v1) around in-toto Statements v1
// (https://in-toto.io/Statement/v1).
// Traps: the signature covers the pre-authentication encoding of type and bytes; only the very bytes whose signature
// verified may be parsed; and `keyid` is a hint that anybody may have written.
import { z } from 'zod';
import { canonicalize, digestOf, JsonValue, type Digest } from './canonical.ts';
import { QuittanceError } from './errors.ts';
import { parseOnce } from './json-keys.ts';
import { verifyEd25519 } from './ledger/note.ts';
import type { Signer } from './ports.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Of OpenSSF's model-signing; every other statement is of a type of ours. */
export const MODEL_SIGNING_TYPE = 'https://model_signing/signature/v1.0';

export const Statement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z
    .array(
      z.strictObject({
        name: z.string(),
        digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits') }),
      }),
    )
    .min(1),
  predicateType: z.union([z.string().startsWith('https://quittance.dev/'), z.literal(MODEL_SIGNING_TYPE)]),
  predicate: z.record(z.string(), JsonValue),
});
export type Statement = z.infer<typeof Statement>;

const Base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64');
export const Envelope = z.strictObject({
  payload: Base64,
  payloadType: z.literal(PAYLOAD_TYPE),
  signatures: z
    .array(z.strictObject({ keyid: z.string(), sig: Base64 }))
    .min(1)
    .max(16),
});
export type Envelope = z.infer<typeof Envelope>;

/** PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body. */
export const preAuthenticationEncoding = (type: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);

/** Digest of a raw public key: the key id of signatures and trust roots. */
export const keyIdOf = (publicKey: Uint8Array): Digest => digestOf(publicKey);

/** Signs a statement with each named key. */
export const signEnvelope = (statement: Statement, signer: Signer, keyNames: readonly string[]): Promise<Envelope> => {
  const payload = Buffer.from(canonicalize(statement)).toString('base64');
  return countersigned({ payload, payloadType: PAYLOAD_TYPE, signatures: [] }, signer, keyNames);
};

/** The envelope with one signature more by each named key, over the very bytes that it holds. */
export const countersigned = async (
  { payload, payloadType, signatures: before }: Envelope,
  signer: Signer,
  keyNames: readonly string[],
): Promise<Envelope> => {
  const message = preAuthenticationEncoding(payloadType, Buffer.from(payload, 'base64'));
  const signatures = [...before];
  for (const name of keyNames) {
    const [sig, key] = [await signer.sign(name, message), await signer.publicKey(name)];
    if (!verifyEd25519(key, message, sig)) throw replacedMeanwhile(name);
    signatures.push({ keyid: keyIdOf(key), sig: Buffer.from(sig).toString('base64') });
  }
  return { payload, payloadType, signatures };
};

/** Signed by one key and asked for the next: an envelope that names the wrong one would verify for nobody. */
const replacedMeanwhile = (name: string) =>
  new QuittanceError('SERVICE_UNAVAILABLE', {
    message: `the key '${name}' was replaced while it signed; nothing was issued`,
    hint: 'try again',
  });

/**
 * Key ids among `keys` (id → raw public key) whose signature verifies, and the statement in the verified bytes.
 * Signatures by unknown keys are ignored, as DSSE says; undefined where one by a known key does not verify, or none
 * does.
 */
export const verifyEnvelope = (
  envelope: Envelope,
  keys: ReadonlyMap<string, Uint8Array>,
): { statement: Statement; signers: string[] } | undefined => {
  const body = Buffer.from(envelope.payload, 'base64');
  if (body.toString('base64') !== envelope.payload) return undefined;
  const message = preAuthenticationEncoding(envelope.payloadType, body);
  const known = envelope.signatures.flatMap(({ keyid, sig }) => {
    const key = keys.get(keyid);
    return key ? [{ keyid, key, sig }] : [];
  });
  const verifies = ({ key, sig }: (typeof known)[number]) => {
    const bytes = Buffer.from(sig, 'base64');
    return bytes.toString('base64') === sig && verifyEd25519(key, message, bytes);
  };
  const statement = parseStatement(body);
  if (known.length === 0 || !known.every(verifies) || !statement) return undefined;
  return { statement, signers: [...new Set(known.map(({ keyid }) => keyid))] };
};

const parseStatement = (body: Buffer): Statement | undefined => {
  try {
    return Statement.safeParse(parseOnce(body.toString('utf8'))).data;
  } catch {
    return undefined; // reported by the caller as an envelope that does not verify
  }
};

export const subjectOf = (name: string, digest: Digest): Statement['subject'][number] => ({
  name,
  digest: { sha256: digest.slice('sha256:'.length) },
});
