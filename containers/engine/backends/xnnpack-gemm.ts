// Matrix products by the wasm module's own XNNPACK, which is fast for plain, unbatched operands only: transposed operands are transposed first, batches go slice
// by slice through zero-copy views. Trap: XNNPACK caches packed weights by id, so every view gets a fresh id and gives it back.
import { transpose2d } from '../parameters.ts';
import type { Gemm, Operand } from './wasm.ts';
import type { Heap, TensorRef } from './heap.ts';

export const xnnpackGemm = (heap: Heap): Gemm => {
  const call = heap.cwrap('BatchMatMul', [
    'number',
    'array',
    'number',
    'number',
    'array',
    'number',
    'number',
    'number',
    'number',
  ]);
  const shapeBytes = (rows: number, columns: number) => new Uint8Array(Int32Array.of(1, rows, columns).buffer);
  return (a, b, y, batch) => {
    const left = plain(heap, a);
    const right = plain(heap, b);
    const [M, K, N] = [left.rows, left.columns, right.columns];
    const out = heap.locate(y).offset;
    const [aShape, bShape] = [shapeBytes(M, K), shapeBytes(K, N)];
    for (let i = 0; i < batch; i++) {
      slice(heap, left, i, (aId) =>
        slice(heap, right, i, (bId) =>
          heap.withView(M * N, out + 4 * i * M * N, (yId) => call(aId, aShape, 3, bId, bShape, 3, 0, 0, yId)),
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
  /** Gives back the transposed copy. */
  scratch?: () => void;
}

const slice = (heap: Heap, { offset, batch, rows, columns }: Plain, i: number, use: (id: number) => void) =>
  heap.withView(rows * columns, offset + 4 * (i % batch) * rows * columns, use);

/** The operand without its transposition. */
const plain = (heap: Heap, { ref, batch, rows, columns, transpose }: Operand): Plain => {
  if (!transpose) return { offset: heap.locate(ref).offset, batch, rows, columns };
  const copy = heap.output([batch, columns, rows]);
  const [from, to] = [heap.floats(ref), heap.floats(copy)];
  const size = rows * columns;
  for (let i = 0; i < batch; i++) to.set(transpose2d(from.subarray(i * size, (i + 1) * size), rows, columns), i * size);
  return {
    offset: heap.locate(copy).offset,
    batch,
    rows: columns,
    columns: rows,
    scratch: () => heap.release(copy as TensorRef),
  };
};
