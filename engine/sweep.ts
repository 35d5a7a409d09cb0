// Forward and backward passes. The backward pass goes back block by block from stored block inputs (one extra forward
// pass, memory of one block) or, where everything fits, uses one tape. Gradients are computed only for the named
// parameters, so LoRA and "MLP only" need no code of their own.
// Trap: `tf.grads` computes its function again, so a block must depend on nothing but its arguments.
import { QuittanceError } from '#core/errors.ts';
import type { Batch } from './batch.ts';
import { blockBytes } from './block-bytes.ts';
import type { DecoderConfig } from './formats/config.ts';
import { block, disposeLayout, embed, head, layoutOf, type Layout, type Tap, type Weights } from './decoder.ts';
import type { Computed } from './decoding.ts';
import { withDropout } from './low-rank.ts';
import type { Decoder } from './model.ts';
import { embedding } from './ops.ts';
import { tf } from './tf.ts';

/** logits (N, V) of the selected positions, or hidden states (N, d) where a depth is given → a scalar to descend. */
export type Objective = (logits: tf.Tensor2D) => tf.Scalar;

export interface Gradients {
  loss: number;
  /** By parameter name; the caller disposes them. */
  gradients: Map<string, tf.Tensor>;
}

export interface SweepOptions {
  /** One tape over everything, or block by block; 'auto' takes one tape while its activations stay under 600 MB. */
  tape?: 'auto' | 'one' | 'blocks';
  /** Label of this update's dropout masks, where the model has a LoRA with dropout; absent: no dropout. */
  dropout?: string;
  /** The objective reads the hidden states after so many blocks, and only what lies before them has a gradient. */
  depth?: number;
}

const ONE_TAPE_BYTES = 600e6;

/** What 'auto' resolves to. */
export const tapeOf = (config: DecoderConfig, { rows, columns }: Pick<Batch, 'rows' | 'columns'>): 'one' | 'blocks' =>
  config.layers * blockBytes(config, rows, columns) < ONE_TAPE_BYTES ? 'one' : 'blocks';

/** Loss and gradients of one batch. */
export const lossAndGradients = (
  model: Decoder,
  batch: Batch,
  objective: Objective,
  trainable: ReadonlySet<string>,
  { tape = 'auto', dropout, depth }: SweepOptions = {},
): Gradients => {
  const training = dropout === undefined ? model : withDropout(model, dropout);
  // a held base is cast block by block, and one tape would keep every cast
  const one = tape === 'one' || (tape === 'auto' && !model.addLowRank && tapeOf(model.config, batch) === 'one');
  const layout = layoutOf(model.config, batch);
  const inputs = inputsOf(batch);
  try {
    const read = readAt(model, depth);
    const reached = new Set([...trainable].filter(read.reaches));
    return (one ? oneTape : blockByBlock)({ model: training, layout, inputs, objective, trainable: reached, read });
  } finally {
    disposeLayout(layout);
    disposeInputs(inputs);
  }
};

interface Inputs {
  ids: tf.Tensor1D;
  positions: tf.Tensor1D;
  /** Padded to a multiple of SELECTED with position 0. */
  select: tf.Tensor1D;
  /** N: how many of them are asked for. */
  selected: number;
}

/**
 * Batches differ most in their number of answer tokens, and native libraries keep what they prepare for every size of
 * product that they meet (oneDNN's primitives: 300 MB over a thousand updates of the smallest model), so sizes are
 * rounded up.
 */
const SELECTED = 32;

const inputsOf = (batch: Batch): Inputs => {
  const select = new Int32Array(Math.ceil(batch.select.length / SELECTED) * SELECTED);
  select.set(batch.select);
  return {
    ids: tf.tensor1d(batch.ids, 'int32'),
    positions: tf.tensor1d(batch.positions, 'int32'),
    select: tf.tensor1d(select, 'int32'),
    selected: batch.select.length,
  };
};

const disposeInputs = ({ ids, positions, select }: Inputs): void => tf.dispose([ids, positions, select]);

/** The last block's output → logits (N, V) where answers are predicted. */
const logitsOf = (model: Computed, w: Weights, x: tf.Tensor2D, { select, selected }: Inputs): tf.Tensor2D => {
  const logits = head(model.config, w, embedding(x, select));
  return selected === select.size ? logits : tf.slice(logits, [0, 0], [selected, -1]);
};

