// Kernels that replace those of tfjs-backend-wasm 4.22.0. In the original, only plain unbatched products reach XNNPACK;
// transposed and batched ones, which every backward pass has, run through a naive loop. A clone copies its data, gather
// is slow and has no gradient, a float32 oneHot holds the bits of integers, and a sum over leading axes transposes
// first.
// Trap: XNNPACK caches packed weights by tensor id, so no kernel here may give it the id of a tensor that is written
// again.
import tf from '@tensorflow/tfjs-core';
import { QuittanceError } from '#core/errors.ts';
import type { Gemm, Operand } from './gemm.ts';
import { sizeOf, type Heap } from './heap.ts';

type Infos = Readonly<Record<string, tf.TensorInfo>>;
type Kernel = (inputs: Infos, attrs: Readonly<Record<string, unknown>>) => tf.TensorInfo | undefined;

export const installKernels = (heap: Heap, gemm: Gemm): void => {
  const product = matMul(heap, gemm);
  replace('BatchMatMul', product);
  replace('_FusedMatMul', fusedMatMul(heap, product));
  replace('GatherV2', gatherRows(heap));
  replace('UnsortedSegmentSum', segmentSum(heap));
  replace('Identity', (inputs) => heap.share(inputs['x']!));
  replace('OneHot', oneHot(heap));
  replace('Sum', leadingSum(heap, gemm));
};

/** Where a kernel returns undefined, the original one is called. */
const replace = (kernelName: string, kernel: Kernel) => {
  const stock = tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined;
  if (stock) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc(call) {
      const done = kernel(call.inputs as Infos, call.attrs ?? {});
      if (done) return done;
      if (!stock) throw new QuittanceError('INTERNAL', { message: `wasm has no ${kernelName} for these arguments` });
      return stock.kernelFunc(call);
    },
  });
};

const operand = (tensor: tf.TensorInfo, transpose: boolean): Operand => ({
  ref: tensor,
  batch: sizeOf(tensor.shape.slice(0, -2)),
  rows: tensor.shape.at(-2) ?? 1,
  columns: tensor.shape.at(-1) ?? 1,
  transpose,
});

const matMul =
  (heap: Heap, gemm: Gemm): Kernel =>
  (inputs, attrs) => {
    const a = operand(inputs['a']!, attrs['transposeA'] === true);
    const b = operand(inputs['b']!, attrs['transposeB'] === true);
    const outer = outerShape(inputs['a']!.shape, inputs['b']!.shape);
    const M = a.transpose ? a.columns : a.rows;
    const N = b.transpose ? b.rows : b.columns;
    const y = heap.output([...outer, M, N]);
    if (a.rows * a.columns * b.rows * b.columns * sizeOf(outer) > 0) gemm(a, b, y, sizeOf(outer));
    else heap.floats(y).fill(0);
    return y;
  };

/** Batch axes of a product. One side may have a single matrix; other broadcasting is not needed here and refused. */
const outerShape = (a: readonly number[], b: readonly number[]): number[] => {
  const [outerA, outerB] = [a.slice(0, -2), b.slice(0, -2)];
  if (sizeOf(outerB) === 1 && outerA.length >= outerB.length) return outerA;
  if (sizeOf(outerA) === 1 && outerB.length >= outerA.length) return outerB;
  if (outerA.join() === outerB.join()) return outerA;
  throw new QuittanceError('INTERNAL', { message: `product of batches [${outerA.join()}] and [${outerB.join()}]` });
};

/** Product, bias and the activations that are cheap to compute; for others the original kernel is called. */
const fusedMatMul =
  (heap: Heap, product: Kernel): Kernel =>
  (inputs, attrs) => {
    const { activation } = attrs as { activation: string };
    if (activation !== 'linear' && activation !== 'relu') return undefined;
    const y = product(inputs, attrs)!;
    const values = heap.floats(y);
    if (inputs['bias']) addRow(values, heap.floats(inputs['bias']));
    if (activation === 'relu') for (let i = 0; i < values.length; i++) values[i] = Math.max(values[i]!, 0);
    return y;
  };

