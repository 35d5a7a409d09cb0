// Gradients of the tfjs operations that the engine differentiates. tfjs-core's build for Node registers none: its own
// are in modules imported without file endings, which Node does not load, and in the union package, which is four times
// as large. Differentiating an operation that is not listed is an error with its name.
// Traps: each gradient must be a new tensor, as tfjs disposes the terms of a sum; and a gradient is a function, so that
// one which is not asked for is not computed.
import tf from '@tensorflow/tfjs-core';
import { QuittanceError } from '#core/errors.ts';

/** For each input a function that computes its gradient from those of the outputs. */
type Backward = Readonly<Record<string, () => tf.Tensor>>;
type Attributes = Readonly<Record<string, unknown>>;

interface Gradient {
  /** Inputs that the backward pass reads, by name; they come first in `saved`. */
  inputs?: string[] | 'all';
  /** Whether the backward pass reads the output, which is then last in `saved`. */
  output?: true;
  backward: (dy: tf.Tensor, saved: tf.Tensor[], attributes: Attributes) => Backward;
}

/** Registers the gradients with tfjs, for every backend. */
export const registerGradients = (): void => {
  for (const [kernelName, { inputs, output, backward }] of Object.entries(GRADIENTS)) {
    tf.registerGradient({
      kernelName,
      ...(inputs === 'all' ? { saveAllInputs: true } : { inputsToSave: inputs ?? [] }),
      ...(output === true ? { outputsToSave: [true] } : {}),
      gradFunc: (dy, saved, attributes) => backward(dy as tf.Tensor, saved, attributes),
    });
  }
  tf.registerGradient({ kernelName: 'SplitV', gradFunc: (dys, _, { axis }) => joined(dys, Number(axis)) });
};

/** y = f(x) with dx = dy · f′(x). */
const pointwise = (slope: (x: tf.Tensor) => tf.Tensor): Gradient => ({
  inputs: ['x'],
  backward: (dy, [x]) => ({ x: () => tf.mul(dy, slope(x!)) }),
});

/** The same, f′ from y = f(x). */
const pointwiseOfOutput = (slope: (y: tf.Tensor) => tf.Tensor): Gradient => ({
  output: true,
  backward: (dy, [y]) => ({ x: () => tf.mul(dy, slope(y!)) }),
});

/** y = f(a, b) element by element, where either may have been broadcast. */
const pairwise = (
  da: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  db: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): Gradient => ({
  inputs: ['a', 'b'],
  backward: (dy, [a, b]) => ({
    a: () => summedTo(da(dy, a!, b!), a!.shape),
    b: () => summedTo(db(dy, a!, b!), b!.shape),
  }),
});

/** Adds up the axes along which an operand of this shape was repeated. */
const summedTo = (gradient: tf.Tensor, shape: number[]): tf.Tensor => {
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, i) => (i < extra || (shape[i - extra] === 1 && size !== 1) ? [i] : []));
  return tf.reshape(axes.length === 0 ? gradient : tf.sum(gradient, axes), shape);
};

/** A change of shape alone: the gradient gets the old shape back. */
const reshaped: Gradient = { inputs: ['x'], backward: (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }) };

/** A sum over axes times a factor of the number of terms: dx repeats dy along them. */
const reduced = (factor: (terms: number) => number): Gradient => ({
  inputs: ['x'],
  backward: (dy, [x], { axis }) => ({
    x: () => {
      const axes = tf.util.parseAxisParam(axis as number | number[], x!.shape);
      const kept = x!.shape.map((size, i) => (axes.includes(i) ? 1 : size));
      return tf.mul(tf.reshape(dy, kept), tf.fill(x!.shape, factor(x!.size / tf.util.sizeFromShape(kept))));
    },
  }),
});

/**
 * op(a) · op(b): each side's gradient is a product again, transposed so that no transpose is ever computed by itself.
 */
const product: Gradient = {
  inputs: ['a', 'b'],
  backward: (dy, [a, b], { transposeA, transposeB }) => {
    const [ta, tb] = [transposeA === true, transposeB === true];
    return {
      a: () => (ta ? tf.matMul(b!, dy, tb, true) : tf.matMul(dy, b!, false, !tb)),
      b: () => (tb ? tf.matMul(dy, a!, true, ta) : tf.matMul(a!, dy, !ta, false)),
    };
  },
};

