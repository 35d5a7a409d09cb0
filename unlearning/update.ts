// How a loss becomes an update: which weights move, by which optimiser, through which projection. All loss methods
// share it, so that a comparison of methods differs in the loss only. Trap: normalised steps have a fixed length and
// never end by themselves, so a stop rule is needed.
import { QuittanceError } from '#core/errors.ts';
import { globalNorm } from '#engine/global-norm.ts';
import type { Model } from '#engine/model.ts';
import { adamW, constant, normalizedSgd, sgd, sophia, type Optimizer } from '#engine/optimizers.ts';
import { tf } from '#engine/tf.ts';
import type { ForgetOnlyContext } from './method.ts';
import { projections } from './projection.ts';
import { movesUnder, type UpdateConfig } from './update-config.ts';

const trainableOf = (model: Model, config: UpdateConfig): Set<string> =>
  new Set([...model.parameters.keys()].filter(movesUnder(config)));

const OPTIMIZERS: Readonly<Record<UpdateConfig['optimizer'], () => Optimizer>> = {
  adamw: () => adamW({ weightDecay: 0 }),
  'normalized-sgd': normalizedSgd,
  sgd,
  sophia,
};

export interface Updater {
  readonly trainable: ReadonlySet<string>;
  readonly optimizer: Optimizer;
  /** Applies the projection to gradients; disposes them and returns new ones. */
  project(gradients: Map<string, tf.Tensor>): Map<string, tf.Tensor>;
  /** Moves the weights along already projected gradients; disposes them. */
  apply(gradients: Map<string, tf.Tensor>, scale?: number): void;
  dispose(): void;
}

/** METHOD_CONFIG where the projection needs moments that are missing. */
export const updaterFor = (context: ForgetOnlyContext, config: UpdateConfig): Updater => {
  const { model } = context;
  const trainable = trainableOf(model, config);
  const parameters = new Map([...model.parameters].filter(([name]) => trainable.has(name)));
  const optimizer = OPTIMIZERS[config.optimizer]();
  const schedule = constant(config.relative ? config.step * globalNorm(parameters) : config.step);
  const matrices = projectionsOf(context, config, trainable);
  return {
    trainable,
    optimizer,
    project: (gradients) => (matrices ? projected(gradients, matrices) : gradients),
    apply(gradients, scale = 1) {
      optimizer.update(parameters, gradients, schedule(0) * scale);
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
  if (!moments) {
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'the owm projection needs corpus or control moments',
      hint: 'put moments.safetensors beside the weights, or set update.projection=none',
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

/** total + factor · gradients, by name, where either may lack names; disposes both arguments. */
export const addScaled = (
  total: Map<string, tf.Tensor> | undefined,
  gradients: Map<string, tf.Tensor>,
  factor: number,
): Map<string, tf.Tensor> => {
  const sums = new Map(total);
  for (const [name, gradient] of gradients) {
    const before = sums.get(name);
    sums.set(
      name,
      tf.tidy(() => {
        const scaled = tf.mul(gradient, factor);
        return before ? tf.add(before, scaled) : scaled;
      }),
    );
    tf.dispose([gradient, ...(before ? [before] : [])]);
  }
  return sums;
};