const addRow = (values: Float32Array, row: Float32Array) => {
  const width = row.length;
  for (let at = 0; at < values.length; at += width)
    for (let j = 0; j < width; j++) values[at + j] = values[at + j]! + row[j]!;
};

/** Rows of a table by index along axis 0: copies of whole rows on the heap. */
const gatherRows =
  (heap: Heap): Kernel =>
  (inputs, attrs) => {
    const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    if (attrs['axis'] !== 0 || attrs['batchDims'] !== 0 || x.dtype !== 'float32' || indices.dtype !== 'int32')
      return undefined;
    const [count = 0] = x.shape;
    const width = sizeOf(x.shape.slice(1));
    const y = heap.output([...indices.shape, ...x.shape.slice(1)]);
    const [from, to, rows] = [heap.floats(x), heap.floats(y), heap.ints(indices)];
    for (let i = 0; i < rows.length; i++) {
      const row = checked(rows[i]!, count);
      if (width === 1) to[i] = from[row]!;
      else to.set(from.subarray(row * width, (row + 1) * width), i * width);
    }
    return y;
  };

const checked = (index: number, count: number): number => {
  if (index >= 0 && index < count) return index;
  throw new QuittanceError('INVALID_INPUT', {
    message: `index ${index} into ${count} rows`,
    hint: "encode the text with this model's own tokenizer",
  });
};

/** The gradient of gather: rows of x are added up by id. A negative id drops its row, as TensorFlow has it. */
const segmentSum =
  (heap: Heap): Kernel =>
  (inputs, attrs) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as { numSegments: number };
    if (x.dtype !== 'float32') return undefined;
    const inner = x.shape.slice(segmentIds.shape.length);
    const y = heap.output([numSegments, ...inner]);
    const [from, to, ids] = [heap.floats(x), heap.floats(y).fill(0), heap.ints(segmentIds)];
    const width = sizeOf(inner);
    ids.forEach((id, i) => {
      if (id >= 0) addInto(to, checked(id, numSegments) * width, from, i * width, width);
    });
    return y;
  };

const addInto = (to: Float32Array, at: number, from: Float32Array, start: number, width: number) => {
  for (let j = 0; j < width; j++) to[at + j] = to[at + j]! + from[start + j]!;
};

const oneHot =
  (heap: Heap): Kernel =>
  (inputs, attrs) => {
    const { depth, onValue, offValue, dtype } = attrs as Record<'depth' | 'onValue' | 'offValue', number> & {
      dtype: string;
    };
    if (dtype !== 'float32') return undefined;
    const indices = inputs['indices']!;
    const y = heap.output([...indices.shape, depth]);
    const values = heap.floats(y).fill(offValue);
    heap.ints(indices).forEach((index, i) => {
      if (index >= 0 && index < depth) values[i * depth + index] = onValue;
    });
    return y;
  };

/** Sum over the first axes as a product with ones. */
const leadingSum =
  (heap: Heap, gemm: Gemm): Kernel =>
  (inputs, attrs) => {
    const x = inputs['x']!;
    const axes = tf.util.parseAxisParam(attrs['axis'] as number[], x.shape).toSorted((a, b) => a - b);
    const leading = axes.length > 0 && axes.length < x.shape.length && axes.every((axis, i) => axis === i);
    const rest = x.shape.slice(axes.length);
    const [rows, columns] = [sizeOf(x.shape.slice(0, axes.length)), sizeOf(rest)];
    if (!leading || x.dtype !== 'float32' || rows * columns === 0) return undefined;
    const ones = heap.output([1, rows]);
    const y = heap.output(attrs['keepDims'] === true ? [...axes.map(() => 1), ...rest] : rest);
    heap.floats(ones).fill(1);
    gemm(operand(ones, false), { ref: x, batch: 1, rows, columns, transpose: false }, y, 1);
    heap.release(ones);
    return y;
  };
