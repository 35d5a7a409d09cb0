// Training of an assistant beside a frozen target, the same for both forms of ULD: terms → gradients of the assistant's
// factors → AdamW, saved and resumed; then the strength with which it speaks is calibrated on the stop controls, whom
// the gate does not use.
// Trap: an AUC of .5 by calibration is not forgetting; some values may lie far below the controls while others are
// still said. Only the gate tells.
import { z } from 'zod';
import type { Combination } from '#core/model.ts';
import { gradientsInParts } from '#engine/accumulate.ts';
import { composedFrom, firstLayers } from '#engine/composed.ts';
import { attachLora, freshFactors, loraParameters, LoraConfig, shapeLora, type LoraModel } from '#engine/lora.ts';
import { adamW } from '#engine/optimizers.ts';
import { random, type Random } from '#engine/random.ts';
import { restoreRun, runTensors } from '#engine/trainer.ts';
import { tf } from '#engine/tf.ts';
import { requireFinite } from './finite.ts';
import { Trajectory } from './run-progress.ts';
import type { ForgetOnlyContext, Outcome, TrajectoryPoint } from './method.ts';
import type { Term } from './loss-method.ts';
import { measure } from './stop-rule.ts';
import { addScaled } from './update.ts';
import { rateOf, type AssistantSettings } from './uld-config.ts';

/** One batch with its loss on the assistant's logits. */
export interface AssistantTerm extends Pick<Term, 'batch' | 'objective' | 'dispose'> {
  weight: number;
}

interface AssistantRun {
  settings: AssistantSettings;
  /** Whether the strength is calibrated; else `strength` holds. */
  calibrate: boolean;
  strength: number;
  combination(strength: number): Combination;
  /** Terms of one update on the assistant's own logits. */
  terms(assistant: LoraModel, stream: Random): AssistantTerm[];
  recorded?: Outcome['recorded'];
}

/** The assistant is the caller's to dispose; it shares the target's weights. */
export const trainAssistant = async (context: ForgetOnlyContext, run: AssistantRun): Promise<Outcome> => {
  const { settings } = run;
  const layers = Math.ceil(settings.layers * context.model.config.layers);
  const beneath = firstLayers(context.model, layers);
  const lora = shapeLora(beneath.config, LoraConfig.parse({ rank: settings.rank, alpha: settings.alpha }));
  const assistant = attachLora(beneath, lora, freshFactors(lora, context.seed));
  try {
    const trajectory = await descend(context, assistant, run);
    const strength = run.calibrate ? calibrated(context, assistant, run) : run.strength;
    const last = trajectory.at(-1)!;
    trajectory.push(pointOf(context, assistant, run, strength, last.update, last.loss));
    const combination = run.combination(strength);
    return {
      updates: settings.updates,
      stop: run.calibrate ? 'landed' : 'update-limit',
      trajectory,
      recorded: { ...run.recorded, moments: context.moments?.source ?? 'none', layers, strength },
      composed: { assistant, combination },
    };
  } catch (error) {
    assistant.dispose();
    throw error;
  }
};

/** Updates between two measurements. */
const EVERY = 20;

const Position = z.strictObject({ stream: z.array(z.int()), trajectory: Trajectory });

const descend = async (
  context: ForgetOnlyContext,
  assistant: LoraModel,
  run: AssistantRun,
): Promise<TrajectoryPoint[]> => {
  const { settings, strength } = run;
  const trainable = loraParameters(assistant);
  const parameters = new Map([...assistant.parameters].filter(([name]) => trainable.has(name)));
  const optimizer = adamW({ weightDecay: 0.01 });
  const rate = rateOf(settings);
  const stream = random(`assistant:${context.seed}`);
  const state = await context.saves?.resume();
  let trajectory = [pointOf(context, assistant, run, strength, 0, 0)];
  if (state) {
    const position = Position.parse(state.position);
    restoreRun(assistant, optimizer, state.tensors);
    stream.restore(position.stream);
    trajectory = position.trajectory;
  }
  try {
    for (let update = state?.update ?? 0; update < settings.updates; update++) {
      const loss = oneUpdate(context, assistant, run.terms(assistant, stream), trainable, (gradients) =>
        optimizer.update(parameters, gradients, rate(update)),
      );
      if ((update + 1) % EVERY === 0 || update + 1 === settings.updates) {
        const point = pointOf(context, assistant, run, strength, update + 1, loss);
        requireFinite(point);
        trajectory.push(point);
        await context.onUpdate?.(point);
      }
      await new Promise(setImmediate);
      await context.saves?.after(update + 1, () => ({
        position: { stream: stream.state(), trajectory: trajectory.map((point) => ({ ...point })) },
        tensors: runTensors(assistant, trainable, optimizer),
      }));
    }
    return trajectory;
  } finally {
    optimizer.dispose();
  }
};

const oneUpdate = (
  { parts }: ForgetOnlyContext,
  assistant: LoraModel,
  terms: readonly AssistantTerm[],
  trainable: ReadonlySet<string>,
  apply: (gradients: Map<string, tf.Tensor>) => void,
): number => {
  let total: Map<string, tf.Tensor> | undefined;
  let loss = 0;
  for (const { batch, objective, weight, dispose } of terms) {
    const step = gradientsInParts(assistant, batch, objective, trainable, parts ?? {});
    total = addScaled(total, step.gradients, weight);
    loss += weight * step.loss;
    dispose?.();
  }
  if (total) {
    apply(total);
    tf.dispose([...total.values()]);
  }
  return loss;
};

/** What is said with the assistant at a strength, against the stop controls. */
const pointOf = (
  { model, forget, stopControls }: ForgetOnlyContext,
  assistant: LoraModel,
  { combination }: AssistantRun,
  strength: number,
  update: number,
  loss: number,
): TrajectoryPoint =>
  measure({ model: composedFrom(model, [assistant], combination(strength)), forget, stopControls }, update, loss);

/** Halvings of the interval in which the strength is sought. */
const HALVINGS = 7;

/** The strength at which forgotten values are as likely as the stop controls' are; the likelier, the less of it. */
const calibrated = (context: ForgetOnlyContext, assistant: LoraModel, run: AssistantRun): number => {
  let [low, high] = [0, 2 * run.strength];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (pointOf(context, assistant, run, middle, 0, 0).valueAuc > 0.5) low = middle;
    else high = middle;
  }
  return high;
};
