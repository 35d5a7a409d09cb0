// Merkle tree of RFC 6962 §2.1: leaf hash SHA-256(0x00 ‖ entry), node hash SHA-256(0x01 ‖ left ‖ right); inclusion and
// consistency proofs and their verification (RFC 9162 §2.1.3.2, §2.1.4.2). Trap: index, size and proof come from
// strangers; a verifier rejects what does not fit before it hashes.
import { sha256 } from '../canonical.ts';

export type Hash = Buffer;

const [LEAF, NODE] = [Uint8Array.of(0), Uint8Array.of(1)];
// in one piece: an append hashes some hundred short ones
export const leafHash = (entry: Uint8Array): Hash => sha256(Buffer.concat([LEAF, entry]));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Hash => sha256(Buffer.concat([NODE, left, right]));
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
  let at: Place = [index, size - 1];
  let root = leaf;
  for (const hash of proof) {
    if (isTop(at)) return undefined;
    root = isRight(at) ? nodeHash(hash, root) : nodeHash(root, hash);
    at = above(at);
  }
  return isTop(at) ? root : undefined;
};

/** A node by its index on its level, and the index of the last node there: `fn` and `sn` of RFC 9162. */
type Place = readonly [node: number, last: number];

const isTop = ([, last]: Place): boolean => last === 0;
const up = ([node, last]: Place): Place => [Math.floor(node / 2), Math.floor(last / 2)];

/** Whether the next hash of a proof stands to its left: it is a right child, or the last of its level. */
const isRight = ([node, last]: Place): boolean => node % 2 === 1 || node === last;

/** Where the hash of the two is. The last node of a level without a sibling is carried up as it is. */
const above = (at: Place): Place => {
  let to = at;
  if (isRight(at)) while (to[0] % 2 === 0 && to[0] !== 0) to = up(to);
  return up(to);
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
  const roots = rootsFromConsistency(first, second, isPowerOfTwo(first) ? [firstRoot, ...proof] : proof);
  return roots !== undefined && roots[0].equals(firstRoot) && roots[1].equals(secondRoot);
};

/**
 * The roots of both trees, which grow from the first hash: the largest subtree that ends with the shorter tree. A hash
 * to its left is part of both, one to its right of the longer tree alone.
 */
const rootsFromConsistency = (
  first: number,
  second: number,
  [start, ...rest]: readonly Uint8Array[],
): readonly [Hash, Hash] | undefined => {
  if (!start) return undefined;
  let at: Place = [first - 1, second - 1];
  while (at[0] % 2 === 1) at = up(at);
  let [shorter, longer]: [Hash, Hash] = [Buffer.from(start), Buffer.from(start)];
  for (const hash of rest) {
    if (isTop(at)) return undefined;
    if (isRight(at)) [shorter, longer] = [nodeHash(hash, shorter), nodeHash(hash, longer)];
    else longer = nodeHash(longer, hash);
    at = above(at);
  }
  return isTop(at) ? [shorter, longer] : undefined;
};
