// WebAssembly with kernels of our own (wasm-kernels.ts), and onnxruntime's native GEMM where it loads. The original
// tfjs-backend-wasm is ten times slower and therefore not offered. Trap: tfjs picks a kernel when the operation is
// first called, so kernels must be replaced before any tensor exists.
import tf from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type { Backend, BackendOptions, Held } from './backend.ts';
import { heapAdamW } from './heap-adamw.ts';
import { heapRope } from './heap-rope.ts';
import { guardMemory, heapOf, type Heap } from './heap.ts';
import { ortGemm } from './ort-gemm.ts';
import { installKernels } from './wasm-kernels.ts';
import { xnnpackGemm } from './xnnpack-gemm.ts';

const require = createRequire(import.meta.url);

export const loadWasm = async ({
  threads = cpus().length,
  gemm,
}: BackendOptions & { gemm: 'ort' | 'xnnpack' }): Promise<Backend | { missing: string }> => {
  const ort = gemm === 'ort' ? ortGemm(threads) : undefined;
  if (typeof ort === 'string') return { missing: ort };
  require('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  guardMemory(tf.backend());
  const heap = heapOf(tf.backend());
  installKernels(heap, ort ? ort(heap) : xnnpackGemm(heap));
  return {
    ...(ort
      ? { name: 'wasm+ort', detail: `onnxruntime GEMM, ${threads} ${threads === 1 ? 'thread' : 'threads'}` }
      : { name: 'wasm', detail: 'XNNPACK GEMM, 1 thread' }),
    fast: {
      ...{ addAt: addAt(heap), rope: heapRope(heap), hold: hold(heap) },
      adamW: (options) => heapAdamW(heap, options),
    },
    bytes: heap.bytes,
  };
};

const addAt =
  (heap: Heap) =>
  (y: tf.Tensor, cells: tf.Tensor1D, values: tf.Tensor1D): void => {
    const [to, at, from] = [heap.floats(y), heap.ints(cells), heap.floats(values)];
    for (let i = 0; i < at.length; i++) to[at[i]!] = to[at[i]!]! + from[i]!;
  };

/** The halves lie outside the heap, which has 4 GB for everything else. */
const hold =
  (heap: Heap) =>
  (bytes: Uint8Array, shape: readonly number[]): Held => {
    let halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    return {
      cast() {
        const info = heap.output([...shape]);
        const words = heap.ints(info);
        for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
        return tf.engine().makeTensorFromTensorInfo(info);
      },
      dispose: () => void (halves = new Uint16Array(0)),
    };
  };
