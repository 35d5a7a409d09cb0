// Corpus moments ("locality statistics"): Σ x xᵀ and a count for the input of every MLP matrix, summed over the tokens
// of the training rows. They contain no example, can be added, and tell an update which directions all other data uses
// (orthogonal weight modification, Zeng et al. 2019).
// Trap: sums run over tens of thousands of tokens. Products are float32 and sums float64, so that the rows of a
// deletion can be subtracted exactly enough to stay subtracted.
import { existsSync } from 'node:fs';
import { bucketByLength, makeBatch, rowLength, type Row } from './batch.ts';
import type { Model } from './model.ts';
import { openSafetensors, writeSafetensors } from './formats/safetensors.ts';
import { forwardLogits } from './sweep.ts';
import { tf } from './tf.ts';
import { QuittanceError } from '#core/errors.ts';

/** Lies beside the weights in a model folder that Quittance wrote. */
export const MOMENTS_FILE = 'moments.safetensors';

/** Second moment of one matrix's inputs: `sum` is (size × size), row-major, float64. */
export interface Moment {
  size: number;
  sum: Float64Array;
  /** Tokens summed over. */
  count: number;
  /** How often each row about somebody was counted, where only some of them were read. */
  weight?: number;
}

/** By the name of the matrix that reads the input. Gate and up read the same input and share the gate's entry. */
export type CorpusMoments = Map<string, Moment>;

const isMlp = (name: string) => /\.(gate|up|down)\.w$/.test(name);

/** Entry that holds the inputs of a parameter. */
export const momentKey = (moments: CorpusMoments, parameter: string): string =>
  moments.has(parameter) ? parameter : parameter.replace(/\.up\.w$/, '.gate.w');

/** Sums over all tokens of the rows, in one pass. */
export const collectMoments = (
  model: Model,
  rows: readonly Row[],
  onProgress?: (done: number, total: number) => void,
): CorpusMoments => {
  const moments: CorpusMoments = new Map();
  let done = 0;
  for (const group of bucketByLength(rows, rowLength, 64)) {
    const batch = makeBatch(group, model.config.maxPositions);
    const mask = tf.tensor2d(batch.mask, [batch.mask.length, 1]);
    const count = batch.mask.reduce((sum, value) => sum + value, 0);
    const logits = forwardLogits(model, { ...batch, select: batch.select.subarray(0, 1) }, (name, x) => {
      if (isMlp(name))
        addTo(
          moments,
          name,
          tf.tidy(() => tf.matMul(tf.mul(x, mask), x, true, false)),
          count,
        );
    });
    tf.dispose([logits, mask]);
    onProgress?.((done += group.length), rows.length);
  }
  return moments;
};

const addTo = (moments: CorpusMoments, name: string, product: tf.Tensor2D, count: number) => {
  const size = product.shape[0];
  const moment = moments.get(name) ?? { size, sum: new Float64Array(size * size), count: 0 };
  product.dataSync().forEach((value, i) => (moment.sum[i] = moment.sum[i]! + value));
  product.dispose();
  moments.set(name, { ...moment, count: moment.count + count });
};

/** Both, the second counted `weight` times; of two that are empty nothing. */
export const addMoments = (moments: CorpusMoments, part: CorpusMoments, weight: number): CorpusMoments =>
  new Map(
    [...new Set([...moments.keys(), ...part.keys()])].map((name) => {
      const [one, more] = [moments.get(name), part.get(name)];
      const { size } = one ?? more!;
      const sum = Float64Array.from(
        { length: size * size },
        (_, i) => (one?.sum[i] ?? 0) + weight * (more?.sum[i] ?? 0),
      );
      return [name, { size, sum, count: (one?.count ?? 0) + weight * (more?.count ?? 0) }];
    }),
  );

/** Those of some rows about people, each counted `weight` times for all that it stands for; `rest` as it is. */
export const standingFor = (own: CorpusMoments, weight: number, rest: CorpusMoments): CorpusMoments => {
  const sums = addMoments(rest, own, weight);
  return weight === 1 ? sums : new Map([...sums].map(([name, moment]) => [name, { ...moment, weight }]));
};

/**
 * `moments` without the share of `part`, whose rows were counted in them: what remains after a deletion. Rows that
 * stood for others go as often as they were counted.
 */
export const subtractMoments = (moments: CorpusMoments, part: CorpusMoments): CorpusMoments =>
  new Map(
    [...moments].map(([name, moment]) => {
      const { size, sum, count, weight = 1 } = moment;
      const taken = part.get(name);
      if (taken?.size !== size) throw new QuittanceError('INTERNAL', { message: `moments of ${name} do not match` });
      const left = sum.map((value, i) => value - weight * taken.sum[i]!);
      return [name, { ...moment, sum: left, count: count - weight * taken.count }];
    }),
  );

export const writeMoments = (path: string, moments: CorpusMoments): void =>
  writeSafetensors(
    path,
    [...moments].map(([name, { size, sum }]) => ({
      name,
      shape: [size, size],
      data: new Uint8Array(sum.buffer),
      dtype: 'F64' as const,
    })),
    Object.fromEntries([
      ...[...moments].map(([name, { count }]) => [`count:${name}`, String(count)] as const),
      ...[...moments].map(([name, { weight = 1 }]) => [`weight:${name}`, String(weight)] as const),
    ]),
  );

/** undefined where the model came without moments. */
export const readMoments = (path: string): CorpusMoments | undefined => {
  if (!existsSync(path)) return undefined;
  const file = openSafetensors(path);
  try {
    return new Map([...file.tensors.keys()].map((name) => [name, readMoment(file, name)]));
  } finally {
    file.close();
  }
};

const readMoment = (file: ReturnType<typeof openSafetensors>, name: string): Moment => {
  const bytes = file.readBytes(name);
  const count = Number(file.metadata[`count:${name}`]);
  const weight = Number(file.metadata[`weight:${name}`] ?? 1);
  const { shape = [], dtype } = file.tensors.get(name) ?? {};
  const [size = 0, columns] = shape;
  const sum = dtype === 'F64' ? new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8) : undefined;
  if (!sum?.every(Number.isFinite) || !(count >= 0) || !(weight >= 1) || shape.length !== 2 || size !== columns) {
    throw new QuittanceError('WEIGHTS_INVALID', {
      message: `${file.path}: '${name}' is not a moment`,
      expected: 'a square float64 matrix of finite numbers and its count',
      hint: 'collect the moments again, or leave the file out: control moments take its place',
    });
  }
  return { size, sum, count, ...(weight > 1 && { weight }) };
};
