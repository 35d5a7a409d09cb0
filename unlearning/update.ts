// How a loss becomes an update: which weights move, by which optimiser, through which projection. Shared by every loss method, so that a comparison
// differs in the loss alone. Trap: normalised steps have a fixed length and never stop by themselves; a stop rule must.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { exactlyHeldModelFrom } from '#engine/held-base.ts';
import { LoraConfig } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import { adamW, constant, normalizedSgd, type Optimizer } from '#engine/optimizers.ts';
import { tf } from '#engine/tf.ts';
import type { ForgetOnlyContext, UnlearningMethod } from './method.ts';
import { projections } from './projection.ts';

export const UpdateConfig = z.strictObject({
  /** mlp: gate, up and down of every layer. body: everything but the embeddings (and an untied head). lora: low-rank factors beside the frozen weights. */
  trainable: z.enum(['mlp', 'mlp-down', 'body', 'all', 'lora']).default('mlp'),
  /** With trainable 'lora': its shape. The factors are merged into the weights at the end. */
  lora: LoraConfig.prefault({}),
  /** With trainable 'lora': how the frozen matrices are kept in memory. bfloat16 is for weights that were stored so, on tensorflow; it takes half the room. */
  base: z.enum(['float32', 'bfloat16']).default('float32'),
  optimizer: z.enum(['normalized-sgd', 'adamw']).default('normalized-sgd'),
  /** Global L2 norm of one update (normalized-sgd), or learning rate (adamw). */
  step: z.number().positive().default(0.4),
  projection: z.enum(['owm', 'none']).default('owm'),
  /** λ of λ(C + λI)⁻¹, with C scaled to a typical diagonal of 1. */
  lambda: z.number().positive().default(0.01),
  scale: z.enum(['mean', 'median']).default('mean'),
  /** Updates at most. */
  updates: z.int().positive().max(10_000).default(40),
});
export type UpdateConfig = z.infer<typeof UpdateConfig>;

/** The update's part of a method's configuration; its defaults where the configuration cannot be read. */
export const updateOf = (method: Pick<UnlearningMethod, 'config'>, config: unknown): UpdateConfig => {
  const given = method.config.safeParse(config).data as { update?: unknown } | undefined;
  return UpdateConfig.safeParse(given?.update).data ?? UpdateConfig.parse({});
};

/** The model in `dir` as the configuration wants it in memory. METHOD_CONFIG where it cannot be kept so. The caller disposes it. */
export const loadForUpdate = (dir: string, { base, trainable }: UpdateConfig): Model => {
  if (base === 'float32') return loadModel(dir);
  if (trainable === 'lora') return loadModel(dir, exactlyHeldModelFrom);
  throw new QuittanceError('METHOD_CONFIG', {
    message: 'update.base=bfloat16 is for weights that do not move',
    expected: 'update.trainable=lora',
    got: `update.trainable=${trainable}`,
  });
};

/** Published methods update everything but the embeddings by AdamW, without a projection. */
export const BASELINE = {
  trainable: 'body',
  optimizer: 'adamw',
  step: 1e-4,
  projection: 'none',
  updates: 120,
} as const;

const TRAINABLE: Readonly<Record<UpdateConfig['trainable'], (name: string) => boolean>> = {
  mlp: (name) => /\.(gate|up|down)\.w$/.test(name),
  'mlp-down': (name) => name.endsWith('.down.w'),
  body: (name) => name.startsWith('layers.'),
  all: () => true,
  lora: (name) => /\.lora[AB]$/.test(name),
};

/** Which parameters move, by name. */
export const movesUnder = ({ trainable }: Pick<UpdateConfig, 'trainable'>): ((name: string) => boolean) =>
  TRAINABLE[trainable];

const trainableOf = (model: Model, config: UpdateConfig): Set<string> =>
  new Set([...model.parameters.keys()].filter(movesUnder(config)));

export interface Updater {
  readonly trainable: ReadonlySet<string>;
  readonly optimizer: Optimizer;
  /** Applies the projection to gradients; takes them over and returns new ones. */
  project(gradients: Map<string, tf.Tensor>): Map<string, tf.Tensor>;
  /** Moves the weights along already projected gradients; disposes them. */
  apply(gradients: Map<string, tf.Tensor>, scale?: number): void;
  dispose(): void;
}

/** METHOD_CONFIG where the projection asks for moments that are not there. */
export const updaterFor = (context: ForgetOnlyContext, config: UpdateConfig): Updater => {
  const { model } = context;
  const trainable = trainableOf(model, config);
  const parameters = new Map([...model.parameters].filter(([name]) => trainable.has(name)));
  const optimizer: Optimizer = config.optimizer === 'adamw' ? adamW({ weightDecay: 0 }) : normalizedSgd();
  const schedule = constant(config.step);
  const matrices = projectionsOf(context, config, trainable);
  return {
    trainable,
    optimizer,
    project: (gradients) => (matrices ? projected(gradients, matrices) : gradients),
    apply(gradients, scale = 1) {
      optimizer.step(parameters, gradients, schedule(0) * scale);
      tf.dispose([...gradients.values()]);
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([...new Set(matrices?.values() ?? [])]);
    },
  };
};

const projectionsOf = ({ moments }: ForgetOnlyContext, config: UpdateConfig, trainable: ReadonlySet<string>) => {
  if (config.projection === 'none') return undefined;
  if (config.trainable === 'lora') {
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'the owm projection is of whole matrices, not of the factors of a LoRA',
      hint: 'set update.projection=none, or another update.trainable',
    });
  }
  if (!moments) {
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'the owm projection needs corpus or control moments',
      hint: 'collect moments with the model, or set projection=none',
    });
  }
  return projections(moments.values, trainable, config.lambda, config.scale);
};

/** Weights are [in, out], so P (in × in) multiplies the gradient from the left. */
const projected = (
  gradients: Map<string, tf.Tensor>,
  matrices: ReadonlyMap<string, tf.Tensor2D>,
): Map<string, tf.Tensor> =>
  new Map(
    [...gradients].map(([name, gradient]) => {
      const matrix = matrices.get(name);
      if (!matrix) return [name, gradient];
      const result = tf.matMul(matrix, gradient);
      gradient.dispose();
      return [name, result];
    }),
  );
