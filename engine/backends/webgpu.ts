// WebGPU through Dawn (npm `webgpu`) on any Vulkan device; used only when asked for. Traps: WebGPU's globals must exist
// before the backend module is imported; and tfjs can read a result synchronously only through a browser's canvas,
// while the engine reads each update's loss synchronously. So Dawn's pending callbacks are run here until the buffer is
// mapped.
import tf from '@tensorflow/tfjs-core';
import type { Loader } from './backend.ts';

interface Adapter {
  info: Readonly<Record<'vendor' | 'architecture' | 'description', string>>;
}
interface Dawn {
  create: (options: string[]) => { requestAdapter(): Promise<Adapter | null> };
  globals: object;
}

export const loadWebgpu: Loader = async () => {
  const dawn = (await optionalModule('webgpu')) as Dawn | string;
  if (typeof dawn === 'string') return { missing: dawn };
  const takeTurns = interceptTurns();
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) return { missing: 'Dawn finds no adapter: a Vulkan driver is needed' };
  const backend = await optionalModule('@tensorflow/tfjs-backend-webgpu');
  if (typeof backend === 'string') return { missing: backend };
  if (!(await tf.setBackend('webgpu'))) return { missing: 'the adapter lacks what tfjs-backend-webgpu needs' };
  await tf.ready();
  readAtOnce(tf.backend() as unknown as WebgpuBackend, takeTurns);
  const { vendor, architecture, description } = adapter.info;
  return { name: 'webgpu', detail: `Dawn, ${description || `${vendor} ${architecture}`}`, fast: {} };
};

const INSTALL = 'npm install --no-save webgpu @tensorflow/tfjs-backend-webgpu@4.22.0';

/** The module, or why it is not there. */
const optionalModule = async (name: string): Promise<object | string> => {
  try {
    return (await import(name)) as object;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    return absent ? `${name} is not installed (${INSTALL})` : `${name} does not load: ${message.split('\n')[0]!}`;
  }
};

/**
 * Dawn schedules its callbacks by the process's setImmediate, with a native function. Collects them, and returns a
 * function that runs those that are due.
 */
const interceptTurns = (): (() => void) => {
  const host = globalThis as { setImmediate: (act: () => void, ...rest: unknown[]) => unknown };
  const wait = host.setImmediate;
  const due = new Set<() => void>();
  const intercepted: typeof wait = (act, ...rest) => {
    if (!Function.prototype.toString.call(act).includes('[native code]')) return wait(act, ...rest);
    const turn = () => {
      if (due.delete(turn)) act();
    };
    due.add(turn);
    return wait(turn);
  };
  host.setImmediate = Object.defineProperties(intercepted, Object.getOwnPropertyDescriptors(wait));
  return () => {
    for (const turn of [...due]) turn();
  };
};

interface Buffer {
  size: number;
  mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}
/** The part of tfjs's WebGPUBackend that a read needs; its class does not export it. */
interface WebgpuBackend {
  tensorMap: { get(id: object): { values?: unknown; dtype: string; resource: Buffer } };
  bufferManager: { acquireBuffer(size: number, usage: number): Buffer; releaseBuffer(buffer: Buffer): void };
  commandEncoder: { copyBufferToBuffer(from: Buffer, at: number, to: Buffer, start: number, size: number): void };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(id: object, values: unknown): unknown;
  readSync(id: object): unknown;
}

const COPY_DST = 8; // GPUBufferUsage
const MAP_READ = 1; // GPUBufferUsage and GPUMapMode

const NOBODY = new Int32Array(new SharedArrayBuffer(4)); // memory to wait on; nobody ever wakes it

const readAtOnce = (backend: WebgpuBackend, takeTurns: () => void): void => {
  const bySelf = backend.readSync.bind(backend);
  backend.readSync = (id) => {
    const { values, dtype, resource } = backend.tensorMap.get(id);
    if ((values !== null && values !== undefined) || !(dtype in VIEWS)) return bySelf(id);
    const read = VIEWS[dtype as keyof typeof VIEWS](bytesOf(backend, resource, takeTurns));
    backend.convertAndCacheOnCPU(id, read);
    return read;
  };
};

const VIEWS = {
  float32: (bytes: ArrayBuffer) => new Float32Array(bytes),
  int32: (bytes: ArrayBuffer) => new Int32Array(bytes),
  bool: (bytes: ArrayBuffer) => Uint8Array.from(new Int32Array(bytes)), // 32 bits each on the device
} as const;

const bytesOf = (backend: WebgpuBackend, from: Buffer, takeTurns: () => void): ArrayBuffer => {
  const staging = backend.bufferManager.acquireBuffer(from.size, COPY_DST | MAP_READ);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(from, 0, staging, 0, from.size);
  backend.submitQueue();
  staging.mapAsync(MAP_READ).catch(() => undefined); // a failure leaves the buffer unmapped, which is checked below
  for (let ms = 0.01; staging.mapState === 'pending'; ms = Math.min(1, 1.5 * ms)) {
    takeTurns(); // each callback leaves a native object that only the event loop frees
    Atomics.wait(NOBODY, 0, 0, ms);
  }
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return bytes;
};
