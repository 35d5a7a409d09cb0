// Rotary position embedding tables (Su et al. 2021), rotate-half form as in Hugging Face. Trap: angles are computed in float64 and then stored
// as float32; Llama 3.1 rescales low frequencies ("llama3"), which changes every long-range angle.
import type { Position, RopeScaling } from './formats/config.ts';
import { tf } from './tf.ts';

type Rope = Extract<Position, { kind: 'rope' }>;

/** Inverse frequencies (rotaryDim / 2), radians per position. */
export const inverseFrequencies = ({ theta, rotaryDim, scaling }: Rope): Float64Array =>
  Float64Array.from({ length: rotaryDim / 2 }, (_, i) => rescale(theta ** ((-2 * i) / rotaryDim), scaling));

/** Llama 3.1 report / transformers `llama3`: long waves are divided by the factor, short ones kept, between them interpolated. */
const rescale = (frequency: number, scaling: RopeScaling): number => {
  if (scaling.kind === 'none') return frequency;
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions: original } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const smooth = (original / wavelength - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
};

/** cos and sin (rows, 1, T, rotaryDim) for positions (rows·T). */
export const ropeTables = (
  position: Rope,
  positions: Int32Array,
  rows: number,
): { cos: tf.Tensor4D; sin: tf.Tensor4D } => {
  const R = position.rotaryDim;
  const frequencies = inverseFrequencies(position);
  const cos = new Float32Array(positions.length * R);
  const sin = new Float32Array(positions.length * R);
  positions.forEach((p, t) => {
    for (let i = 0; i < R; i++) {
      const angle = p * frequencies[i % (R / 2)]!;
      cos[t * R + i] = Math.cos(angle);
      sin[t * R + i] = Math.sin(angle);
    }
  });
  const shape: [number, number, number, number] = [rows, 1, positions.length / rows, R];
  return { cos: tf.tensor4d(cos, shape), sin: tf.tensor4d(sin, shape) };
};
