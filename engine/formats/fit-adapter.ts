// What moved in a model's matrices as a LoRA over the base that it came from: for a run on whole matrices of a model
// that is served as an adapter beside its base, and is to stay one.
// Trap: a LoRA of that rank is not the model that was unlearned but the nearest one; it is the one that must be judged.
import { must } from '#core/errors.ts';
import type { DecoderConfig } from './config.ts';
import { readModelParts } from './folder.ts';
import { lowRankFit } from '../low-rank-fit.ts';
import { LoraConfig, shapeLora, type Lora } from '../lora.ts';
import { weightsOf, type Model } from '../model.ts';
import { parameterSpecs, type ParameterSpec } from '../parameters.ts';
import { tf } from '../tf.ts';
import type { Adapter } from './peft.ts';
import { withValues } from './weights.ts';

/**
 * Added to the rank of before, up to a limit: at the rank of before, what was unlearned is the first to be left out. A
 * person forgotten in an adapter of rank 16 (0.43 M parameters) came back at 16 and passed the gate at 32.
 */
const MORE_RANK = 16;
const MOST_RANK = 64;

export interface FittedAdapter {
  readonly adapter: Adapter;
  readonly rank: number;
  /** Norm of what the LoRA leaves out, as a share of the norm of all that moved. */
  readonly error: number;
  dispose(): void;
}

/** Fits a LoRA on the modules of `before` and on those of every MLP to `moved` less the weights in `base`. */
export const fitAdapter = (base: string, moved: Model, before: LoraConfig): FittedAdapter => {
  const { config } = readModelParts(base);
  const lora = shapeLora(config, fittedConfig(config, before));
  const factors = new Map<string, tf.Tensor>();
  const dispose = () => tf.dispose([...factors.values()]);
  try {
    const error = withValues(base, config, (valueOf) => fitAll(lora, config, moved, valueOf, factors));
    return { adapter: { config, lora, weights: weightsOf(factors) }, rank: lora.config.rank, error, dispose };
  } catch (cause) {
    dispose();
    throw cause;
  }
};

/** For the run's manifest and the certificate. */
export const recordedOf = ({ rank, error }: FittedAdapter) => ({
  ...{ adapter: 'fitted', adapterRank: rank },
  adapterError: Number(error.toPrecision(3)),
});

const moduleOf = ({ source }: ParameterSpec): string[] => source.hf.replace(/\.weight$/, '').split('.');
const isMlp = ({ name }: ParameterSpec): boolean => /\.(gate|up|down)\.w$/.test(name);

/** A scale of 1: the length of what moved lies in B. */
const fittedConfig = (config: DecoderConfig, before: LoraConfig): LoraConfig => {
  const rank = Math.max(before.rank, Math.min(before.rank + MORE_RANK, MOST_RANK));
  const specs = parameterSpecs(config).filter(({ name, shape }) => name.startsWith('layers.') && shape.length === 2);
  const elsewhere = new Set(specs.filter((one) => !isMlp(one)).map((one) => moduleOf(one).at(-1)));
  // a name that attention has too (GPT-2's c_proj) is told apart by the one before it
  const named = (one: ParameterSpec) =>
    moduleOf(one)
      .slice(elsewhere.has(moduleOf(one).at(-1)) ? -2 : -1)
      .join('.');
  const targetModules =
    before.targetModules === 'all-linear'
      ? before.targetModules
      : [...new Set([...before.targetModules, ...specs.filter(isMlp).map(named)])];
  return LoraConfig.parse({ rank, alpha: rank, targetModules });
};

/** Fits matrix by matrix; those that are stored as one tensor share their A. Returns the relative error. */
const fitAll = (
  { factors: planned, config: { rank } }: Lora,
  config: DecoderConfig,
  moved: Model,
  valueOf: (p: ParameterSpec) => Float32Array,
  into: Map<string, tf.Tensor>,
): number => {
  const specs = new Map(parameterSpecs(config).map((p) => [p.name, p]));
  let [left, all] = [0, 0];
  for (const [a, group] of Map.groupBy(planned, ([, one]) => one.a)) {
    const parts = group.map(([name]) => must(specs.get(name), name));
    const delta = tf.tidy(() => {
      const each = parts.map((p) => tf.sub(moved.weights(p.name), tf.tensor(valueOf(p), [...p.shape])));
      return tf.concat(each as tf.Tensor2D[], 1);
    });
    const fit = lowRankFit(delta, rank);
    into.set(a, fit.a);
    const sizes = parts.map(({ shape }) => shape[1]!);
    tf.split(fit.b, sizes, 1).forEach((b, i) => into.set(group[i]![1].b, b));
    left += squares(tf.tidy(() => tf.sub(delta, tf.matMul(fit.a, fit.b))));
    all += squares(delta);
    fit.b.dispose();
  }
  return all === 0 ? 0 : Math.sqrt(left / all);
};

/** Σ x²; disposes the tensor. */
const squares = (tensor: tf.Tensor): number => {
  const sum = tf.tidy(() => tf.sum(tf.square(tensor)));
  const [value] = sum.dataSync();
  tf.dispose([tensor, sum]);
  return value!;
};
