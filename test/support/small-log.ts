// A transparency log of a few entries, written down a second time from the specifications (RFC 6962 §2.1, https://c2sp.org/tlog-checkpoint, tlog-proof), so that the
// verifier is tested against something that shares no code with it.
import { createHash } from 'node:crypto';
import { LOG_KEY, LOG_ORIGIN } from '#core/ledger/log.ts';
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

const half = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** The signed checkpoint of these entries, and the proof of each. */
export const writtenLog = async (signer: Signer, entries: readonly string[], time: Date) => {
  const text = `${LOG_ORIGIN}\n${entries.length}\n${root(entries).toString('base64')}\ntime ${time.toISOString()}\n`;
  const key = await signer.publicKey(LOG_KEY);
  const id = sha256(`${LOG_ORIGIN}\n`, Uint8Array.of(1), key).subarray(0, 4);
  const signature = Buffer.concat([id, await signer.sign(LOG_KEY, Buffer.from(text))]).toString('base64');
  const checkpoint = `${text}\n— ${LOG_ORIGIN} ${signature}\n`;
  const proofs = entries.map((_, index) => {
    const hashes = path(index, entries).map((hash) => `${hash.toString('base64')}\n`);
    return `c2sp.org/tlog-proof@v1\nindex ${index}\n${hashes.join('')}\n${checkpoint}`;
  });
  return { checkpoint, proofs };
};
