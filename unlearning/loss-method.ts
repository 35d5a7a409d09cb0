// Builds an unlearning method from a loss: terms → gradients → (balance) → projection → update → stop rule, in one loop
// for all loss methods.
// Trap: with balanced terms each term's gradient is normalised after the projection. Normalised before it, the terms
// would again differ in size, by what the projection leaves of each.
import { z } from 'zod';
import type { MethodName } from '#core/method-name.ts';
import { gradientsInParts } from '#engine/accumulate.ts';
import type { Batch } from '#engine/batch.ts';
import { globalNorm } from '#engine/global-norm.ts';
import { attachLora, freshFactors, isLoraModel, mergeLora, shapeLora } from '#engine/lora.ts';
import { valuesOf } from '#engine/model.ts';
import type { Random } from '#engine/random.ts';
import type { Gradients, Objective } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { runTensors } from '#engine/trainer.ts';
import { BATCH } from './batches.ts';
import {
  defineMethod,
  type Context,
  type Need,
  type Outcome,
  type TrajectoryPoint,
  type UnlearningMethod,
  type RetaughtHow,
} from './method.ts';
import { requireFinite } from './finite.ts';
import { positionOf, resumeRun, startRun, type Carried, type RunProgress } from './run-progress.ts';
import { bisectToControls, measure, overshot, shouldStop, StopConfig, type ControlValues } from './stop-rule.ts';
import { addScaled, updaterFor, type Updater } from './update.ts';
import { UpdateConfig } from './update-config.ts';

interface Part {
  /**
   * Factor of the term's gradient. Called after the gradient is computed, so that it may depend on what the objective
   * saw; `last` is the state after the previous update.
   */
  weight?: (last: TrajectoryPoint) => number;
  /** The term is about what the projection protects, and its gradient is left as it is. */
  unprojected?: boolean;
  /** Disposes what the term computed for itself. */
  dispose?: () => void;
}

/** One batch with its loss. */
export interface Term extends Part {
  batch: Batch;
  objective: Objective;
  /** The objective reads hidden states (N, d) after so many blocks instead of logits. */
  depth?: number;
  /** Where the gradient is taken at other weights than the current ones: moves them, computes, and puts them back. */
  at?: <T>(compute: () => T) => Promise<T>;
}

/** A training that is made apart and taken back: what it learnt stands in the place of a gradient. */
export interface Learnt extends Part {
  learn(trainable: ReadonlySet<string>): Promise<Gradients>;
}

/** What a run goes on with, and what a reader must know of it. */
export interface Begun<T> {
  context: T;
  recorded?: Outcome['recorded'];
}

