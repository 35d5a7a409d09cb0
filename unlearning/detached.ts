// Quantities of the current model that weight or aim a loss without being differentiated. Trap: tfjs records every
// operation between the weights and the loss, and refuses those whose gradient it lacks, although it would be unused;
// hence the whole computation is one operation with no slope.
import { tf } from '#engine/tf.ts';

/** compute(x), through which no gradient flows. */
export const detached = <T extends tf.Tensor>(x: T, compute: (x: T) => tf.Tensor): tf.Tensor =>
  tf.customGrad((input) => ({
    value: compute(input as T),
    gradFunc: () => tf.zeros(x.shape),
  }))(x);
