// The part of tfjs-node's backend that is used beyond the tfjs interface: its C++ binding runs any operation of
// libtensorflow.
// Trap: the caller owns the ids that a raw operation returns, until createOutputTensor or deleteTensor takes them.
import type tf from '@tensorflow/tfjs-core';

export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}
interface Output {
  id: number;
  shape: number[];
  dtype: number;
}
interface Binding {
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_ATTR_STRING: number;
  TF_ATTR_BOOL: number;
  TF_FLOAT: number;
  TF_INT32: number;
  TF_UINT8: number;
  /** Shares the array's memory on the CPU. */
  createTensor(shape: number[], dtype: number, values: Uint8Array): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Output[];
}
export interface NodeBackend {
  binding: Binding;
  getInputTensorIds(tensors: tf.Tensor[]): number[];
  createOutputTensor(output: Output): tf.Tensor;
}
