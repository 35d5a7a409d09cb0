// Proofs as files that verify offline: inclusion as https://c2sp.org/tlog-proof; consistency as the body that
// https://c2sp.org/tlog-witness asks a log for (`old SIZE`, hashes, empty line, checkpoint). Trap: both come from
// strangers; there is one way to write each, and any other is refused.
import { QuittanceError } from '../errors.ts';
import type { Hash } from './merkle.ts';

const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';

const lineOf = (hash: Uint8Array): string => `${Buffer.from(hash).toString('base64')}\n`;

/** `note`: the signed checkpoint of the tree that the hashes lead to. */
export const tlogProof = (index: number, hashes: readonly Hash[], note: string): string =>
  `${PROOF_HEADER}\nindex ${index}\n${hashes.map(lineOf).join('')}\n${note}`;

/** That the log of `size` entries is a prefix of the log as it is now. */
export const consistencyFile = (size: number, hashes: readonly Hash[], note: string): string =>
  `old ${size}\n${hashes.map(lineOf).join('')}\n${note}`;

export interface Proof {
  hashes: Buffer[];
  /** The checkpoint that it leads to. */
  note: string;
}

/** LEDGER_INVALID where the text is not a proof in its one form. */
export const parseTlogProof = (text: string): Proof & { index: number } => {
  const header = `${PROOF_HEADER}\n`;
  if (!text.startsWith(header)) throw invalid('tlog-proof');
  const { at: index, ...proof } = parseProof(text.slice(header.length), 'index', 'tlog-proof');
  return { index, ...proof };
};

/** LEDGER_INVALID where the text is not a proof in its one form. */
export const parseConsistencyFile = (text: string): Proof & { size: number } => {
  const { at: size, ...proof } = parseProof(text, 'old', 'consistency proof');
  return { size, ...proof };
};

/** Two for each level of a tree of 2⁵³ entries. */
const MOST_HASHES = 106;

const parseProof = (text: string, word: 'index' | 'old', what: string): Proof & { at: number } => {
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, end)).split('\n');
  const at = new RegExp(`^${word} (0|[1-9]\\d{0,15})$`).exec(first)?.[1];
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  const wellFormed = hashes.every((hash, i) => hash.length === 32 && hash.toString('base64') === lines[i]);
  if (at === undefined || !wellFormed || hashes.length > MOST_HASHES) throw invalid(what);
  return { at: Number(at), hashes, note: text.slice(end + 2) };
};

const invalid = (what: string) => new QuittanceError('LEDGER_INVALID', { message: `not a ${what}` });
