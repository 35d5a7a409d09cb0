// The wasm backend's memory as typed arrays. Trap: growing the heap detaches every view: take a view after the last allocation, use it, let it go.
import type tf from '@tensorflow/tfjs';
import type { KernelBackend } from '@tensorflow/tfjs';

/** What identifies a tensor to the backend. */
export type TensorRef = Pick<tf.TensorInfo, 'dataId' | 'shape' | 'dtype'>;

/** The part of BackendWasm that the kernels use; its class does not export these. */
interface WasmInternals {
  wasm: {
    HEAPU8: Uint8Array;
    cwrap: (name: string, result: null, args: string[]) => (...args: unknown[]) => void;
    tfjs: { registerTensor(id: number, size: number, offset: number): void; disposeData(id: number): void };
  };
  dataIdMap: { get(id: object): { id: number; memoryOffset: number; shape: number[] } };
  dataIdNextNumber: number;
  makeOutput(shape: number[], dtype: string): tf.TensorInfo;
  disposeData(id: object): boolean;
}

export interface Heap {
  output(shape: number[]): tf.TensorInfo;
  /** Frees what `output` made and nobody else got. */
  release(tensor: TensorRef): void;
  floats(tensor: TensorRef): Float32Array;
  ints(tensor: TensorRef): Int32Array;
  /** Numeric id and byte offset, for calls into the module. */
  locate(tensor: TensorRef): { id: number; offset: number };
  /** Runs `use` with an id for a part of the heap, `size` floats from a byte offset. */
  withView(size: number, offset: number, use: (id: number) => void): void;
  cwrap(name: string, args: string[]): (...args: unknown[]) => void;
  /** Bytes of the heap; it never shrinks. */
  bytes(): number;
}

export const heapOf = (backend: KernelBackend): Heap => {
  const internals = backend as unknown as WasmInternals;
  const size = (tensor: TensorRef) => tensor.shape.reduce((a, b) => a * b, 1);
  const at = (tensor: TensorRef) => internals.dataIdMap.get(tensor.dataId);
  return {
    output: (shape) => internals.makeOutput(shape, 'float32'),
    release: (tensor) => void internals.disposeData(tensor.dataId),
    floats: (tensor) => new Float32Array(internals.wasm.HEAPU8.buffer, at(tensor).memoryOffset, size(tensor)),
    ints: (tensor) => new Int32Array(internals.wasm.HEAPU8.buffer, at(tensor).memoryOffset, size(tensor)),
    locate: (tensor) => ({ id: at(tensor).id, offset: at(tensor).memoryOffset }),
    withView(floats, offset, use) {
      const id = internals.dataIdNextNumber++;
      internals.wasm.tfjs.registerTensor(id, floats, offset);
      try {
        use(id);
      } finally {
        internals.wasm.tfjs.disposeData(id);
      }
    },
    cwrap: (name, args) => internals.wasm.cwrap(name, null, args),
    bytes: () => internals.wasm.HEAPU8.length,
  };
};
