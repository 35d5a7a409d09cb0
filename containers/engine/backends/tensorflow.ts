// libtensorflow through tfjs-node or tfjs-node-gpu, where one of them can be loaded. Never a dependency: its install script downloads.
// Trap: tfjs-node calls util.isNullOrUndefined, which Node 23 removed; it is put back before the first operation.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import tf from '@tensorflow/tfjs';
import type { Loader } from '../tf.ts';

const require = createRequire(import.meta.url);

/** Built by `npm run engine:native`. */
const NATIVE = fileURLToPath(new URL('../../../.native/node_modules/@tensorflow/tfjs-node', import.meta.url));

const candidates = (): string[] => [
  ...(process.env['QUITTANCE_TFJS'] ? [process.env['QUITTANCE_TFJS']] : []),
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-node',
  ...(existsSync(NATIVE) ? [NATIVE] : []),
];

export const loadTensorflow: Loader = async ({ threads }) => {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  if (threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const found = candidates().find(loads);
  if (found === undefined) return { missing: 'no tfjs-node or tfjs-node-gpu here (npm run engine:native builds one)' };
  await tf.setBackend('tensorflow');
  await tf.ready();
  return { name: 'tensorflow', detail: found.includes('gpu') ? 'tfjs-node-gpu' : 'tfjs-node' };
};

const loads = (name: string): boolean => {
  try {
    require(name);
    return true;
  } catch {
    return false; // absent, or its native library does not load: the next one is tried
  }
};
