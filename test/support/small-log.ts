// A transparency log of a few entries, written down a second time from the specifications (RFC 6962 §2.1,
// https://c2sp.org/tlog-checkpoint, tlog-proof), so that the verifier is tested against something that shares no code
// with it.
import { createHash } from 'node:crypto';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import type { Signer } from '#core/ports.ts';

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** MTH of RFC 6962. */
export const root = (entries: readonly string[]): Buffer => {
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Uint8Array.of(0), entries[0]!);
  const k = half(entries.length);
  return sha256(Uint8Array.of(1), root(entries.slice(0, k)), root(entries.slice(k)));
};

/** PATH of RFC 6962. */
export const path = (index: number, entries: readonly string[]): Buffer[] => {
  if (entries.length === 1) return [];
  const k = half(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return index < k ? [...path(index, left), root(right)] : [...path(index - k, right), root(left)];
};

/** PROOF of RFC 6962: that the first `m` entries are a prefix. */
export const prefix = (m: number, entries: readonly string[]): Buffer[] => (m === 0 ? [] : subproof(m, entries, true));

const subproof = (m: number, entries: readonly string[], whole: boolean): Buffer[] => {
  if (m === entries.length) return whole ? [] : [root(entries)];
  const k = half(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m <= k ? [...subproof(m, left, whole), root(right)] : [...subproof(m - k, right, false), root(left)];
};

const half = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** The name of a log that began with this signer's key. */
export const originOf = async (signer: Signer): Promise<string> => {
  const id = sha256('quittance log origin\n', await signer.publicKey(LOG_KEY)).toString('hex');
  return `quittance.dev/log/${id.slice(0, 16)}`;
};

/** A signature line (https://c2sp.org/signed-note); type 1: of a log, type 4: of a witness. */
export const noteLine = (name: string, type: 1 | 4, key: Uint8Array, signature: Uint8Array): string => {
  const id = sha256(`${name}\n`, Uint8Array.of(type), key).subarray(0, 4);
  return `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
};

/** A text under the signature of the log's key, in a log's name. */
export const signedByLog = async (name: string, signer: Signer, text: string): Promise<string> =>
  `${text}\n${noteLine(name, 1, await signer.publicKey(LOG_KEY), await signer.sign(LOG_KEY, Buffer.from(text)))}`;

/** The signed checkpoint of these entries, the proof of each, and that the first `earlier` are a prefix. */
export const writtenLog = async (
  origin: string,
  signer: Signer,
  entries: readonly string[],
  earlier: number,
  time: Date,
) => {
  const text = `${origin}\n${entries.length}\n${root(entries).toString('base64')}\ntime ${time.toISOString()}\n`;
  const checkpoint = await signedByLog(origin, signer, text);
  const proofs = entries.map((_, index) => {
    return `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines(path(index, entries))}\n${checkpoint}`;
  });
  const consistency = `old ${earlier}\n${lines(prefix(earlier, entries))}\n${checkpoint}`;
  return { checkpoint, proofs, consistency };
};

/** The log's word on which of these entries are the ticket's. */
export const writtenLeaves = async (
  origin: string,
  signer: Signer,
  ticketId: string,
  entries: readonly string[],
  indexes: readonly number[] = entries.map((_, i) => i),
): Promise<string> => {
  const where = `size ${entries.length}\nroot ${root(entries).toString('base64')}`;
  return signedByLog(origin, signer, `${origin}/ticket\nticket ${ticketId}\n${where}\nleaves ${indexes.join(' ')}\n`);
};

const lines = (hashes: readonly Buffer[]): string => hashes.map((hash) => `${hash.toString('base64')}\n`).join('');
