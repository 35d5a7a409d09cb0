// Coarser copies of a model's matrices, as they are served or shared: 8 and 4 bits with a scale a row, and NF4
// (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314), whose sixteen levels are quantiles of the normal
// distribution, with a scale for every 64 weights. Coarseness can bring back what small updates took away (Zhang et
// al. 2025, https://arxiv.org/abs/2410.16454).
// Traps: rows and blocks are those of a matrix as files hold it, a linear one output by output and an embedding token
// by token, and not as it lies here; and the scales of NF4's blocks are kept exact, where QLoRA rounds them once more.
import { must } from '#core/errors.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { tf } from '#engine/tf.ts';

export const COARSE = ['int8', 'int4', 'nf4'] as const;
export type Coarse = (typeof COARSE)[number];

export const WORDS: Readonly<Record<Coarse, string>> = {
  int8: 'weights of 8 bits',
  int4: 'weights of 4 bits',
  nf4: 'weights in NF4, 4 bits in blocks of 64',
};

/** Rounds every matrix, asks, and puts the weights back. */
export const withCoarse = <T>(model: Model, kind: Coarse, ask: () => T): T => {
  const matrices = model.specs.filter(({ shape }) => shape.length === 2);
  const before = valuesOf(model, new Set(matrices.map(({ name }) => name)));
  try {
    for (const { name, source } of matrices)
      tf.tidy(() => {
        const parameter = must(model.parameters.get(name), name);
        const asStored = (matrix: tf.Tensor) => (source.transposed ? tf.transpose(matrix) : matrix);
        parameter.assign(asStored(roundedTo(kind, asStored(parameter))));
      });
    return ask();
  } finally {
    restoreValues(model, before);
  }
};

const roundedTo = (kind: Coarse, matrix: tf.Tensor): tf.Tensor =>
  kind === 'nf4'
    ? tf.tensor(nf4Rounded(matrix.dataSync<'float32'>()), matrix.shape)
    : inBits(matrix, kind === 'int8' ? 8 : 4);

/** A scale a row. */
const inBits = (matrix: tf.Tensor, bits: number): tf.Tensor => {
  const scale = tf.maximum(tf.div(tf.max(tf.abs(matrix), 1, true), 2 ** (bits - 1) - 1), 1e-30);
  return tf.mul(tf.round(tf.div(matrix, scale)), scale);
};

const BLOCK = 64;
/** Quantiles of the normal distribution, eight at 0 and below, eight above, scaled to 1. */
const LEVELS = [
  ...[-1, -0.69619289, -0.52507304, -0.39491749, -0.28444136, -0.18477344, -0.09104999, 0],
  ...[0.07958033, 0.16093017, 0.2461123, 0.33791519, 0.4407098, 0.56261697, 0.72295673, 1],
] as const;
/** Between two levels. */
const EDGES = LEVELS.slice(1).map((level, i) => (level + LEVELS[i]!) / 2);

/** The nearest level of each weight, times the largest of its block. */
export const nf4Rounded = (weights: Float32Array): Float32Array => {
  const rounded = new Float32Array(weights.length);
  for (let from = 0; from < weights.length; from += BLOCK) {
    const block = weights.subarray(from, from + BLOCK);
    const largest = block.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
    block.forEach((x, i) => (rounded[from + i] = largest * levelOf(x / largest)));
  }
  return rounded;
};

const levelOf = (x: number): number => {
  const above = EDGES.findIndex((edge) => x <= edge);
  return LEVELS[above === -1 ? LEVELS.length - 1 : above]!;
};
