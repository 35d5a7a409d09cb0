// Length of all gradients together. Trap: every read waits for the device, so read it once an update.
import { tf } from './tf.ts';

/** √Σ‖g‖² over all gradients. */
export const globalNorm = (gradients: ReadonlyMap<string, tf.Tensor>): number =>
  Math.sqrt(
    [...gradients.values()].reduce((sum, g) => sum + (tf.tidy(() => tf.sum(tf.square(g)).dataSync())[0] ?? 0), 0),
  );
