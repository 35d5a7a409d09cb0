// Matrix products by the wasm module's own XNNPACK, which is fast for plain, unbatched operands only. Transposed
// operands are transposed first, and batches are computed slice by slice through views without copying. Trap: XNNPACK
// caches packed weights by id, so every view gets a new id, which is released afterwards.
import type { Gemm, Operand } from './gemm.ts';
import type { Heap } from './heap.ts';

/**
 * The module's BatchMatMul: ids, shapes as bytes and ranks of both sides, two flags for transpositions, id of the
 * result.
 */
const SIGNATURE = ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number', 'number'];

export const xnnpackGemm = (heap: Heap): Gemm => {
  const call = heap.cwrap('BatchMatMul', SIGNATURE);
  const shapeBytes = (rows: number, columns: number) => new Uint8Array(Int32Array.of(1, rows, columns).buffer);
  return (a, b, y, batch) => {
    const left = plain(heap, a);
    const right = plain(heap, b);
    const [M, K, N] = [left.rows, left.columns, right.columns];
    const shapes = [shapeBytes(M, K), shapeBytes(K, N)] as const;
    for (let i = 0; i < batch; i++) {
      const out = heap.offset(y) + 4 * i * M * N;
      if (M <= FEW_ROWS) fewRows(heap, left, right, i, out);
      else
        slice(heap, left, i, (aId) =>
          slice(heap, right, i, (bId) =>
            heap.withView(M * N, out, (yId) => call(aId, shapes[0], 3, bId, shapes[1], 3, 0, 0, yId)),
          ),
        );
    }
    [left, right].forEach((side) => side.scratch?.());
  };
};

interface Plain {
  offset: number;
  batch: number;
  rows: number;
  columns: number;
  /** Disposes the transposed copy. */
  scratch?: () => void;
}

/**
 * Up to this many rows, packing the right side (10 ns an element) costs more than computing the whole product in
 * JavaScript (1 ns a multiplication).
 */
const FEW_ROWS = 4;

const fewRows = (heap: Heap, left: Plain, right: Plain, i: number, out: number) => {
  const [M, K, N] = [left.rows, left.columns, right.columns];
  const [a, b] = [left, right].map((side) => heap.floatsAt(offsetOf(side, i), side.rows * side.columns)) as [
    Float32Array,
    Float32Array,
  ];
  const sums = new Float64Array(N);
  for (let row = 0; row < M; row++) {
    sums.fill(0);
    for (let k = 0; k < K; k++) {
      const factor = a[row * K + k]!;
      for (let j = 0; j < N; j++) sums[j] = sums[j]! + factor * b[k * N + j]!;
    }
    heap.floatsAt(out + 4 * row * N, N).set(sums);
  }
};

const offsetOf = ({ offset, batch, rows, columns }: Plain, i: number): number =>
  offset + 4 * (i % batch) * rows * columns;

const slice = (heap: Heap, side: Plain, i: number, use: (id: number) => void) =>
  heap.withView(side.rows * side.columns, offsetOf(side, i), use);

/** The operand without its transposition. */
const plain = (heap: Heap, { ref, batch, rows, columns, transpose }: Operand): Plain => {
  if (!transpose) return { offset: heap.offset(ref), batch, rows, columns };
  const copy = heap.output([batch, columns, rows]);
  const [from, to] = [heap.floats(ref), heap.floats(copy)];
  for (let at = 0; at < from.length; at += rows * columns) transposeInto(to, from, at, rows, columns);
  return { offset: heap.offset(copy), batch, rows: columns, columns: rows, scratch: () => heap.release(copy) };
};

const BLOCK = 16; // both sides of a block fit into the first-level cache

/** (rows, columns) at `at` → (columns, rows) at the same place of the other array. */
const transposeInto = (to: Float32Array, from: Float32Array, at: number, rows: number, columns: number) => {
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const r1 = Math.min(rows, r0 + BLOCK);
    for (let c0 = 0; c0 < columns; c0 += BLOCK) {
      const c1 = Math.min(columns, c0 + BLOCK);
      for (let c = c0; c < c1; c++) for (let r = r0; r < r1; r++) to[at + c * rows + r] = from[at + r * columns + c]!;
    }
  }
};
