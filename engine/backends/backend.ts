// What a compute backend offers to the engine, and the operations that it may have in a faster form than the
// compositions in ops.ts and optimizers.ts.
// Trap: whatever a backend leaves out is composed from tfjs operations, so results may differ by rounding, never in
// meaning.
import type tf from '@tensorflow/tfjs-core';

export type BackendChoice = 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'wasm-ort';

export interface Backend {
  /** As printed and recorded in manifests: tensorflow, webgpu, wasm+ort, wasm. */
  name: string;
  /** Version and threads, or device. */
  detail: string;
  fast: FastOps;
  /** Why the faster backend that would have been chosen automatically is not available, and how to install it. */
  missed?: string;
  /** Bytes held for tensors, where the backend can tell; a wasm heap never shrinks. */
  bytes?: () => number;
}

export interface BackendOptions {
  /** Threads of native matrix products; default: all cores. */
  threads?: number;
}

/** Takes a backend into use, or says why it is not there. */
export type Loader = (options: BackendOptions) => Promise<Backend | { missing: string }>;

export interface FastOps {
  /** y (N, M) + b (M). */
  addBias?: (y: tf.Tensor2D, b: tf.Tensor1D) => tf.Tensor2D;
  /** Sum over the rows of (N, M) → (M). */
  columnSums?: (y: tf.Tensor2D) => tf.Tensor1D;
  /** logits (N, V), targets (N) int32 → −log-probability (N), and its slope softmax − onehot (N, V). */
  crossEntropy?: (logits: tf.Tensor2D, targets: tf.Tensor1D) => { loss: tf.Tensor1D; slope: tf.Tensor2D };
  /** Adds values (N) to flat cells (N) of a tensor, in place: it must be one that no other code holds. */
  addAt?: (y: tf.Tensor, cells: tf.Tensor1D, values: tf.Tensor1D) => void;
  /** X (B, H, T, R), cos and sin (1 or B, 1, T, R) → x·cos + turn(x)·sin (ops.ts, rope), or `back` the transpose. */
  rope?: (x: tf.Tensor4D, cos: tf.Tensor4D, sin: tf.Tensor4D, back: boolean) => tf.Tensor4D;
  adamW?: (options: Required<AdamWOptions>) => Optimizer;
  /** Keeps a frozen tensor as bfloat16 bytes (little-endian). */
  hold?: (bfloat16: Uint8Array, shape: readonly number[]) => Held;
}

/** A frozen tensor kept in 16 bits; each cast makes a new float32 tensor, through which no gradient flows. */
export interface Held {
  cast(): tf.Tensor;
  dispose(): void;
}

export interface Optimizer {
  /** One update; gradients are only read. `lr` is the learning rate, for normalised SGD the length of the step. */
  update(parameters: ReadonlyMap<string, tf.Variable>, gradients: ReadonlyMap<string, tf.Tensor>, lr: number): void;
  /** What a resumed run needs; the same keys on every backend. */
  state(): Map<string, Float32Array>;
  restore(state: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  eps?: number;
  /** Decoupled: p ← p·(1 − lr·decay) before the step. */
  weightDecay?: number;
}
