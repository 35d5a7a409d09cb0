// A general matrix product on the wasm heap, as the kernels of wasm-kernels.ts call it. Two modules implement it:
// ort-gemm.ts and xnnpack-gemm.ts.
import type { TensorRef } from './heap.ts';

/** y = op(a) · op(b) for `batch` pairs of matrices; a batch of 1 on one side is used for all. No size is 0. */
export type Gemm = (a: Operand, b: Operand, y: TensorRef, batch: number) => void;

export interface Operand {
  ref: TensorRef;
  batch: number;
  /** As stored, before the transposition. */
  rows: number;
  columns: number;
  transpose: boolean;
}
