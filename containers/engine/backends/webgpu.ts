// WebGPU through Dawn (npm `webgpu`) on any Vulkan device; used when asked for. Traps: the globals must exist before the backend module is imported;
// outside a browser WebGPU has no synchronous read, and the engine reads the loss of each update so: it is tried here, and refused with that reason.
import tf from '@tensorflow/tfjs';
import type { Loader } from './backend.ts';

interface Dawn {
  create: (options: string[]) => unknown;
  globals: object;
}

export const loadWebgpu: Loader = async () => {
  const dawn = await optionalModule('webgpu');
  if (!dawn) return { missing: 'npm package webgpu is not installed' };
  const { create, globals } = dawn as unknown as Dawn;
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  if (!(await optionalModule('@tensorflow/tfjs-backend-webgpu')))
    return { missing: '@tensorflow/tfjs-backend-webgpu is not installed' };
  if (!(await tf.setBackend('webgpu'))) return { missing: 'no Vulkan device' };
  await tf.ready();
  return readsAtOnce()
    ? { name: 'webgpu', detail: 'Dawn', fast: {} }
    : { missing: 'results cannot be read synchronously, which the engine needs' };
};

const readsAtOnce = (): boolean => {
  try {
    return tf.tidy(() => tf.add(1, 1).dataSync()[0]) === 2;
  } catch {
    return false;
  }
};

const optionalModule = async (name: string): Promise<object | undefined> => {
  try {
    return (await import(name)) as object;
  } catch {
    return undefined; // optional
  }
};
