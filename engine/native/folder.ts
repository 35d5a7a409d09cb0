// Where `npm run engine:native` puts the native backend: beside node_modules, so that `npm ci` leaves it alone.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const NATIVE_FOLDER = fileURLToPath(new URL('../../.native', import.meta.url));

/** The folder of tfjs-node (or tfjs-node-gpu for the wheel with CUDA) inside a native folder. */
export const packageFolder = (
  folder = NATIVE_FOLDER,
  wheel: 'tensorflow-cpu' | 'tensorflow' = 'tensorflow-cpu',
): string => join(folder, 'node_modules/@tensorflow', wheel === 'tensorflow' ? 'tfjs-node-gpu' : 'tfjs-node');
