// The Merkle tree against the constants of RFC 6962 implementations, against the definition written down naively, and
// under every kind of bent proof.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import {
  consistencyRanges,
  EMPTY_ROOT,
  inclusionRanges,
  leafHash,
  rootFromInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  type Hash,
} from '#core/ledger/merkle.ts';

const Hex = z.string().transform((text) => Buffer.from(text, 'hex'));
const golden = z
  .object({
    emptyRoot: Hex,
    leaves: z.array(Hex),
    roots: z.array(Hex),
    inclusion: z.array(z.object({ index: z.int(), size: z.int(), proof: z.array(Hex) })),
    consistency: z.array(z.object({ first: z.int(), second: z.int(), proof: z.array(Hex) })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/ledger/rfc6962.json', import.meta.url), 'utf8')));
const hashes = golden.leaves.map(leafHash);
const rootAt = (size: number) => golden.roots[size - 1]!;

const inclusionProof = (leaves: readonly Hash[], index: number) =>
  inclusionRanges(index, 0, leaves.length).map((range) => rootOf(leaves, ...range));
const consistencyProof = (leaves: readonly Hash[], first: number) =>
  consistencyRanges(first, leaves.length).map((range) => rootOf(leaves, ...range));

const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
/** MTH(D[n]) as RFC 6962 §2.1 writes it. */
const naiveRoot = (entries: readonly Buffer[]): Buffer => {
  if (entries.length === 0) return sha();
  if (entries.length === 1) return sha(Buffer.of(0), entries[0]!);
  const k = 2 ** (Math.ceil(Math.log2(entries.length)) - 1);
  return sha(Buffer.of(1), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)));
};
const treeOf = (size: number) => Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i}`));

describe('the reference tree', () => {
  it('has the published roots', () => {
    expect(EMPTY_ROOT).toEqual(golden.emptyRoot);
    expect(golden.leaves.map((_, i) => rootOf(hashes.slice(0, i + 1)))).toEqual(golden.roots);
  });

  it.each(golden.inclusion)('proves entry $index of $size with the published hashes', ({ index, size, proof }) => {
    expect(inclusionProof(hashes.slice(0, size), index)).toEqual(proof);
    expect(verifyInclusion(hashes[index]!, index, size, proof, rootAt(size))).toBe(true);
  });

  it.each(golden.consistency)('proves that $first is a prefix of $second', ({ first, second, proof }) => {
    expect(consistencyProof(hashes.slice(0, second), first)).toEqual(proof);
    expect(verifyConsistency(first, second, proof, rootAt(first), rootAt(second))).toBe(true);
  });
});

describe('trees of any size', () => {
  it('have the root of the definition, and prove every entry and every prefix', () => {
    for (let size = 1; size <= 40; size++) {
      const entries = treeOf(size);
      const leaves = entries.map(leafHash);
      const root = rootOf(leaves);
      expect(root).toEqual(naiveRoot(entries));
      for (let i = 0; i < size; i++)
        expect(verifyInclusion(leaves[i]!, i, size, inclusionProof(leaves, i), root)).toBe(true);
      for (let first = 1; first <= size; first++)
        expect(
          verifyConsistency(first, size, consistencyProof(leaves, first), naiveRoot(entries.slice(0, first)), root),
        ).toBe(true);
    }
  });

  it('over one tile, too', () => {
    const entries = treeOf(700);
    const leaves = entries.map(leafHash);
    expect(rootOf(leaves)).toEqual(naiveRoot(entries));
    for (const i of [0, 255, 256, 511, 512, 699])
      expect(verifyInclusion(leaves[i]!, i, 700, inclusionProof(leaves, i), rootOf(leaves))).toBe(true);
  });
});

/** A proof bent in the ways in which verifiers have been fooled. */
const bent = (proof: readonly Buffer[], ...roots: Buffer[]): Buffer[][] => {
  const flipped = proof.map((_, i) =>
    proof.map((one, j) => (i === j ? Buffer.from(one.map((byte, k) => (k === 0 ? byte ^ 8 : byte))) : one)),
  );
  const garbage = [Buffer.alloc(0), Buffer.alloc(32), ...roots, ...proof.slice(0, 1)];
  const longer = garbage.flatMap((one) => [
    [...proof, one],
    [one, ...proof],
  ]);
  const shorter =
    proof.length > 0 ? [proof.slice(1), proof.slice(0, -1), [proof[0]!, Buffer.alloc(32), ...proof.slice(1)]] : [];
  // the border between two siblings moved by a byte: the same bytes are hashed
  const [first, second] = proof;
  const moved =
    first && second ? [[first.subarray(0, 31), Buffer.concat([first.subarray(31), second]), ...proof.slice(2)]] : [];
  return [...flipped, ...longer, ...shorter, ...moved];
};

describe('a bent proof', () => {
  it.each(golden.inclusion)('of entry $index of $size is refused', ({ index, size, proof }) => {
    const [leaf, root] = [hashes[index]!, rootAt(size)];
    for (const wrong of bent(proof, root, leaf)) expect(verifyInclusion(leaf, index, size, wrong, root)).toBe(false);
    for (const other of [index - 1, index + 1, index ^ 2, index + 2 ** 52, NaN, 0.5])
      expect(verifyInclusion(leaf, other, size, proof, root)).toBe(false);
    for (const other of [0, size * 2, Math.floor(size / 2), -1, Infinity])
      expect(verifyInclusion(leaf, index, other, proof, root)).toBe(false);
    for (const [wrongLeaf, wrongRoot] of [
      [Buffer.from('leaf'), root],
      [leaf, EMPTY_ROOT],
      [leaf, Buffer.alloc(0)],
      [rootAt(1), root],
    ] as const)
      if (!(wrongLeaf.equals(leaf) && wrongRoot.equals(root)))
        expect(verifyInclusion(wrongLeaf, index, size, proof, wrongRoot)).toBe(false);
  });

  it.each(golden.consistency.filter(({ proof }) => proof.length > 0))(
    'that $first is a prefix of $second is refused',
    ({ first, second, proof }) => {
      const [a, b] = [rootAt(first), rootAt(second)];
      for (const wrong of bent(proof, a, b)) expect(verifyConsistency(first, second, wrong, a, b)).toBe(false);
      for (const other of [first - 1, first + 1, first ^ 2, second + 1])
        expect(other === first || verifyConsistency(other, second, proof, a, b)).toBe(false);
      for (const other of [second * 2, Math.floor(second / 2), 2 ** 53])
        expect(verifyConsistency(first, other, proof, a, b)).toBe(false);
      expect(verifyConsistency(first, second, proof, b, a)).toBe(false);
      expect(verifyConsistency(first, second, [], a, b)).toBe(false);
    },
  );

  it('of nothing or of oneself needs the same root and no hash', () => {
    const [a, b] = [rootAt(1), rootAt(2)];
    expect(verifyConsistency(1, 1, [], a, a)).toBe(true);
    expect(verifyConsistency(0, 2, [], EMPTY_ROOT, b)).toBe(true);
    expect(verifyConsistency(0, 2, [], a, b)).toBe(false);
    expect(verifyConsistency(1, 1, [], a, b)).toBe(false);
    expect(verifyConsistency(1, 1, [a], a, a)).toBe(false);
    expect(verifyConsistency(2, 1, [], b, a)).toBe(false);
  });

  it('does not take an inner node for a leaf', () => {
    const inner = Buffer.concat([hashes[0]!, hashes[1]!]); // as entry it would hash to 0x00 ‖ …, as node to 0x01 ‖ …
    expect(leafHash(inner)).not.toEqual(rootAt(2));
    expect(verifyInclusion(leafHash(inner), 0, 4, inclusionProof(hashes.slice(0, 4), 0).slice(1), rootAt(4))).toBe(
      false,
    );
  });

  it('never throws on numbers and hashes of strangers', () => {
    const hash = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.array(hash, { maxLength: 70 }), hash, (a, b, proof, root) => {
        expect(typeof verifyConsistency(a, b, proof, root, root)).toBe('boolean');
        expect(rootFromInclusion(root, a, b, proof)?.length ?? 32).toBe(32);
      }),
    );
  });
});
