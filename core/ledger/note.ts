// Signed notes, checkpoints and witness cosignatures: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint
// and https://c2sp.org/tlog-cosignature. Ed25519 only: the log signs the text (type 0x01), a witness the text behind a
// time (type 0x04). Our checkpoints carry one extension line, `time <RFC 3339>`, so that one from the future can be
// refused.
// Trap: a signature line of an unknown key is ignored, and a known key name with a wrong key id is not known.
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { sha256 } from '../canonical.ts';
import { QuittanceError } from '../errors.ts';

export interface NoteKey {
  name: string;
  /** Raw Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
}

const TYPE = { signature: 1, cosignature: 4 } as const;

/** First four bytes of SHA-256(name ‖ "\n" ‖ type ‖ key). */
export const noteKeyId = ({ name, publicKey }: NoteKey, type: keyof typeof TYPE = 'signature'): Buffer =>
  sha256(name, '\n', Uint8Array.of(TYPE[type]), publicKey).subarray(0, 4);

/** What stands before the raw key in its SubjectPublicKeyInfo (RFC 8410). */
export const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** Checks an Ed25519 signature with a raw public key; a malformed key verifies nothing. */
export const verifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return verify(null, message, publicKeyOf(publicKey), signature);
  } catch {
    return false; // not a point on the curve
  }
};

const parsed = new Map<string, KeyObject>();
/** Keys of a log, its witnesses and its people; of a stranger's bundle no more are kept either. */
const MOST_PARSED = 64;

const publicKeyOf = (raw: Uint8Array): KeyObject => {
  const text = Buffer.from(raw).toString('latin1');
  const known = parsed.get(text);
  if (known) return known;
  const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' });
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(text, key);
  return key;
};

/** The note's text with one more signature line. `text` ends with a newline. */
export const signatureLine = (key: NoteKey, signature: Uint8Array): string =>
  `— ${key.name} ${Buffer.concat([noteKeyId(key), signature]).toString('base64')}\n`;

const invalid = (message: string) => new QuittanceError('LEDGER_INVALID', { message });

const MOST_SIGNATURES = 64;

/** Splits a note into its signed text (with the final newline) and its signature lines. */
export const parseNote = (
  note: string,
): { text: string; signatures: { name: string; id: Buffer; signature: Buffer }[] } => {
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n')) throw invalid('not a signed note');
  const lines = note.slice(at + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw invalid('a note carries too many signatures');
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) };
};

const parseSignature = (line: string) => {
  const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  const bytes = Buffer.from(match?.[2] ?? '', 'base64');
  if (!match?.[1] || bytes.length < 5 || bytes.toString('base64') !== match[2])
    throw invalid('a signature line of a note is malformed');
  return { name: match[1], id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
};

/**
 * The signed text where a signature of the key verifies, else undefined. Every line with the key's name and id must
 * verify, by this key or by one of `beside`: an id has four bytes, so that another known key may have the same.
 */
export const openNote = (note: string, key: NoteKey, beside: readonly NoteKey[] = []): string | undefined => {
  const { text, signatures } = parseNote(note);
  const message = Buffer.from(text);
  const verified = verifiedOf(signatures, key, beside, 'signature', ({ publicKey }, signature) =>
    verifyEd25519(publicKey, message, signature) ? true : undefined,
  );
  return verified === undefined ? undefined : text;
};

/**
 * When a witness says it saw this checkpoint consistent with all before it (seconds since 1970), or undefined where no
 * cosignature of its key verifies. `beside`: the other known witnesses.
 */
export const cosignedAt = (note: string, witness: NoteKey, beside: readonly NoteKey[] = []): number | undefined => {
  const { text, signatures } = parseNote(note);
  return verifiedOf(signatures, witness, beside, 'cosignature', ({ publicKey }, signature) =>
    cosignatureTime(text, signature, publicKey),
  );
};

/** What the first line says that the key verifies; undefined where none does, or where one is of no known key. */
const verifiedOf = <T>(
  signatures: ReturnType<typeof parseNote>['signatures'],
  key: NoteKey,
  beside: readonly NoteKey[],
  type: keyof typeof TYPE,
  verified: (key: NoteKey, signature: Buffer) => T | undefined,
): T | undefined => {
  const own = noteKeyId(key, type);
  const alike = beside.filter((other) => other.name === key.name && noteKeyId(other, type).equals(own));
  let first: T | undefined;
  for (const { name, id, signature } of signatures) {
    if (name !== key.name || !id.equals(own)) continue;
    const said = verified(key, signature);
    if (said === undefined && !alike.some((other) => verified(other, signature) !== undefined)) return undefined;
    first ??= said;
  }
  return first;
};

const cosignatureTime = (text: string, signature: Buffer, publicKey: Uint8Array): number | undefined => {
  if (signature.length !== 72) return undefined;
  const time = signature.readBigUInt64BE(0);
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  return verifyEd25519(publicKey, message, signature.subarray(8)) ? Number(time) : undefined;
};

/** The first line of a checkpoint, which names its log; true only where the signature verifies under that name. */
export const originOf = (note: string): string => note.slice(0, Math.max(0, note.indexOf('\n')));

export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
  /** From our extension line. */
  time: string;
}

export const checkpointText = ({ origin, size, root, time }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\ntime ${time}\n`;

/** LEDGER_INVALID where the text is not a checkpoint in its one form. */
export const parseCheckpoint = (text: string): Checkpoint => {
  const [origin = '', size = '', root = '', time = '', end, ...rest] = text.split('\n');
  const checkpoint = {
    origin,
    size: Number(size),
    root: Buffer.from(root, 'base64'),
    time: time.replace(/^time /, ''),
  };
  const wellFormed =
    end === '' &&
    rest.length === 0 &&
    origin !== '' &&
    Number.isSafeInteger(checkpoint.size) &&
    checkpoint.size >= 0 &&
    checkpoint.root.length === 32 &&
    !Number.isNaN(Date.parse(checkpoint.time));
  if (!wellFormed || checkpointText(checkpoint) !== text) throw invalid('not a checkpoint');
  return checkpoint;
};