export interface LossSpec<C extends z.ZodType, N extends Need> {
  name: MethodName;
  summary: string;
  paper: string;
  needs: readonly N[];
  /** The loss's own hyper-parameters. */
  loss: z.ZodPrefault<C>;
  updateDefaults?: Partial<z.input<typeof UpdateConfig>>;
  /** Where some settings of an update make no sense with the loss. */
  updateConfig?: z.ZodType<UpdateConfig>;
  /** How terms or `settled` train the MLP matrices further for a moment and put them back, if they do. */
  retaught?: RetaughtHow;
  /** Never-trained names that each record is asked with in the place of the person's. */
  names?(config: z.output<C>): number;
  /** Generated names like the person's that each question is asked with, so that what is said of them stays. */
  near?(config: z.output<C>): number;
  /** Most records of one update; the usual minibatch where the loss does not say. */
  batchSize?(config: z.output<C>): number;
  /** Numbers that terms read and write from update to update, as they are at the start; saved with the run. */
  carried?(config: z.output<C>): Carried;
  /** Terms of one update; several are added. `controls` are the stop controls as last measured. */
  terms(
    context: Context<N>,
    config: z.output<C>,
    stream: Random,
    controls: ControlValues,
    carried: Carried,
  ): (Term | Learnt)[];
  /** Refuses a context that the loss cannot work on, or drops what it cannot use; called before the first update. */
  begin?(context: Context<N>, config: z.output<C>): Begun<Context<N>> | Promise<Begun<Context<N>>>;
  /** Whether the stop rule is asked after each update; true where absent. */
  stops?: boolean;
  /** Ends a run that made all its updates; `start` holds the trained weights as they were before the first. */
  finish?(context: Context<N>, config: z.output<C>, start: ReadonlyMap<string, Float32Array>): void;
  /** What must hold beside the stop rule for the run to end; asked only where that rule holds. */
  settled?(
    context: Context<N>,
    config: z.output<C>,
    point: TrajectoryPoint,
    controls: ControlValues,
  ): boolean | Promise<boolean>;
  /** Whether each term's projected gradient is scaled to norm 1 before adding. */
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
      loss: spec.loss,
      update: z.preprocess((given) => over(spec.updateDefaults, given), spec.updateConfig ?? UpdateConfig),
      stop: StopConfig.prefault({}),
    }),
    takes: ({ update, loss }) => {
      const { batchSize, retaught, names, near } = spec;
      const others = { names: names?.(loss) ?? 0, near: near?.(loss) ?? 0 };
      return { update, batchSize: batchSize?.(loss) ?? BATCH, ...(retaught && { retaught }), ...others };
    },
    run: (context, config) =>
      config.update.trainable === 'lora' ? runAdapted(spec, context, config) : run(spec, context, config),
  });

/** Settings merged over a method's defaults. Anything but an object is passed on, so that the schema refuses it. */
const over = (defaults: object | undefined, given: unknown): unknown =>
  given === undefined || (typeof given === 'object' && given !== null && !Array.isArray(given))
    ? { ...defaults, ...given }
    : given;

/**
 * Runs on low-rank factors beside the frozen weights. Those of an adapter that the model came with move themselves, as
 * what it learnt lies in them, and stay beside their base. Fresh ones are merged into the weights at the end; where the
 * run fails the weights are unchanged.
 */
const runAdapted = async <C extends z.ZodType, N extends Need>(
  spec: LossSpec<C, N>,
  context: Context<N>,
  config: { loss: z.output<C>; update: UpdateConfig; stop: StopConfig },
): Promise<Outcome> => {
  const { model } = context;
  if (isLoraModel(model)) {
    const outcome = await run(spec, context, config);
    context.onAdapter?.(model);
    return { ...outcome, recorded: { ...outcome.recorded, adapter: 'kept' } };
  }
  const lora = shapeLora(model.config, config.update.lora);
  const adapted = attachLora(model, lora, freshFactors(lora, context.seed));
  try {
    const outcome = await run(spec, { ...context, model: adapted }, config);
    context.onAdapter?.(adapted);
    mergeLora(adapted);
    return outcome;
  } catch (error) {
    for (const { name } of lora.specs) adapted.parameters.get(name)?.dispose();
    throw error;
  }
};

const run = async <C extends z.ZodType, N extends Need>(
  spec: LossSpec<C, N>,
  given: Context<N>,
  config: { loss: z.output<C>; update: UpdateConfig; stop: StopConfig },
): Promise<Outcome> => {
  const { context, recorded: begun } = (await spec.begin?.(given, config.loss)) ?? { context: given };
  const updater = updaterFor(context, config.update);
  try {
    const start = spec.finish && trainedValues(context, updater); // before an earlier process's weights are put back
    const progress = (await resumeRun(context, updater)) ?? startRun(context, spec.carried?.(config.loss) ?? {});
    const { trajectory } = progress;
    const stop = await descend(context, config, updater, progress, {
      makeUpdate: (update) => applyTerms(spec, context, config.loss, updater, progress, update),
      isSettled: async (point) =>
        (spec.stops ?? true) && ((await spec.settled?.(context, config.loss, point, progress.controls)) ?? true),
    });
    if (spec.finish && start) {
      spec.finish(context, config.loss, start);
      trajectory.push(measure(context, progress.update, trajectory.at(-1)?.loss ?? NaN, progress.controls));
    }
    const recorded = {
      ...spec.recorded?.(config.loss),
      ...begun,
      moments: context.moments?.source ?? 'none',
      ...(context.parts?.rowsAtOnce && { rowsAtOnce: context.parts.rowsAtOnce }),
    };
    return { updates: trajectory.at(-1)?.update ?? 0, stop, trajectory, recorded };
  } finally {
    updater.dispose();
  }
};

