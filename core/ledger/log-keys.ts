// The keys that signed a log, one after another under one name: each from the end of the one before it until its own.
// Traps: the date in a checkpoint is written by whoever signs it, so that of a key which others may have had nothing
// is believed on its own date. And clocks of one installation differ, so that both ends of a key's time are that wide.
import { QuittanceError } from '../errors.ts';
import type { FormerKey, Signer } from '../ports.ts';
import type { KeyEnding } from '../key-end.ts';
import { openNote, originOf, signatureLine, type NoteKey } from './note.ts';

/** Name of the log's key with the Signer. */
export const LOG_KEY = 'log';

/** Clocks of one installation may differ by this much. */
export const CLOCKS_DIFFER_MS = 5 * 60_000;

export interface LogKey extends NoteKey {
  readonly ended?: KeyEnding | undefined;
}

export type LogSigner = Pick<Signer, 'publicKey' | 'former'>;

export const formerLogKeys = async (signer: LogSigner): Promise<readonly FormerKey[]> =>
  (await signer.former?.(LOG_KEY)) ?? [];

/** The key in use, under the log's name. */
export const logKey = async (signer: Pick<Signer, 'publicKey'>, origin: string): Promise<NoteKey> => ({
  name: origin,
  publicKey: await signer.publicKey(LOG_KEY),
});

/** The text under the signature of the key in use. LEDGER_CONFLICT where it was replaced meanwhile. */
export const signedNote = async (signer: Signer, origin: string, text: string): Promise<string> => {
  const key = await logKey(signer, origin);
  const note = `${text}\n${signatureLine(key, await signer.sign(LOG_KEY, Buffer.from(text)))}`;
  if (openNote(note, key) !== undefined) return note;
  throw new QuittanceError('LEDGER_CONFLICT', { message: "the log's key was replaced while it signed" });
};

/** The signed text and the key by which it is signed; undefined where it is none of them. `beside`: known, too. */
export const openByOne = <K extends NoteKey>(
  note: string,
  keys: readonly K[],
  beside: readonly NoteKey[] = [],
): { text: string; key: K } | undefined => {
  for (const key of keys) {
    const text = openNote(note, key, [...keys, ...beside]);
    if (text !== undefined) return { text, key };
  }
  return undefined;
};

/**
 * The signed text, and how many keys have followed the one that signed it. Keys from before are asked for where the one
 * in use did not sign: there are none but while a key is replaced.
 */
export const openedByAnyKey = async (
  note: string,
  signer: LogSigner,
): Promise<{ readonly text: string; readonly age: number } | undefined> => {
  const name = originOf(note);
  const key = await logKey(signer, name);
  const text = textUnder(note, key, signer);
  if (text !== undefined) return { text, age: 0 };
  const former = (await formerLogKeys(signer)).map(({ publicKey }) => ({ name, publicKey }));
  const opened = openByOne(note, former, [key]);
  return opened && { text: opened.text, age: former.length - former.indexOf(opened.key) };
};

interface Opened {
  readonly note: string;
  readonly key: NoteKey;
  readonly text: string;
}

/** The last note that verified: the head is read before each append, and is mostly the one that was just written. */
const lastOpened = new WeakMap<LogSigner, Opened>();

const textUnder = (note: string, key: NoteKey, signer: LogSigner): string | undefined => {
  const last = lastOpened.get(signer);
  if (last?.note === note && Buffer.from(last.key.publicKey).equals(key.publicKey)) return last.text;
  const text = openNote(note, key);
  if (text !== undefined) lastOpened.set(signer, { note, key, text });
  return text;
};

/** Whether it was the log's key at that time. `keys`: the oldest first. */
export const wasInUse = (keys: readonly LogKey[], key: LogKey, at: string): boolean => {
  const time = Date.parse(at);
  const before = keys.slice(0, keys.indexOf(key)).flatMap(({ ended }) => (ended ? [Date.parse(ended.until)] : []));
  const until = key.ended ? Date.parse(key.ended.until) : Infinity;
  return time >= Math.max(-Infinity, ...before) - CLOCKS_DIFFER_MS && time <= until + CLOCKS_DIFFER_MS;
};
