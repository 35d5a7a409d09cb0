// Builds an unlearning method from a loss: terms → gradients → (balance) → projection → update → stop rule. Straight down, one loop for the whole family.
// Trap: with balanced terms each term's gradient is normalised after the projection; before it, the larger one would still decide.
import { z } from 'zod';
import type { Batch } from '../engine/batch.ts';
import { valuesOf } from '../engine/model.ts';
import { random, type Random } from '../engine/random.ts';
import { lossAndGradients, type Objective } from '../engine/sweep.ts';
import { tf } from '../engine/tf.ts';
import {
  defineMethod,
  type Context,
  type Need,
  type Outcome,
  type TrajectoryPoint,
  type UnlearningMethod,
} from './method.ts';
import { controlValues, land, measure, shouldStop, StopConfig } from './stop-rule.ts';
import { globalNorm } from '../engine/global-norm.ts';
import { UpdateConfig, updaterFor, type Updater } from './update.ts';

/** One batch with its loss. */
export interface Term {
  batch: Batch;
  objective: Objective;
  /** Read after the term's gradient is known, so that it may depend on what the objective saw. */
  weight?: () => number;
  /** Frees what the term computed for itself. */
  dispose?: () => void;
}

export interface LossSpec<C extends z.ZodType, N extends Need> {
  name: string;
  summary: string;
  paper: string;
  needs: readonly N[];
  /** The loss's own hyper-parameters. */
  loss: C;
  updateDefaults?: Partial<z.input<typeof UpdateConfig>>;
  /** Terms of one update; several are added up. */
  terms(context: Context<N>, config: z.output<C>, stream: Random, update: number): Term[];
  /** Bring each term's projected gradient to norm 1 before adding. */
  balanced?(config: z.output<C>): boolean;
  recorded?(config: z.output<C>): Outcome['recorded'];
}

export const lossMethod = <C extends z.ZodType, const N extends Need>(spec: LossSpec<C, N>): UnlearningMethod =>
  defineMethod({
    name: spec.name,
    summary: spec.summary,
    paper: spec.paper,
    needs: spec.needs,
    config: z.strictObject({
      loss: spec.loss.prefault({} as never),
      update: z.preprocess((given) => ({ ...spec.updateDefaults, ...(given as object | undefined) }), UpdateConfig),
      stop: StopConfig.prefault({}),
    }),
    run: (context, config) => run(spec, context, config),
  });

const run = async <C extends z.ZodType, N extends Need>(
  spec: LossSpec<C, N>,
  context: Context<N>,
  config: { loss: z.output<C>; update: UpdateConfig; stop: StopConfig },
): Promise<Outcome> => {
  const updater = updaterFor(context, config.update);
  const stream = random(`unlearn:${context.seed}`);
  const controls = controlValues(context);
  const trajectory: TrajectoryPoint[] = [measure(context, 0, NaN, controls)].map((point) => ({ ...point, loss: 0 }));
  let stop: Outcome['stop'] = 'update-limit';
  try {
    for (let update = 1; update <= config.update.updates && stop === 'update-limit'; update++) {
      const before = config.stop.land ? trainedValues(context, updater) : undefined;
      const loss = applyTerms(spec, context, config.loss, updater, stream, update);
      const point = measure(context, update, loss, controls);
      trajectory.push(point);
      await context.onUpdate?.(point);
      if (shouldStop(point, config.stop)) {
        stop = 'stop-rule';
        if (
          before &&
          point.valueAuc < 0.45 &&
          land(context, before, trainedValues(context, updater), config.stop) < 1
        ) {
          trajectory.push(measure(context, update, loss));
          stop = 'landed';
        }
      }
      await new Promise(setImmediate);
    }
  } finally {
    updater.dispose();
  }
  const recorded = { ...spec.recorded?.(config.loss), moments: context.moments?.source ?? 'none' };
  return { kind: 'weights', updates: trajectory.at(-1)?.update ?? 0, stop, trajectory, recorded };
};

const trainedValues = <N extends Need>({ model }: Context<N>, { trainable }: Updater) =>
  new Map([...valuesOf(model)].filter(([name]) => trainable.has(name)));

/** One update; returns the loss before it. */
const applyTerms = <C extends z.ZodType, N extends Need>(
  spec: LossSpec<C, N>,
  context: Context<N>,
  config: z.output<C>,
  updater: Updater,
  stream: Random,
  update: number,
): number => {
  const balanced = spec.balanced?.(config) ?? false;
  let total: Map<string, tf.Tensor> | undefined;
  let loss = 0;
  for (const term of spec.terms(context, config, stream, update)) {
    const step = lossAndGradients(context.model, term.batch, term.objective, updater.trainable);
    const gradients = updater.project(step.gradients);
    const weight = term.weight?.() ?? 1;
    total = addScaled(total, gradients, weight / (balanced ? globalNorm(gradients) || 1 : 1));
    loss += step.loss * weight;
    term.dispose?.();
  }
  if (total) updater.apply(total);
  return loss;
};

/** total + factor · gradients; takes both over. */
const addScaled = (total: Map<string, tf.Tensor> | undefined, gradients: Map<string, tf.Tensor>, factor: number) =>
  new Map(
    [...gradients].map(([name, gradient]) => {
      const sum = tf.tidy(() => {
        const scaled = tf.mul(gradient, factor);
        const before = total?.get(name);
        return before ? tf.add(before, scaled) : scaled;
      });
      gradient.dispose();
      total?.get(name)?.dispose();
      return [name, sum] as const;
    }),
  );