interface Descent {
  /** Makes an update and returns the loss before it. */
  makeUpdate(update: number): Promise<number>;
  /** What must hold beside the stop rule. */
  isSettled(point: TrajectoryPoint): Promise<boolean>;
}

/** Updates until the stop rule holds or there are no more. */
const descend = async <N extends Need>(
  context: Context<N>,
  { update: { updates }, stop }: { update: UpdateConfig; stop: StopConfig },
  updater: Updater,
  progress: RunProgress,
  { makeUpdate, isSettled }: Descent,
): Promise<Outcome['stop']> => {
  const { controls, trajectory } = progress;
  while (progress.update < updates) {
    const before = stop.land ? trainedValues(context, updater) : undefined;
    const loss = await makeUpdate(++progress.update);
    const point = measure(context, progress.update, loss, controls);
    requireFinite(point);
    trajectory.push(point);
    await context.onUpdate?.(point);
    if (shouldStop(point, stop) && (await isSettled(point)))
      return takeBackOvershoot(context, updater, stop, point, before, trajectory);
    await new Promise(setImmediate);
    await context.saves?.after(progress.update, () => ({
      position: positionOf(progress),
      tensors: runTensors(context.model, updater.trainable, updater.optimizer),
    }));
  }
  return 'update-limit';
};

/** Goes back along the last update where it went too far. */
const takeBackOvershoot = <N extends Need>(
  context: Context<N>,
  updater: Updater,
  stop: StopConfig,
  point: TrajectoryPoint,
  before: ReadonlyMap<string, Float32Array> | undefined,
  trajectory: TrajectoryPoint[],
): Outcome['stop'] => {
  if (
    !before ||
    !overshot(point, stop) ||
    bisectToControls(context, before, trainedValues(context, updater), stop) >= 1
  )
    return 'stop-rule';
  trajectory.push(measure(context, point.update, point.loss));
  return 'landed';
};

const trainedValues = <N extends Need>({ model }: Context<N>, { trainable }: Updater) => valuesOf(model, trainable);

/** One update; returns the loss before it. */
const applyTerms = async <C extends z.ZodType, N extends Need>(
  spec: LossSpec<C, N>,
  context: Context<N>,
  config: z.output<C>,
  updater: Updater,
  { stream, controls, carried, trajectory }: RunProgress,
  update: number,
): Promise<number> => {
  const last = trajectory.at(-1)!; // the state before the first update is a point too
  const balanced = spec.balanced?.(config) ?? false;
  let total: Map<string, tf.Tensor> | undefined;
  let loss = 0;
  for (const term of spec.terms(context, config, stream, controls, carried)) {
    const step = await ('learn' in term
      ? term.learn(updater.trainable)
      : gradientOf(term, context, updater.trainable, update));
    const gradients = term.unprojected ? step.gradients : updater.project(step.gradients);
    const weight = term.weight?.(last) ?? 1;
    total = addScaled(total, gradients, weight / (balanced ? globalNorm(gradients) || 1 : 1));
    loss += step.loss * weight;
    term.dispose?.();
  }
  if (total) updater.apply(total);
  return loss;
};

const gradientOf = async <N extends Need>(
  { batch, objective, depth, at }: Term,
  { model, parts, seed }: Context<N>,
  trainable: ReadonlySet<string>,
  update: number,
): Promise<Gradients> => {
  const compute = () =>
    gradientsInParts(model, batch, objective, trainable, {
      ...parts,
      ...(depth !== undefined && { depth }),
      dropout: `${seed}:${update}`,
    });
  return at?.(compute) ?? compute();
};
