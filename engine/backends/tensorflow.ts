// libtensorflow through tfjs-node or tfjs-node-gpu, where one of them can be loaded. Neither is a dependency, because
// their install scripts download files.
// Traps: tfjs-node calls util.isNullOrUndefined, which Node 23 removed, so it is restored before the first operation;
// and on the CPU a tensor made from a Float32Array shares its memory, so the array must not be written afterwards.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import tf from '@tensorflow/tfjs-core';
import { packageFolder } from '../native/folder.ts';
import type { Loader } from './backend.ts';
import { nodeOps } from './tensorflow-ops.ts';

const require = createRequire(import.meta.url);

/** Only what $QUITTANCE_TFJS names; where it is not set, an installed package or what `npm run engine:native` built. */
const candidates = (): string[] => {
  const named = process.env['QUITTANCE_TFJS'];
  if (named) return [named];
  const built = [packageFolder(undefined, 'tensorflow'), packageFolder()].filter((folder) => existsSync(folder));
  return ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', ...built];
};

/** Environment variables of libtensorflow; those that the caller has set are kept. */
const environment = (threads: number | undefined): Readonly<Record<string, string>> => ({
  TF_CPP_MIN_LOG_LEVEL: '1',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  NVIDIA_TF32_OVERRIDE: '0', // float32 as on every other backend; '1' trades ten bits for speed
  ...(threads === undefined ? {} : { TF_NUM_INTRAOP_THREADS: String(threads) }),
});

export const loadTensorflow: Loader = async ({ threads }) => {
  for (const [name, value] of Object.entries(environment(threads))) process.env[name] ??= value;
  polyfill();
  const reasons: string[] = [];
  const found = candidates().find((name) => loads(name, reasons));
  if (found === undefined) {
    return {
      missing: reasons[0] ?? 'no tfjs-node or tfjs-node-gpu here (in a clone, npm run engine:native builds one)',
    };
  }
  await tf.setBackend('tensorflow');
  await tf.ready();
  return { name: 'tensorflow', detail: describe(), fast: nodeOps() };
};

const polyfill = () => {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: unknown };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray = Array.isArray; // the same, without the deprecation warning
};

/**
 * True where the package was loaded and is now in use; the reason why an installed package does not load is added to
 * `reasons`.
 */
const loads = (name: string, reasons: string[]): boolean => {
  try {
    withoutArguments(() => require(name) as unknown);
    if ('tensorflow' in tf.engine().registryFactory) return true;
    throw new Error('it registers no backend');
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    const absent = (error as { code?: string }).code === 'MODULE_NOT_FOUND' && message.includes(`'${name}'`);
    if (!absent) reasons.push(`${name} does not load: ${message}`);
    return false;
  }
};

/**
 * tfjs-node finds its binding by node-pre-gyp, which reads this process's command line as its own and would take --dir
 * for the folder of the binding.
 */
const withoutArguments = (act: () => unknown): void => {
  const given = process.argv;
  process.argv = given.slice(0, 2);
  try {
    act();
  } finally {
    process.argv = given;
  }
};

const describe = (): string => {
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? cpus().length);
  const device = isUsingGpuDevice ? 'GPU' : `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return `libtensorflow ${binding.TF_Version}, ${device}`;
};
