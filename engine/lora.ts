// LoRA (Hu et al. 2021, https://arxiv.org/abs/2106.09685): y = x·W + scale · dropout(x)·A·B with W frozen, A (in,
// rank), B (rank, out). The factors are parameters of the model like any other, named after their matrix, so that
// training, resuming and unlearning need no separate code for LoRA. DoRA (Liu et al. 2024,
// https://arxiv.org/abs/2402.09353) gives each column of W + scale·A·B a length of its own; an adapter may also hold
// whole modules, which take the place of the base's. Both are read and merged, and not trained here.
// Traps: a fused q k v matrix has one A for the three and a B of three parts; a block's forward pass is computed twice,
// so dropout masks follow from a label; and an adapter that changes one of two tied matrices makes them two, which PEFT
// does when it computes, while its merge_and_unload changes both.
import { z } from 'zod';
import { must, QuittanceError } from '#core/errors.ts';
import type { DecoderConfig } from './formats/config.ts';
import { isTable, moduleOf, openSpecs, savedOf, targetsOf, type Target } from './lora-modules.ts';
import { columnShares, lowRankDelta, mergedMatrix } from './low-rank.ts';
import { modelOf, variable, type Model } from './model.ts';
import type { ParameterSpec } from './parameters.ts';
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

/** What an adapter of PEFT may be beside that; matched as PEFT does (lora-modules.ts). */
export const AdapterConfig = LoraConfig.extend({
  /** 'all-linear', ends of module paths, or a regular expression. */
  targetModules: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).default('all-linear'),
  excludeModules: z.union([z.string(), z.array(z.string().min(1))]).optional(),
  layersToTransform: z.union([z.int(), z.array(z.int())]).optional(),
  layersPattern: z.union([z.string(), z.array(z.string())]).optional(),
  /** Rank and alpha of the modules whose paths end as a regular expression says; the first that fits holds. */
  rankPattern: z.record(z.string(), z.int().positive().max(4096)).optional(),
  alphaPattern: z.record(z.string(), z.number().positive()).optional(),
  /** Ends of the paths of modules that were trained whole. */
  modulesToSave: z.array(z.string().min(1)).optional(),
  /** Whether every column has a length of its own. */
  dora: z.literal(true).optional(),
});
export type AdapterConfig = z.infer<typeof AdapterConfig>;

/** The shape of an adapter that is nothing but factors inside the blocks; undefined of any other. */
export const plainLora = (config: DecoderConfig, adapter: AdapterConfig): LoraConfig | undefined => {
  const { data } = LoraConfig.safeParse(adapter);
  const inBlocks = data && targetsOf(config, data).every(({ spec }) => spec.name.startsWith('layers.'));
  return inBlocks ? data : undefined;
};

export interface Factors {
  readonly a: string;
  readonly b: string;
  readonly scale: number;
  /** Of a DoRA: the columns' lengths as stored, and by how much that stretches them. */
  readonly columns?: { readonly lengths: string; readonly shares: string };
}

export interface Lora {
  readonly config: AdapterConfig;
  /** By the name of their matrix. */
  readonly factors: ReadonlyMap<string, Factors>;
  /** Of the factors: what is trained. */
  readonly specs: readonly ParameterSpec[];
  /** Of what is read and not trained: lengths of columns, and modules that take the place of the base's. */
  readonly fixed: readonly ParameterSpec[];
  /** Names of the parameters that come whole. */
  readonly whole: ReadonlySet<string>;
  /** Whether the head becomes another matrix than the embedding that it was tied to. */
  readonly unties: boolean;
}

/** A model whose parameters include the factors of a LoRA; disposing it disposes the base too. */
export interface LoraModel extends Model {
  readonly lora: Lora;
  readonly base: Model;
}

/** Where PEFT stores what belongs to a module. */
const storedAt = (module: string, part: string) => `base_model.model.${module}.${part}`;

/** A matrix as rows are multiplied with it. The head's is kept as it is stored, [out, in]. */
const sizesOf = ({ name, shape: [a = 1, b = 1] }: ParameterSpec): [inSize: number, outSize: number] =>
  name === 'head.w' ? [b, a] : [a, b];

/**
 * Which matrices get factors, what comes whole, and the shapes and PEFT names of all of it. INVALID_INPUT where the
 * model has no such module.
 */
export const shapeLora = (config: DecoderConfig, lora: AdapterConfig): Lora => {
  const factors = new Map<string, Factors>();
  const specs = new Map<string, ParameterSpec>();
  const lengths: ParameterSpec[] = [];
  const sharedA = new Map<string, string>();
  for (const { spec: p, rank, alpha } of targetsOf(config, lora)) {
    const a = sharedA.get(p.source.hf) ?? `${p.name}.loraA`;
    const b = `${p.name}.loraB`;
    sharedA.set(p.source.hf, a);
    for (const one of factorSpecs(p, rank, { a, b })) specs.set(one.name, one);
    const columns = { lengths: `${p.name}.lengths`, shares: `${p.name}.shares` };
    if (lora.dora) lengths.push(lengthsSpec(p, columns.lengths));
    const scale = alpha / (lora.rankStabilized ? Math.sqrt(rank) : rank);
    factors.set(p.name, { a, b, scale, ...(lora.dora && { columns }) });
  }
  const saved = savedOf(config, lora).map((p) => ({
    ...p,
    source: { ...p.source, hf: `base_model.model.${p.source.hf}` },
  }));
  const whole = new Set(saved.map(({ name }) => name));
  const unties = config.tied && ['embed.w', 'head.w'].some((name) => whole.has(name) || factors.has(name));
  return { config: lora, factors, specs: [...specs.values()], fixed: [...saved, ...lengths], whole, unties };
};

