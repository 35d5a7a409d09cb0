// LoRA (Hu et al. 2021, https://arxiv.org/abs/2106.09685): y = x·W + scale · dropout(x)·A·B with W frozen, A (in,
// rank), B (rank, out). The factors are parameters of the model like any other, named after their matrix, so that
// training, resuming and unlearning need no separate code for LoRA.
// Traps: a fused q k v matrix has one A for the three and a B of three parts; and a block's forward pass is computed
// twice, so dropout masks follow from a label.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { DecoderConfig } from './formats/config.ts';
import { lowRankDelta } from './low-rank.ts';
import { modelOf, type Model } from './model.ts';
import { parameterSpecs, type ParameterSpec } from './parameters.ts';
import { random } from './random.ts';
import { tf } from './tf.ts';

export const LoraConfig = z.strictObject({
  rank: z.int().positive().max(4096).default(16),
  alpha: z.number().positive().default(32),
  /** Share of each input that A does not see in training. */
  dropout: z.number().min(0).max(0.95).default(0),
  /** Ends of Hugging Face module paths, e.g. q_proj; 'all-linear' takes every matrix of every block. */
  targetModules: z.union([z.literal('all-linear'), z.array(z.string().min(1)).min(1)]).default('all-linear'),
  /** Scale alpha/√rank instead of alpha/rank (Kalajdzievski 2023). */
  rankStabilized: z.boolean().default(false),
});
export type LoraConfig = z.infer<typeof LoraConfig>;

export interface Lora {
  readonly config: LoraConfig;
  readonly scale: number;
  /** Names of the two factors of each matrix. */
  readonly factors: ReadonlyMap<string, { a: string; b: string }>;
  readonly specs: readonly ParameterSpec[];
}

/** A model whose parameters include the factors of a LoRA; disposing it disposes the base too. */
export interface LoraModel extends Model {
  readonly lora: Lora;
  readonly base: Model;
}

/** Module path of a matrix in the stored weights, e.g. model.layers.0.self_attn.q_proj. */
const moduleOf = ({ source }: ParameterSpec) => source.hf.replace(/\.weight$/, '');

const targets = (config: DecoderConfig, { targetModules }: LoraConfig): ParameterSpec[] => {
  const matrices = parameterSpecs(config).filter(({ name, shape }) => name.startsWith('layers.') && shape.length === 2);
  if (targetModules === 'all-linear') return matrices;
  const hits = (module: string, target: string) => module === target || module.endsWith(`.${target}`);
  const missing = targetModules.find((target) => !matrices.some((p) => hits(moduleOf(p), target)));
  if (missing !== undefined) {
    throw new QuittanceError('INVALID_INPUT', {
      message: `the model has no module '${missing}' for a LoRA`,
      expected: [...new Set(matrices.map((p) => moduleOf(p).split('.').at(-1)))].join(', '),
    });
  }
  return matrices.filter((p) => targetModules.some((target) => hits(moduleOf(p), target)));
};

/** Which matrices get factors, and the factors' shapes and PEFT names. INVALID_INPUT where a target names no module. */
export const shapeLora = (config: DecoderConfig, lora: LoraConfig): Lora => {
  const factors = new Map<string, { a: string; b: string }>();
  const specs = new Map<string, ParameterSpec>();
  const sharedA = new Map<string, string>();
  for (const p of targets(config, lora)) {
    const [inSize = 0, outSize = 0] = p.shape;
    const stored = (side: 'A' | 'B') => `base_model.model.${moduleOf(p)}.lora_${side}.weight`;
    const a = sharedA.get(p.source.hf) ?? `${p.name}.loraA`;
    const b = `${p.name}.loraB`;
    const part = p.source.part ? { part: p.source.part } : {};
    sharedA.set(p.source.hf, a);
    specs.set(a, { name: a, shape: [inSize, lora.rank], source: { hf: stored('A'), transposed: true } });
    specs.set(b, { name: b, shape: [lora.rank, outSize], source: { hf: stored('B'), transposed: true, ...part } });
    factors.set(p.name, { a, b });
  }
  const scale = lora.alpha / (lora.rankStabilized ? Math.sqrt(lora.rank) : lora.rank);
  return { config: lora, scale, factors, specs: [...specs.values()] };
};

/** Fresh factors: A uniform in ±1/√in, B zero, so that nothing changes before the first update. */
export const freshFactors = ({ specs }: Lora, seed: number): Map<string, Float32Array> => {
  const stream = random(`lora:${seed}`);
  return new Map(
    specs.map(({ name, shape: [rows = 0, columns = 0] }) => {
      const bound = name.endsWith('.loraA') ? 1 / Math.sqrt(rows) : 0;
      return [name, Float32Array.from({ length: rows * columns }, () => bound * (2 * stream.uniform() - 1))];
    }),
  );
};

/** Adds a LoRA to the model; the result owns the base and disposes it. */
export const attachLora = (base: Model, lora: Lora, values: ReadonlyMap<string, Float32Array>): LoraModel => {
  const factors = lora.specs.map(({ name, shape }) => {
    const value = values.get(name);
    if (!value) throw new QuittanceError('INTERNAL', { message: `no value for ${name}` });
    return [name, tf.tidy(() => tf.variable(tf.tensor(value, [...shape])))] as const;
  });
  const own = new Map<string, tf.Tensor>(factors);
  const parameters = new Map([...base.parameters, ...factors]);
  const model = modelOf({
    ...base,
    lora,
    parameters,
    weights: Object.assign((name: string) => own.get(name) ?? base.weights(name), { delta: lowRankDelta(lora) }),
    dispose() {
      own.forEach((factor) => factor.dispose());
      base.dispose();
    },
  });
  return { ...model, base, lora };
};

/** Whether a model lies under a LoRA that is not merged. */
export const isLoraModel = (model: Model): model is LoraModel => model.lora !== undefined && 'base' in model;

/** Names of the factors: what a LoRA run trains. */
export const loraParameters = ({ lora }: LoraModel): Set<string> => new Set(lora.specs.map(({ name }) => name));

/** Adds scale·A·B to the base's matrices for good, disposes the factors and returns the base. */
export const mergeLora = ({ base, lora, parameters }: LoraModel): Model => {
  for (const [name, { a, b }] of lora.factors) {
    const [down, up] = [parameters.get(a) as tf.Tensor2D, parameters.get(b) as tf.Tensor2D];
    const matrix = base.parameters.get(name);
    if (matrix) tf.tidy(() => matrix.assign(tf.add(matrix, tf.mul(tf.matMul(down, up), lora.scale))));
    else base.addLowRank!(name, down, up, lora.scale);
  }
  lora.specs.forEach(({ name }) => parameters.get(name)!.dispose());
  return base;
};
