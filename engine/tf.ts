// The only import of TensorFlow.js: its core, which is one CommonJS copy for all importers, with gradients of our own
// (backends/gradients.ts).
// Trap: a tensor made before the backend is ready is put on the plain cpu backend, which is a hundred times slower;
// call initBackend first.
import tf from '@tensorflow/tfjs-core';
import { QuittanceError } from '#core/errors.ts';
import type { Backend, BackendChoice, BackendOptions, FastOps, Loader } from './backends/backend.ts';
import { registerGradients } from './backends/gradients.ts';
import { loadTensorflow } from './backends/tensorflow.ts';
import { loadWasm } from './backends/wasm.ts';
import { loadWebgpu } from './backends/webgpu.ts';

registerGradients();

export { tf };
export type { Backend, BackendChoice, BackendOptions } from './backends/backend.ts';

const LOADERS: Readonly<Record<Exclude<BackendChoice, 'auto'>, Loader>> = {
  tensorflow: loadTensorflow,
  'wasm-ort': (options) => loadWasm({ ...options, gemm: 'ort' }),
  wasm: (options) => loadWasm({ ...options, gemm: 'xnnpack' }),
  webgpu: loadWebgpu,
};

/**
 * webgpu is never chosen automatically: a software Vulkan driver is slower than wasm and cannot be told from a real
 * one.
 */
const AUTO = ['tensorflow', 'wasm-ort', 'wasm'] as const;

let current: Backend | undefined;

/**
 * Takes the backend into use, once a process. BACKEND_UNAVAILABLE with the reason where the chosen one is not
 * installed.
 */
export const initBackend = async (choice: BackendChoice = 'auto', options: BackendOptions = {}): Promise<Backend> => {
  if (current) return current;
  const reasons: string[] = [];
  for (const name of choice === 'auto' ? AUTO : [choice]) {
    const loaded = await LOADERS[name](options);
    if ('name' in loaded)
      return (current = name === 'wasm' && reasons.length > 0 ? { ...loaded, missed: reasons.at(-1)! } : loaded);
    reasons.push(`${name}: ${loaded.missing}`);
  }
  throw new QuittanceError('BACKEND_UNAVAILABLE', {
    message: `no compute backend: ${reasons.join('; ')}`,
    hint: "run 'quittance doctor': it lists the backends, and how each is installed",
  });
};

/** Name of the backend in use; INTERNAL before there is one. */
export const backendName = (): string => {
  if (current) return current.name;
  throw new QuittanceError('INTERNAL', { message: 'no backend has been taken into use' });
};

/** The operations for which the backend in use has a faster form. */
export const fastOps = (): FastOps => current?.fast ?? {};

/** Bytes of tensors alive now. */
export const tensorBytes = (): number => tf.memory().numBytes;
