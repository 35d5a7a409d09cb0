// Rotary position embedding tables (Su et al. 2021), rotate-half form as in Hugging Face. Traps: angles are computed in
// float64 and then stored as float32; Llama 3.1 rescales low frequencies ("llama3"), YaRN blends two scales by
// wavelength, and LongRoPE has a second list of factors for rows longer than those of the first training, chosen by the
// length of the whole row.
import type { Rope, RopeScaling } from './formats/config.ts';
import { tf } from './tf.ts';

export interface RopeTables {
  cos: tf.Tensor4D;
  sin: tf.Tensor4D;
}

/** Whether rows longer than a limit are rotated by other factors. */
export const switches = ({ scaling }: Rope): boolean => scaling.kind === 'longrope';

/** Whether a row of so many positions is beyond that limit. */
export const isLong = ({ scaling }: Rope, length: number): boolean =>
  scaling.kind === 'longrope' && length > scaling.originalMaxPositions;

/** Inverse frequencies (rotaryDim / 2), radians per position, of a row of so many positions. */
export const inverseFrequencies = (rope: Rope, length = 0): Float64Array => {
  const { theta, rotaryDim, scaling } = rope;
  const plain = Float64Array.from({ length: rotaryDim / 2 }, (_, i) => theta ** ((-2 * i) / rotaryDim));
  if (scaling.kind === 'none') return plain;
  if (scaling.kind === 'longrope') {
    const factors = isLong(rope, length) ? scaling.long : scaling.short;
    return plain.map((frequency, i) => frequency / factors[i]!);
  }
  if (scaling.kind === 'yarn') return yarn(plain, rope, scaling);
  return plain.map((frequency) => rescale(frequency, scaling));
};

type Kind<K extends RopeScaling['kind']> = Extract<RopeScaling, { kind: K }>;

/**
 * Llama 3.1 report / transformers `llama3`: frequencies of long wavelengths are divided by the factor, those of short
 * ones kept, those between interpolated.
 */
const rescale = (frequency: number, scaling: Kind<'linear' | 'llama3'>): number => {
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions: original } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const smooth = (original / wavelength - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
};

/**
 * Peng et al. 2023: dimensions that rotate often are kept, those that rotate seldom are divided by the factor, with a
 * linear ramp between the two.
 */
const yarn = (plain: Float64Array, { theta, rotaryDim }: Rope, scaling: Kind<'yarn'>): Float64Array => {
  const { factor, betaFast, betaSlow, originalMaxPositions, truncate } = scaling;
  const dimensionOf = (turns: number) =>
    (rotaryDim * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [dimensionOf(betaFast), dimensionOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, rotaryDim - 1);
  const width = high === low ? 0.001 : high - low;
  return plain.map((frequency, i) => {
    const divided = Math.min(1, Math.max(0, (i - low) / width));
    return (frequency / factor) * divided + frequency * (1 - divided);
  });
};

const attentionFactor = ({ scaling }: Rope): number =>
  scaling.kind === 'yarn' || scaling.kind === 'longrope' ? scaling.attentionFactor : 1;

/** cos and sin (rows, 1, T, rotaryDim) for positions (rows·T); `lengths` of the rows, where factors depend on them. */
export const ropeTables = (rope: Rope, positions: Int32Array, rows: number, lengths: readonly number[]): RopeTables => {
  const R = rope.rotaryDim;
  const T = positions.length / rows;
  const cos = new Float32Array(positions.length * R);
  const sin = new Float32Array(positions.length * R);
  const size = attentionFactor(rope);
  for (let row = 0; row < rows; row++) {
    const frequencies = inverseFrequencies(rope, lengths[row]);
    for (let t = row * T; t < (row + 1) * T; t++) {
      for (let i = 0; i < R; i++) {
        const angle = positions[t]! * frequencies[i % (R / 2)]!;
        cos[t * R + i] = size * Math.cos(angle);
        sin[t * R + i] = size * Math.sin(angle);
      }
    }
  }
  const shape: [number, number, number, number] = [rows, 1, T, R];
  return { cos: tf.tensor4d(cos, shape), sin: tf.tensor4d(sin, shape) };
};
