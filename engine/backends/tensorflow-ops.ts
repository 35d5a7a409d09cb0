// Operations of libtensorflow that tfjs has no kernel for, through the binding of tfjs-node: bias and its gradient,
// cross-entropy with its slope in one pass, Adam on resource variables. Trap: raw results must become tensors by
// createOutputTensor, or no tidy ever frees them.
import tf from '@tensorflow/tfjs-core';
import type { FastOps, Held } from './backend.ts';
import type { Attribute, NodeBackend } from './node-backend.ts';
import { resourceAdamW } from './resource-adamw.ts';

export const nodeOps = (): FastOps => {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const type = (name: string, value = binding.TF_FLOAT) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const execute = (name: string, attributes: Attribute[], inputs: tf.Tensor[], outputs = 1) =>
    binding
      .executeOp(name, attributes, backend.getInputTensorIds(inputs), outputs)
      .map((output) => backend.createOutputTensor(output));
  return {
    addBias: (y, b) => execute('BiasAdd', [type('T')], [y, b])[0] as tf.Tensor2D,
    columnSums: (y) => execute('BiasAddGrad', [type('T')], [y])[0] as tf.Tensor1D,
    crossEntropy(logits, targets) {
      const types = [type('T'), type('Tlabels', binding.TF_INT32)];
      const [loss, slope] = execute('SparseSoftmaxCrossEntropyWithLogits', types, [logits, targets], 2);
      return { loss: loss as tf.Tensor1D, slope: slope as tf.Tensor2D };
    },
    adamW: (options) => resourceAdamW(backend, options),
    hold: (bytes, shape) => hold(backend, bytes, shape),
  };
};

const BFLOAT16 = 14; // DT_BFLOAT16; the binding has no name for it

/** Bytes become bfloat16 by Bitcast; tfjs has no such type, so the tensor lives by its id alone. */
const hold = (backend: NodeBackend, bytes: Uint8Array, shape: readonly number[]): Held => {
  const { binding } = backend;
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const raw = binding.createTensor([...shape, 2], binding.TF_UINT8, bytes);
  const [held] = binding.executeOp('Bitcast', [type('T', binding.TF_UINT8), type('type', BFLOAT16)], [raw], 1);
  binding.deleteTensor(raw);
  const truncate = { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false };
  const attributes = [type('SrcT', BFLOAT16), type('DstT', binding.TF_FLOAT), truncate];
  return {
    cast: () => backend.createOutputTensor(binding.executeOp('Cast', attributes, [held!.id], 1)[0]!),
    dispose: () => binding.deleteTensor(held!.id),
  };
};
