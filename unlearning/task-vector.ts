// Task vector: the model is trained further on the forget answers, and that movement is taken back several times over:
// θ − α(θ_trained − θ). Ilharco et al. 2023, https://arxiv.org/abs/2212.04089; α 5 as MUSE has it. With low-rank
// factors (update.trainable=lora) it is the negation of an adapter (Zhang et al. 2023,
// https://arxiv.org/abs/2306.14870).
// Traps: nothing looks at the model while it is trained, so the stop rule does not apply; a negated adapter takes back
// skills, and facts mostly not.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { isLoraModel } from '#engine/lora.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { forgetBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

export const taskVector = lossMethod({
  name: 'task-vector',
  summary: 'trains further on the forget answers and takes that movement back several times over',
  paper: 'https://arxiv.org/abs/2212.04089',
  needs: [],
  loss: z
    .strictObject({
      /** How many times the movement is taken back. */
      scale: z.number().positive().default(5),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  stops: false,
  begin(context) {
    requireWeights(context.model);
    return { context };
  },
  terms(context, _config, stream) {
    const batch = forgetBatch(context, stream);
    return [{ batch, objective: answerCrossEntropy(batch) }];
  },
  finish: ({ model }, { scale }, start) => takeBack(model, start, scale),
});

/**
 * Moves the weights from where they are to the other side of `start`, `scale` times as far. Of fresh low-rank factors
 * one alone is turned round, because it is their product that is taken back.
 */
const takeBack = (model: Model, start: ReadonlyMap<string, Float32Array>, scale: number): void => {
  const now = valuesOf(model, new Set(start.keys()));
  const turned = [...start]
    .filter(([name]) => !name.endsWith('.loraA'))
    .map(([name, from]) => [name, from.map((x, i) => x - scale * (now.get(name)![i]! - x))] as const);
  restoreValues(model, new Map(turned));
};

/** METHOD_CONFIG for factors that were trained before: the difference of two products is not of their rank. */
const requireWeights = (model: Model): void => {
  if (!isLoraModel(model) || isFresh(model)) return;
  throw new QuittanceError('METHOD_CONFIG', {
    message: 'task-vector cannot take a training back within an adapter that was there before',
    hint: 'merge the adapter into its base first, or take a method that descends a loss',
  });
};

const isFresh = (model: Model): boolean =>
  [...model.parameters.keys()].every((name) => !name.endsWith('.loraB') || isZero(model, name));

const isZero = (model: Model, name: string): boolean =>
  valuesOf(model, new Set([name]))
    .get(name)!
    .every((x) => x === 0);
