// Merkle tree of RFC 6962 §2.1: leaf hash SHA-256(0x00 ‖ entry), node hash SHA-256(0x01 ‖ left ‖ right); inclusion and
// consistency proofs and their verification (RFC 9162 §2.1.3.2, §2.1.4.2). Trap: index, size and proof come from
// strangers; a verifier rejects what does not fit before it hashes.
import { sha256 } from '../canonical.ts';

export type Hash = Buffer;

export const leafHash = (entry: Uint8Array): Hash => sha256(Uint8Array.of(0), entry);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Hash => sha256(Uint8Array.of(1), left, right);
export const EMPTY_ROOT: Hash = sha256('');

/** Largest power of two below n (n ≥ 2). */
const split = (n: number): number => {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
};

/** Half-open range of leaves. */
export type Range = readonly [from: number, to: number];

/** Root of leaf hashes [from, to). */
export const rootOf = (leaves: readonly Hash[], from = 0, to = leaves.length): Hash => {
  if (to === from) return EMPTY_ROOT;
  if (to - from === 1) return leaves[from]!;
  const k = split(to - from);
  return nodeHash(rootOf(leaves, from, from + k), rootOf(leaves, from + k, to));
};

/** The full subtrees that a tree of `size` leaves is made of, largest first. */
export const fullSubtrees = (size: number): Range[] => {
  const ranges: Range[] = [];
  for (let from = 0; from < size;) {
    const rest = size - from;
    const width = rest === 1 ? 1 : isPowerOfTwo(rest) ? rest : split(rest);
    ranges.push([from, from + width]);
    from += width;
  }
  return ranges;
};

/** RFC 6962 §2.1.1: what the hashes of an inclusion proof cover, from the leaf's sibling up to the root's child. */
export const inclusionRanges = (index: number, from: number, to: number): Range[] => {
  if (to - from <= 1) return [];
  const middle = from + split(to - from);
  return index < middle
    ? [...inclusionRanges(index, from, middle), [middle, to]]
    : [...inclusionRanges(index, middle, to), [from, middle]];
};

/** RFC 6962 §2.1.2: what the hashes of a proof cover that the first `first` leaves are a prefix of all `size`. */
export const consistencyRanges = (first: number, size: number): Range[] =>
  first === 0 || first === size ? [] : subRanges(first, 0, size, true);

/**
 * `m` leaves of [from, to) are the prefix; `whole` while it is the prefix of the whole tree, whose root both sides
 * know.
 */
const subRanges = (m: number, from: number, to: number, whole: boolean): Range[] => {
  if (m === to - from) return whole ? [] : [[from, to]];
  const k = split(to - from);
  return m <= k
    ? [...subRanges(m, from, from + k, whole), [from + k, to]]
    : [...subRanges(m - k, from + k, to, false), [from, from + k]];
};

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
/** Without this, bytes could move over the border between two siblings and hash to the same. */
const areHashes = (...values: readonly Uint8Array[]): boolean => values.every(({ length }) => length === 32);
const isPowerOfTwo = (n: number): boolean => 2 ** Math.round(Math.log2(n)) === n;

/** Root that the proof leads to, or undefined where index, size and proof do not fit together. */
export const rootFromInclusion = (
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Hash | undefined => {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes(leaf, ...proof)) return undefined;
  let [fn, sn] = [index, size - 1];
  let root = leaf;
  for (const hash of proof) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(hash, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else root = nodeHash(root, hash);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 ? root : undefined;
};

export const verifyInclusion = (
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean => rootFromInclusion(leaf, index, size, proof)?.equals(root) ?? false;

/** That the tree of size `first` with `firstRoot` is a prefix of the tree of size `second`. */
export const verifyConsistency = (
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean => {
  if (!isSize(first) || !isSize(second) || first > second || !areHashes(firstRoot, secondRoot, ...proof)) return false;
  if (first === second) return proof.length === 0 && Buffer.from(firstRoot).equals(secondRoot);
  if (first === 0) return proof.length === 0 && EMPTY_ROOT.equals(firstRoot);
  const hashes = isPowerOfTwo(first) ? [firstRoot, ...proof] : [...proof];
  let [fn, sn] = [first - 1, second - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  const [start, ...rest] = hashes;
  if (!start) return false;
  let [fr, sr]: [Hash, Hash] = [Buffer.from(start), Buffer.from(start)];
  for (const hash of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(hash, fr);
      sr = nodeHash(hash, sr);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else sr = nodeHash(sr, hash);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
};