/** What an objective reads, and which parameters it depends on. */
interface Read {
  blocks: number;
  of(model: Computed, w: Weights, x: tf.Tensor2D, inputs: Inputs): tf.Tensor2D;
  reaches(name: string): boolean;
}

const readAt = ({ config }: Computed, depth: number | undefined): Read => {
  if (depth === undefined) return { blocks: config.layers, of: logitsOf, reaches: () => true };
  const inBlocks = (name: string) => Number(/^layers\.(\d+)\./.exec(name)?.[1] ?? Infinity) < depth;
  return { blocks: depth, of: hiddenOf, reaches: (name) => inInput(name) || inBlocks(name) };
};

/** A block's output → hidden states (N, d) where answers are predicted. */
const hiddenOf = (_model: Computed, _w: Weights, x: tf.Tensor2D, { select, selected }: Inputs): tf.Tensor2D =>
  tf.slice(embedding(x, select), [0, 0], [selected, -1]);

/** Looks up the given tensors for the named parameters, and the model's own for all others. */
const withTrainable = (model: Decoder, names: readonly string[], tensors: readonly tf.Tensor[]): Weights => {
  const own = new Map(names.map((name, i) => [name, tensors[i]!]));
  const lookup = (name: string) => own.get(name) ?? model.weights(name);
  return Object.assign(lookup, { delta: model.weights.delta });
};

/** What both ways to go back need. */
interface Pass {
  model: Decoder;
  layout: Layout;
  inputs: Inputs;
  objective: Objective;
  trainable: ReadonlySet<string>;
  read: Read;
}

const oneTape = ({ model, layout, inputs, objective, trainable, read }: Pass): Gradients => {
  const names = [...trainable];
  const forward = (...tensors: tf.Tensor[]) => {
    const w = withTrainable(model, names, tensors);
    let x = embed(model.config, w, inputs.ids, inputs.positions);
    for (let l = 0; l < read.blocks; l++) x = block(model.config, w, l, x, layout);
    return objective(read.of(model, w, x, inputs));
  };
  const { value, grads } = tf.valueAndGrads(forward)(names.map((name) => parameter(model, name)));
  const loss = scalar(value);
  return { loss, gradients: new Map(names.map((name, i) => [name, grads[i]!])) };
};

const parameter = (model: Decoder, name: string): tf.Variable => {
  const found = model.parameters.get(name);
  if (!found) throw new QuittanceError('INTERNAL', { message: `no parameter ${name} to train` });
  return found;
};

const scalar = (tensor: tf.Tensor): number => {
  const [value] = tensor.dataSync();
  tensor.dispose();
  return value ?? NaN;
};

const inLayer = (l: number) => (name: string) => name.startsWith(`layers.${l}.`);
const inInput = (name: string) => /^(embed|position|projectIn)\./.test(name);

const blockByBlock = ({ model, layout, inputs, objective, trainable, read }: Pass): Gradients => {
  const names = [...trainable];
  const gradients = new Map<string, tf.Tensor>();
  const xs = blockInputs(model, layout, inputs, read.blocks);
  const headNames = names.filter(
    (name) =>
      read.of === logitsOf && (/^(norm|head|projectOut)\./.test(name) || (name === 'embed.w' && model.config.tied)),
  );
  const last = xs.at(-1)!;
  const top = tf.valueAndGrads((x: tf.Tensor, ...tensors: tf.Tensor[]) =>
    objective(read.of(model, withTrainable(model, headNames, tensors), x as tf.Tensor2D, inputs)),
  )([last, ...headNames.map((name) => parameter(model, name))]);
  const loss = scalar(top.value);
  let dy = collect(gradients, headNames, top.grads);
  last.dispose();
  for (let l = read.blocks - 1; l >= 0; l--) {
    dy = blockBackward(model, layout, l, xs[l]!, dy, names.filter(inLayer(l)), gradients);
  }
  inputBackward(model, inputs, dy, names.filter(inInput), gradients);
  dy.dispose();
  return { loss, gradients };
};

