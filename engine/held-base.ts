// A base that only a LoRA moves: its matrices are kept as bfloat16 and cast to float32 where a block uses them, which
// takes half the memory and computes in float32. libtensorflow casts by Bitcast + Cast; in WebAssembly the halves lie
// beside the heap, which is limited, and a cast writes them into it; both are exact
// (test/unit/engine/held-base.test.ts). Traps: a cast lives as long as what was computed from it, so train block by
// block, not on one tape; and held matrices are not parameters, so they cannot be trained, and merging a LoRA adds it
// beside them (`addLowRank`).
import { QuittanceError } from '#core/errors.ts';
import type { Held } from './backends/backend.ts';
import type { DecoderConfig } from './formats/config.ts';
import { modelOf, takeValues, variable, type Model } from './model.ts';
import { isBfloat, narrowBfloat } from './formats/number-formats.ts';
import { parameterSpecs, type ParameterSpec } from './parameters.ts';
import { fastOps, tf } from './tf.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

/**
 * As `modelFrom`, with every matrix in 16 bits; asks for each value once. BACKEND_UNAVAILABLE where the backend cannot
 * keep 16 bits.
 */
export const heldModelFrom = (
  config: DecoderConfig,
  tokenizer: Tokenizer,
  values: Pick<ReadonlyMap<string, Float32Array>, 'get'>,
): Model => {
  const specs = parameterSpecs(config);
  const parameters = new Map<string, tf.Variable>();
  const held = new Map<string, Held>();
  const laid = new Map<string, Delta>();
  const dispose = () => {
    const factors = [...laid.values()].flatMap(({ a, b }) => [a, b]);
    [...parameters.values(), ...held.values(), ...factors].forEach((one) => one.dispose());
  };
  const put = (spec: ParameterSpec, value: Float32Array) =>
    spec.shape.length === 2
      ? held.set(spec.name, hold(value, spec.shape))
      : parameters.set(spec.name, variable(spec, value));
  takeValues(specs, values, put, dispose);
  const weights = (name: string): tf.Tensor => {
    const found = parameters.get(name) ?? held.get(name)?.cast();
    if (!found) throw new QuittanceError('INTERNAL', { message: `no parameter ${name}` });
    const delta = laid.get(name);
    return delta ? tf.add(found, tf.mul(tf.matMul(delta.a, delta.b), delta.scale)) : found;
  };
  const addLowRank: NonNullable<Model['addLowRank']> = (name, a, b, scale) =>
    laid.set(name, { a: tf.keep(tf.clone(a)), b: tf.keep(tf.clone(b)), scale });
  return modelOf({ config, tokenizer, specs, parameters, weights, addLowRank, dispose });
};

interface Delta {
  a: tf.Tensor;
  b: tf.Tensor;
  scale: number;
}

/** As `heldModelFrom`; METHOD_CONFIG naming the first matrix that 16 bits would change. */
export const exactlyHeldModelFrom: typeof heldModelFrom = (config, tokenizer, values) => {
  const matrices = new Map(
    parameterSpecs(config).flatMap((p) => (p.shape.length === 2 ? [[p.name, p.source.hf]] : [])),
  );
  return heldModelFrom(config, tokenizer, {
    get(name) {
      const value = values.get(name);
      const stored = matrices.get(name);
      if (value && stored !== undefined && !isBfloat(value)) {
        throw new QuittanceError('METHOD_CONFIG', {
          message: `update.base=bfloat16 would round ${stored}`,
          expected: 'weights that were stored in BF16, and not moved since',
          hint: 'leave out update.base',
        });
      }
      return value;
    },
  });
};

const hold = (value: Float32Array, shape: readonly number[]): Held => {
  const { hold: keep } = fastOps();
  if (keep) return keep(narrowBfloat(value), shape);
  throw new QuittanceError('BACKEND_UNAVAILABLE', {
    message: 'this backend keeps float32 tensors alone',
    expected: 'tensorflow, wasm-ort or wasm',
    hint: "leave QUITTANCE_BACKEND out, which takes one of them; see 'quittance doctor'",
  });
};
