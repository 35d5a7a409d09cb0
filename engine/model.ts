// A decoder with its parameters as TensorFlow variables. Traps: variables live until dispose(), and whoever creates a
// model disposes it; and what is laid over a model's weights must be made a model anew by `modelOf`, as logits and
// decoding go on reading the weights that they were given.
import { QuittanceError } from '#core/errors.ts';
import type { DecoderConfig } from './formats/config.ts';
import type { Weights } from './decoder.ts';
import { decodingOf, keptPerToken } from './decoding.ts';
import type { LanguageModel } from './language-model.ts';
import type { Lora } from './lora.ts';
import { isNormWeight, parameterSpecs, type ParameterSpec } from './parameters.ts';
import { random } from './random.ts';
import { forwardLogits } from './sweep.ts';
import { tf } from './tf.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

/** Weights that can be trained, merged and saved. */
export interface Decoder {
  readonly config: DecoderConfig;
  readonly tokenizer: Tokenizer;
  readonly specs: readonly ParameterSpec[];
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** INTERNAL where the name is not a parameter. */
  readonly weights: Weights;
  /** The LoRA whose low-rank delta is added to the weights (lora.ts); its factors are among the parameters. */
  readonly lora?: Lora;
  /** Adds scale·a·b to a matrix that is not a parameter (held-base.ts), for every later use of it. */
  readonly addLowRank?: (name: string, a: tf.Tensor, b: tf.Tensor, scale: number) => void;
  dispose(): void;
}

export interface Model extends Decoder, LanguageModel {}

/** A decoder that can be asked. */
export const modelOf = (decoder: Decoder): Model => ({
  ...decoder,
  keptPerToken: keptPerToken(decoder.config),
  logits: (batch) => forwardLogits(decoder, batch),
  decoding: () => decodingOf(decoder),
});

/**
 * Wraps float32 values (parameters.ts names and layout) as a model; asks for each once, in the order of the specs, and
 * keeps no copy.
 */
export const modelFrom = (
  config: DecoderConfig,
  tokenizer: Tokenizer,
  values: Pick<ReadonlyMap<string, Float32Array>, 'get'>,
): Model => {
  const specs = parameterSpecs(config);
  const parameters = new Map<string, tf.Variable>();
  const dispose = () => parameters.forEach((parameter) => parameter.dispose());
  takeValues(specs, values, (spec, value) => parameters.set(spec.name, variable(spec, value)), dispose);
  return modelOf({ config, tokenizer, specs, parameters, weights: weightsOf(parameters), dispose });
};

/**
 * Gives `put` the value of each parameter, in the order of the specs. Where one fails, or is missing (MODEL_INVALID),
 * `dispose` frees what was made.
 */
export const takeValues = (
  specs: readonly ParameterSpec[],
  values: Pick<ReadonlyMap<string, Float32Array>, 'get'>,
  put: (spec: ParameterSpec, value: Float32Array) => void,
  dispose: () => void,
): void => {
  try {
    for (const spec of specs) {
      const value = values.get(spec.name);
      if (!value) throw new QuittanceError('MODEL_INVALID', { message: `the weights lack ${spec.source.hf}` });
      put(spec, value);
    }
  } catch (error) {
    dispose();
    throw error;
  }
};

export const variable = ({ shape }: ParameterSpec, value: Float32Array): tf.Variable =>
  tf.tidy(() => tf.variable(tf.tensor(value, [...shape]), true));

export const weightsOf =
  (parameters: ReadonlyMap<string, tf.Tensor>): Weights =>
  (name) => {
    const found = parameters.get(name);
    if (!found) throw new QuittanceError('INTERNAL', { message: `no parameter ${name}` });
    return found;
  };

/**
 * Fresh weights as GPT-2 initialises: normal with sd 0.02, residual outputs scaled by 1/√(2·layers), norms 1, biases 0.
 */
export const freshValues = (config: DecoderConfig, seed: number): Map<string, Float32Array> => {
  const stream = random(`init:${seed}`);
  const residual = 1 / Math.sqrt(2 * config.layers);
  return new Map(
    parameterSpecs(config).map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (name.endsWith('.b')) return [name, new Float32Array(size)];
      if (isNormWeight(name)) return [name, new Float32Array(size).fill(config.norm.plusOne ? 0 : 1)];
      const sd = /\.(o|down)\.w$/.test(name) ? 0.02 * residual : 0.02;
      return [name, Float32Array.from({ length: size }, () => sd * stream.normal())];
    }),
  );
};

/** Copies of all values, or of the named ones, e.g. to go back to. */
export const valuesOf = (model: Model, names?: ReadonlySet<string>): Map<string, Float32Array> =>
  new Map(
    [...model.parameters]
      .filter(([name]) => names?.has(name) ?? true)
      .map(([name, parameter]) => [name, Float32Array.from(parameter.dataSync())]),
  );

/** Puts values back into the model's variables. */
export const restoreValues = (model: Model, values: ReadonlyMap<string, Float32Array>): void => {
  for (const [name, value] of values) {
    const parameter = model.parameters.get(name);
    if (!parameter) throw new QuittanceError('INTERNAL', { message: `no parameter ${name}` });
    tf.tidy(() => parameter.assign(tf.tensor(value.slice(), parameter.shape)));
  }
};

export const parameterCount = (config: DecoderConfig): number =>
  parameterSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