const factorSpecs = (p: Target['spec'], rank: number, { a, b }: { a: string; b: string }): ParameterSpec[] => {
  const [inSize, outSize] = sizesOf(p);
  const stored = (side: 'A' | 'B') =>
    storedAt(moduleOf(p), isTable(p) ? `lora_embedding_${side}` : `lora_${side}.weight`);
  return [
    { name: a, shape: [inSize, rank], source: { hf: stored('A'), transposed: true } },
    { name: b, shape: [rank, outSize], source: { hf: stored('B'), transposed: true, ...partOf(p) } },
  ];
};

const lengthsSpec = (p: ParameterSpec, name: string): ParameterSpec => ({
  name,
  shape: [sizesOf(p)[1]],
  source: { hf: storedAt(moduleOf(p), 'lora_magnitude_vector'), transposed: false, ...partOf(p) },
});

const partOf = ({ source: { part } }: ParameterSpec) => (part ? { part } : {});

/**
 * Fresh factors: A uniform in ±1/√in, B zero, so that nothing changes before the first update. INVALID_INPUT of a LoRA
 * that would untie head and embedding.
 */
export const freshFactors = ({ specs, unties }: Lora, seed: number): Map<string, Float32Array> => {
  if (unties)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'head and embedding of this model are one matrix, and a LoRA would make two of it',
      expected: 'target modules inside the blocks',
      hint: 'leave head and embedding out of targetModules',
    });
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
  const variables = [...lora.specs, ...lora.fixed].map((spec) => {
    const value = must(values.get(spec.name), `a value of ${spec.name}`);
    return [spec.name, variable(spec, value)] as const;
  });
  const own = new Map<string, tf.Tensor>(variables);
  const weights = Object.assign(overlaid(base, own, lora.unties), { delta: lowRankDelta(lora) });
  for (const [name, { columns }] of lora.factors)
    if (columns) own.set(columns.shares, tf.keep(tf.tidy(() => columnShares(weights, lora, name))));
  const model = modelOf({
    ...base,
    ...untied(base, lora),
    lora,
    parameters: new Map([...base.parameters, ...variables.filter(([name]) => !name.endsWith('.lengths'))]),
    weights,
    dispose() {
      own.forEach((one) => one.dispose());
      base.dispose();
    },
  });
  return { ...model, base, lora };
};

/** The base's weights under others; where the head is no longer tied, it is what the embedding was. */
const overlaid =
  (base: Model, own: ReadonlyMap<string, tf.Tensor>, unties: boolean) =>
  (name: string): tf.Tensor =>
    own.get(name) ?? base.weights(unties && name === 'head.w' ? 'embed.w' : name);

const untied = ({ config, specs }: Model, { unties }: Lora): Pick<Model, 'config' | 'specs'> =>
  unties ? { config: { ...config, tied: false }, specs: openSpecs(config) } : { config, specs };

/** Whether a model lies under a LoRA that is not merged. */
export const isLoraModel = (model: Model): model is LoraModel => model.lora !== undefined && 'base' in model;

/** Names of the factors: what a LoRA run trains. */
export const loraParameters = ({ lora }: LoraModel): Set<string> => new Set(lora.specs.map(({ name }) => name));

/**
 * The base's weights with all that the LoRA changes in them, for good: its factors are disposed. The result is the base
 * itself, but where the base cannot hold what changed.
 */
export const mergeLora = (model: LoraModel): Model => {
  const { base, lora } = model;
  const over = new Map<string, tf.Variable>();
  for (const name of changedBy(lora)) {
    const factors = lora.factors.get(name);
    const to = lora.unties && name === 'head.w' ? undefined : base.parameters.get(name);
    if (!to && base.addLowRank && factors && isAdded(lora, name))
      base.addLowRank(name, model.weights(factors.a), model.weights(factors.b), factors.scale);
    else if (to) tf.tidy(() => to.assign(mergedMatrix(model.weights, lora, name)));
    else
      over.set(
        name,
        tf.tidy(() => tf.variable(mergedMatrix(model.weights, lora, name))),
      );
  }
  ownNames(lora).forEach((name) => model.weights(name).dispose());
  if (over.size === 0) return base;
  return modelOf({
    ...base,
    ...untied(base, lora),
    parameters: new Map([...base.parameters, ...over]),
    weights: overlaid(base, over, lora.unties),
    dispose() {
      over.forEach((one) => one.dispose());
      base.dispose();
    },
  });
};

/** The head first: where it was tied, it is made from the embedding before that changes. */
const changedBy = ({ factors, whole, unties }: Lora): Set<string> =>
  new Set([...(unties ? ['head.w'] : []), ...whole, ...factors.keys()]);

/** Whether nothing but A·B is added to a matrix that lies as it is multiplied. */
const isAdded = ({ factors, whole }: Lora, name: string): boolean =>
  !factors.get(name)?.columns && !whole.has(name) && name !== 'head.w';

const ownNames = ({ factors, specs, fixed }: Lora): string[] => [
  ...[...specs, ...fixed].map(({ name }) => name),
  ...[...factors.values()].flatMap(({ columns }) => (columns ? [columns.shares] : [])),
];
