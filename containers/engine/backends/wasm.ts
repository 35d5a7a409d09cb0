// WebAssembly with kernels of our own. Stock tfjs-backend-wasm sends only plain, unbatched products to XNNPACK; transposed and batched ones, every
// backward pass among them, take a naive loop ten times slower, and the gradient of gather is missing. These kernels replace them.
// Trap: XNNPACK caches packed weights by tensor id; nothing here writes into a tensor that a product has already read.
import tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type { BackendOptions, Loader } from '../tf.ts';
import { heapOf, type Heap, type TensorRef } from './heap.ts';
import { ortGemm } from './ort-gemm.ts';
import { xnnpackGemm } from './xnnpack-gemm.ts';

/** y = op(a) · op(b) for `batch` pairs of matrices; a batch of 1 on one side is used for all. */
export type Gemm = (a: Operand, b: Operand, y: TensorRef, batch: number) => void;

export interface Operand {
  ref: TensorRef;
  batch: number;
  rows: number;
  columns: number;
  transpose: boolean;
}

const require = createRequire(import.meta.url);

export const loadWasm = async ({
  threads = cpus().length,
  gemm,
}: BackendOptions & { gemm: 'ort' | 'xnnpack' }): ReturnType<Loader> => {
  const ort = gemm === 'ort' ? ortGemm(threads) : undefined;
  if (typeof ort === 'string') return { missing: ort };
  require('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  const heap = heapOf(tf.backend());
  installMatMul(heap, ort ? ort(heap) : xnnpackGemm(heap));
  installGather(heap);
  return ort
    ? { name: 'wasm+ort', detail: `onnxruntime GEMM, ${threads} threads` }
    : { name: 'wasm', detail: 'XNNPACK GEMM, 1 thread' };
};

const replaceKernel = (kernelName: string, kernelFunc: tf.KernelConfig['kernelFunc']) => {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
};

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const operand = (tensor: tf.TensorInfo, transpose: boolean): Operand => ({
  ref: tensor,
  batch: product(tensor.shape.slice(0, -2)),
  rows: tensor.shape.at(-2) ?? 1,
  columns: tensor.shape.at(-1) ?? 1,
  transpose,
});

const installMatMul = (heap: Heap, gemm: Gemm) =>
  replaceKernel('BatchMatMul', ({ inputs, attrs }) => {
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    const a = operand(inputs['a']!, transposeA);
    const b = operand(inputs['b']!, transposeB);
    const outer = (a.batch >= b.batch ? inputs['a']! : inputs['b']!).shape.slice(0, -2);
    const M = a.transpose ? a.columns : a.rows;
    const N = b.transpose ? b.rows : b.columns;
    const y = heap.output([...outer, M, N]);
    gemm(a, b, y, Math.max(a.batch, b.batch));
    return y;
  });

/** Rows of a table by index along axis 0, and its gradient: scatter-add of rows. Both are copies of whole rows on the heap. */
const installGather = (heap: Heap) => {
  const stock = tf.getKernel('GatherV2', 'wasm')!.kernelFunc;
  replaceKernel('GatherV2', (call) => {
    const { x, indices } = call.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const { axis, batchDims } = call.attrs as { axis: number; batchDims: number };
    if (axis !== 0 || batchDims !== 0 || x.dtype !== 'float32' || indices.dtype !== 'int32') return stock(call);
    const width = product(x.shape.slice(1));
    const y = heap.output([...indices.shape, ...x.shape.slice(1)]);
    const [from, to, at] = [heap.floats(x), heap.floats(y), heap.ints(indices)];
    at.forEach((row, i) => to.set(from.subarray(row * width, (row + 1) * width), i * width));
    return y;
  });
  replaceKernel('UnsortedSegmentSum', ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as { numSegments: number };
    const inner = x.shape.slice(segmentIds.shape.length);
    const y = heap.output([numSegments, ...inner]);
    scatterAdd(heap.floats(x), heap.ints(segmentIds), heap.floats(y).fill(0), product(inner));
    return y;
  });
};

const scatterAdd = (from: Float32Array, rows: Int32Array, to: Float32Array, width: number) => {
  for (let i = 0; i < rows.length; i++) {
    const base = rows[i]! * width;
    for (let j = 0; j < width; j++) to[base + j] = to[base + j]! + from[i * width + j]!;
  }
};
