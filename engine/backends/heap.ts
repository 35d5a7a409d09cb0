// The wasm backend's memory as typed arrays. Traps: growing the heap detaches every view, so take a view after the last
// allocation and do not keep it; and when the heap is full malloc returns 0, which tfjs takes for an address, so that
// without guardMemory the tensor overwrites the beginning of the heap.
import type tf from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { QuittanceError } from '#core/errors.ts';

/** What identifies a tensor to the backend. */
export type TensorRef = Pick<tf.TensorInfo, 'dataId' | 'shape' | 'dtype'>;

interface Entry {
  id: number;
  memoryOffset: number;
  shape: number[];
  refCount: number;
}

/** The part of BackendWasm that the kernels use; its class does not export these. */
interface WasmInternals {
  wasm: {
    HEAPU8: Uint8Array;
    /** The module's own exports. */
    asm: { malloc(bytes: number): number };
    _malloc: (bytes: number) => number;
    onAbort?: () => never;
    cwrap: (name: string, result: null, args: string[]) => (...args: unknown[]) => void;
    tfjs: { registerTensor(id: number, size: number, offset: number): void; disposeData(id: number): void };
  };
  dataIdMap: { get(id: object): Entry };
  dataIdNextNumber: number;
  makeOutput(shape: number[], dtype: string): tf.TensorInfo;
  disposeData(id: object): boolean;
  incRef(id: object): void;
}

export interface Heap {
  /** A new float32 tensor with arbitrary content. */
  output(shape: number[]): tf.TensorInfo;
  /** Another tensor of the same data, as reshape makes one. */
  share(tensor: TensorRef): tf.TensorInfo;
  /** Frees a tensor that `output` made and that was not returned to tfjs. */
  release(tensor: TensorRef): void;
  floats(tensor: TensorRef): Float32Array;
  /** `size` floats from a byte offset. */
  floatsAt(offset: number, size: number): Float32Array;
  ints(tensor: TensorRef): Int32Array;
  offset(tensor: TensorRef): number;
  /** Runs `use` with an id for a part of the heap, `size` floats from a byte offset. */
  withView(size: number, offset: number, use: (id: number) => void): void;
  /** True where no other tensor shares the data, so that a write changes no other tensor. */
  isOwn(tensor: TensorRef): boolean;
  /** Must be called after a write into a tensor that a product may have read: XNNPACK caches packed weights by id. */
  forgetPacked(tensor: TensorRef): void;
  cwrap(name: string, args: string[]): (...args: unknown[]) => void;
  /** Bytes of the heap; it never shrinks. */
  bytes: () => number;
}

/** Bytes; 32-bit addresses, whatever the machine has. */
export const HEAP_LIMIT = 4 * 2 ** 30;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Turns an allocation that does not fit into OUT_OF_MEMORY, here and inside a kernel, where emscripten would abort
 * without a message.
 */
export const guardMemory = (backend: KernelBackend): void => {
  const { wasm } = backend as unknown as WasmInternals;
  const { malloc } = wasm.asm;
  wasm._malloc = (bytes) => {
    const at = bytes < HEAP_LIMIT ? malloc(bytes) : 0;
    if (at === 0 && bytes > 0) throw exhausted(wasm.HEAPU8.length, bytes);
    return at;
  };
  wasm.onAbort = () => {
    throw exhausted(wasm.HEAPU8.length);
  };
};

const exhausted = (taken: number, asked?: number) => {
  const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return new QuittanceError('OUT_OF_MEMORY', {
    message: 'the wasm heap is full',
    expected: `at most ${mega(HEAP_LIMIT)} of tensors on wasm, all models and batches together`,
    got: `a heap of ${mega(taken)}${asked === undefined ? '' : `, and ${mega(asked)} more asked for`}`,
    hint: 'load fewer models at once, take smaller batches, or use the tensorflow backend, which has no heap of its own (npm run engine:native)',
  });
};

export const heapOf = (backend: KernelBackend): Heap => {
  const internals = backend as unknown as WasmInternals;
  const { wasm, dataIdMap } = internals;
  const entry = (tensor: TensorRef) => dataIdMap.get(tensor.dataId);
  const offset = (tensor: TensorRef) => entry(tensor).memoryOffset;
  return {
    output: (shape) => internals.makeOutput(shape, 'float32'),
    share({ dataId, shape, dtype }) {
      internals.incRef(dataId);
      return { dataId, shape, dtype };
    },
    release: (tensor) => void internals.disposeData(tensor.dataId),
    floats: (tensor) => new Float32Array(wasm.HEAPU8.buffer, offset(tensor), sizeOf(tensor.shape)),
    floatsAt: (at, size) => new Float32Array(wasm.HEAPU8.buffer, at, size),
    ints: (tensor) => new Int32Array(wasm.HEAPU8.buffer, offset(tensor), sizeOf(tensor.shape)),
    offset,
    withView(size, at, use) {
      const id = internals.dataIdNextNumber++;
      wasm.tfjs.registerTensor(id, size, at);
      try {
        use(id);
      } finally {
        wasm.tfjs.disposeData(id);
      }
    },
    isOwn: (tensor) => entry(tensor).refCount === 1,
    forgetPacked(tensor) {
      const { id, memoryOffset, shape } = entry(tensor);
      wasm.tfjs.disposeData(id);
      wasm.tfjs.registerTensor(id, sizeOf(shape), memoryOffset);
    },
    cwrap: (name, args) => wasm.cwrap(name, null, args),
    bytes: () => wasm.HEAPU8.length,
  };
};