/** Inputs of the first `blocks` blocks, and the output of the last of them. */
const blockInputs = (model: Decoder, layout: Layout, inputs: Inputs, blocks: number): tf.Tensor2D[] => {
  const xs = [tf.tidy(() => embed(model.config, model.weights, inputs.ids, inputs.positions))];
  for (let l = 0; l < blocks; l++) {
    xs.push(tf.tidy(() => block(model.config, model.weights, l, xs[l]!, layout)));
  }
  return xs;
};

/** Adds parameter gradients to the map and returns the first, the gradient of the input. */
const collect = (into: Map<string, tf.Tensor>, names: readonly string[], grads: readonly tf.Tensor[]): tf.Tensor => {
  names.forEach((name, i) => {
    const before = into.get(name);
    const grad = grads[i + 1]!;
    into.set(name, before ? tf.add(before, grad) : grad);
    if (before) tf.dispose([before, grad]);
  });
  return grads[0]!;
};

const blockBackward = (
  model: Decoder,
  layout: Layout,
  l: number,
  x: tf.Tensor2D,
  dy: tf.Tensor,
  names: readonly string[],
  gradients: Map<string, tf.Tensor>,
): tf.Tensor => {
  const forward = (input: tf.Tensor, ...tensors: tf.Tensor[]) =>
    block(model.config, withTrainable(model, names, tensors), l, input as tf.Tensor2D, layout);
  const grads = tf.grads(forward)([x, ...names.map((name) => parameter(model, name))], dy);
  tf.dispose([x, dy]);
  return collect(gradients, names, grads);
};

const inputBackward = (
  model: Decoder,
  inputs: Inputs,
  dy: tf.Tensor,
  names: readonly string[],
  gradients: Map<string, tf.Tensor>,
) => {
  if (names.length === 0) return;
  const forward = (...tensors: tf.Tensor[]) =>
    embed(model.config, withTrainable(model, names, tensors), inputs.ids, inputs.positions);
  const grads = tf.grads(forward)(
    names.map((name) => parameter(model, name)),
    dy,
  );
  collect(gradients, names, [dy, ...grads]);
};

/** Logits (N, V) at the batch's selected positions, without gradients; `tap` sees the inputs of linear maps. */
export const forwardLogits = (model: Computed, batch: Batch, tap?: Tap): tf.Tensor2D =>
  logitsAtDepths(model, batch, [model.config.layers], tap)[0]!;

/** Hidden states (N, d) at the batch's selected positions after so many blocks, without gradients. */
export const forwardHidden = (model: Computed, batch: Batch, depth: number): tf.Tensor2D => {
  const layout = layoutOf(model.config, batch);
  const inputs = inputsOf(batch);
  try {
    return tf.tidy(() => {
      let x = embed(model.config, model.weights, inputs.ids, inputs.positions);
      for (let l = 0; l < depth; l++) {
        const input = x;
        x = tf.tidy(() => block(model.config, model.weights, l, input, layout));
        input.dispose();
      }
      return hiddenOf(model, model.weights, x, inputs);
    });
  } finally {
    disposeLayout(layout);
    disposeInputs(inputs);
  }
};

/** Logits as the head reads them after so many layers each, in one pass. The caller disposes them. */
export const logitsAtDepths = (model: Computed, batch: Batch, depths: readonly number[], tap?: Tap): tf.Tensor2D[] => {
  const layout = layoutOf(model.config, batch);
  const inputs = inputsOf(batch);
  const options = tap ? { tap } : {};
  try {
    return tf.tidy(() => {
      const read = new Map<number, tf.Tensor2D>();
      let x = embed(model.config, model.weights, inputs.ids, inputs.positions);
      if (depths.includes(0)) read.set(0, logitsOf(model, model.weights, x, inputs));
      for (let l = 0; l < model.config.layers; l++) {
        const input = x;
        x = tf.tidy(() => block(model.config, model.weights, l, input, layout, options));
        input.dispose();
        if (depths.includes(l + 1)) read.set(l + 1, logitsOf(model, model.weights, x, inputs));
      }
      return depths.map((depth) => tf.clone(read.get(depth)!));
    });
  } finally {
    disposeLayout(layout);
    disposeInputs(inputs);
  }
};