/** Rows selected by index: the gradient of a row is the sum over the places to which it was copied. */
const gathered: Gradient = {
  inputs: ['x', 'indices'],
  backward: (dy, [x, indices], { axis, batchDims }) => ({
    x: () => {
      if (axis !== 0 || batchDims !== 0 || indices!.rank !== 1)
        throw new QuittanceError('INTERNAL', { message: 'gather is differentiated along its first axis only' });
      return tf.unsortedSegmentSum(dy, indices as tf.Tensor1D, x!.shape[0]);
    },
  }),
};

const GRADIENTS: Readonly<Record<string, Gradient>> = {
  Add: pairwise(
    (dy) => dy,
    (dy) => dy,
  ),
  Sub: pairwise(
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  Multiply: pairwise(
    (dy, _, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  RealDiv: pairwise(
    (dy, _, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  Neg: { backward: (dy) => ({ x: () => tf.neg(dy) }) },
  Square: pointwise((x) => tf.mul(2, x)),
  Exp: pointwiseOfOutput((y) => y),
  Log: { inputs: ['x'], backward: (dy, [x]) => ({ x: () => tf.div(dy, x!) }) },
  Relu: pointwise((x) => tf.step(x)),
  Sigmoid: pointwiseOfOutput((y) => tf.mul(y, tf.sub(1, y))),
  Tanh: pointwiseOfOutput((y) => tf.sub(1, tf.square(y))),
  Softplus: pointwise((x) => tf.sigmoid(x)),
  Erf: pointwise((x) => tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x))))),
  Softmax: {
    output: true,
    backward: (dy, [y], { dim }) => ({ logits: () => logitsGradient(dy, y!, Number(dim)) }),
  },
  Sum: reduced(() => 1),
  Mean: reduced((terms) => 1 / terms),
  Identity: { backward: (dy) => ({ x: () => tf.clone(dy) }) },
  Reshape: reshaped,
  ExpandDims: { inputs: ['input'], backward: (dy, [input]) => ({ input: () => tf.reshape(dy, input!.shape) }) },
  Transpose: {
    backward: (dy, _, { perm }) => ({ x: () => tf.transpose(dy, inverse(perm as number[])) }),
  },
  Slice: {
    inputs: ['x'],
    backward: (dy, [x], { begin }) => ({ x: () => tf.pad(dy, margins(x!.shape, begin as number[], dy.shape)) }),
  },
  Concat: { inputs: 'all', backward: (dy, parts, { axis }) => cut(dy, parts, Number(axis)) },
  GatherV2: gathered,
  BatchMatMul: product,
};

const logitsGradient = (dy: tf.Tensor, y: tf.Tensor, dim: number): tf.Tensor => {
  const weighted = tf.mul(dy, y);
  return tf.sub(weighted, tf.mul(tf.sum(weighted, dim, true), y));
};

const inverse = (permutation: readonly number[]): number[] => permutation.map((_, i) => permutation.indexOf(i));

/** Zeros before and after a slice of `shape`, for each axis. */
const margins = (shape: readonly number[], begin: readonly number[], slice: readonly number[]): [number, number][] =>
  shape.map((size, i) => [begin[i]!, size - begin[i]! - slice[i]!]);

/** Each part of a concatenation gets its own slice back. */
const cut = (dy: tf.Tensor, parts: readonly tf.Tensor[], axis: number): Backward => {
  const at = tf.util.parseAxisParam(axis, dy.shape)[0]!;
  let from = 0;
  return Object.fromEntries(
    parts.map(({ shape }, i) => {
      const begin = dy.shape.map((_, j) => (j === at ? from : 0));
      from += shape[at]!;
      return [String(i), () => tf.slice(dy, begin, shape)];
    }),
  );
};

const joined = (dys: tf.Tensor | tf.Tensor[], axis: number): Backward => ({
  x: () => tf.concat(Array.isArray(dys) ? dys : [dys], axis),
});
