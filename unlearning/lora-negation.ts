// Iterative negation of a low-rank adapter (Reveal-and-Release, https://arxiv.org/abs/2509.14624; the negation itself
// is Zhang et al. 2023, https://arxiv.org/abs/2306.14870). Each round trains fresh factors on the forget answers
// beside the current weights and takes their product away: W ← W − s·A·B. The penalty of O-LoRA (Wang et al. 2023,
// https://arxiv.org/abs/2310.14152) and the owm projection keep the product off what everything else uses.
// Traps: the paper penalises overlap with an adapter of retained rows, which are not read here, so that the directions
// stand in their place that the corpus moments use most. What fine-tuning learns first is an answer's wording, which
// goes first: facts survive behind a forced prefix, and no setting that was tried passes a gate
// (docs/results/reveal.md).
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { gradientsInParts } from '#engine/accumulate.ts';
import { makeBatch } from '#engine/batch.ts';
import { momentKey } from '#engine/corpus-moments.ts';
import { moduleOf } from '#engine/lora-modules.ts';
import {
  attachLora,
  freshFactors,
  isLoraModel,
  loraParameters,
  shapeLora,
  type Lora,
  type LoraModel,
} from '#engine/lora.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { lowRankFit } from '#engine/low-rank-fit.ts';
import { adamW } from '#engine/optimizers.ts';
import type { Random } from '#engine/random.ts';
import type { Gradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { epochOf } from '#engine/trainer.ts';
import { BATCH } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import type { ForgetOnlyContext } from './method.ts';
import { UpdateConfig } from './update-config.ts';

const NegationConfig = z.strictObject({
  /** Of the factors; alpha is the same, so that their product counts once. */
  rank: z.int().positive().max(4096).default(4),
  /** Times that a round's adapter sees every forget record. */
  epochs: z.int().positive().max(1_000).default(10),
  /** Of the adapter's AdamW. */
  learningRate: z.number().positive().default(5e-3),
  /** Weight of O-LoRA's penalty, published with 0.5; 0: none. */
  orthogonal: z.number().nonnegative().default(0),
  /** Directions of each matrix's inputs, those that the corpus uses most, that the penalty keeps the factors off. */
  directions: z.int().positive().max(4096).default(16),
});
type NegationConfig = z.output<typeof NegationConfig>;

/** A product is no gradient, of which AdamW and Sophia would keep running means. */
const Subtraction = UpdateConfig.superRefine(({ trainable, optimizer }, context) => {
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (trainable === 'lora') refuse('trainable', 'names the matrices from which the adapter is taken: mlp or body');
  if (!optimizer.endsWith('sgd'))
    refuse(
      'optimizer',
      `the product is taken away s times (sgd), or by a length (normalized-sgd), not by ${optimizer}`,
    );
});

export const loraNegation = lossMethod({
  name: 'lora-negation',
  summary: 'trains a low-rank adapter on the forget answers and takes it away, round by round',
  paper: 'https://arxiv.org/abs/2509.14624',
  needs: [],
  loss: NegationConfig.prefault({}),
  // an update is a round, of one length each: early rounds learn little of what is recited, and late ones much
  updateDefaults: { trainable: 'mlp', optimizer: 'normalized-sgd', step: 0.4, projection: 'none', updates: 30 },
  updateConfig: Subtraction,
  begin(context, config) {
    requireContext(context, config);
    return { context };
  },
  terms: (context, config, stream) => [{ learn: (trainable) => learnt(context, config, stream, trainable) }],
});

const requireContext = ({ model, moments }: ForgetOnlyContext, { orthogonal }: NegationConfig): void => {
  if (isLoraModel(model))
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'lora-negation takes an adapter of its own away from whole weights, and the model is an adapter',
      hint: 'merge the adapter into its base first: quittance model export N DIR --merge',
    });
  if (orthogonal > 0 && !moments)
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'the penalty of O-LoRA needs corpus or control moments',
      hint: 'put moments.safetensors beside the weights, or set loss.orthogonal=0',
    });
};

/** The product of fresh factors after a round's training, by matrix; the loss is that before the first step. */
const learnt = async (
  context: ForgetOnlyContext,
  config: NegationConfig,
  stream: Random,
  trainable: ReadonlySet<string>,
): Promise<Gradients> => {
  const { model } = context;
  const matrices = model.specs.filter(({ name, shape }) => trainable.has(name) && isInner(name) && shape.length === 2);
  if (matrices.length === 0) return { loss: 0, gradients: new Map() }; // a model without layers
  const { rank } = config;
  const targetModules = [...new Set(matrices.map(moduleOf))];
  const lora = shapeLora(model.config, { rank, alpha: rank, dropout: 0, targetModules, rankStabilized: false });
  const protectedInputs = config.orthogonal > 0 ? mostUsed(context, lora, config.directions) : new Map();
  const adapted = attachLora(model, lora, freshFactors(lora, stream.below(2 ** 31)));
  try {
    const loss = await teach(context, adapted, config, stream, protectedInputs);
    const product = ({ a, b, scale }: { a: string; b: string; scale: number }) =>
      tf.tidy(() => tf.mul(tf.matMul(adapted.weights(a), adapted.weights(b)), scale));
    return { loss, gradients: new Map([...lora.factors].map(([name, factors]) => [name, product(factors)])) };
  } finally {
    for (const { name } of lora.specs) adapted.parameters.get(name)?.dispose(); // of the base nothing
    tf.dispose([...protectedInputs.values()]);
  }
};

const isInner = (name: string): boolean => name.startsWith('layers.');

/** Moves the factors; returns the loss before the first step. */
const teach = async (
  { forget, parts = {}, model }: ForgetOnlyContext,
  adapted: LoraModel,
  { epochs, learningRate, orthogonal }: NegationConfig,
  stream: Random,
  protectedInputs: ReadonlyMap<string, tf.Tensor2D>,
): Promise<number> => {
  const factors = loraParameters(adapted);
  const parameters = new Map([...adapted.parameters].filter(([name]) => factors.has(name)));
  const rows = forget.map(({ prompt, answer }) => ({ prompt, answers: [answer] }));
  const optimizer = adamW({ weightDecay: 0 });
  let first: number | undefined;
  try {
    for (let epoch = 0; epoch < epochs; epoch++)
      for (const some of epochOf(rows, BATCH, stream)) {
        const batch = makeBatch(some, model.config.maxPositions);
        const { loss, gradients } = gradientsInParts(adapted, batch, answerCrossEntropy(batch), factors, parts);
        for (const [name, basis] of protectedInputs) addPenalty(gradients, name, adapted, basis, orthogonal);
        optimizer.update(parameters, gradients, learningRate);
        tf.dispose([...gradients.values()]);
        first ??= loss;
        await new Promise(setImmediate);
      }
    return first ?? 0;
  } finally {
    optimizer.dispose();
  }
};

/** Adds the slope of weight · Σ|basisᵀ·A|, which is weight · basis · sign(basisᵀ·A). */
const addPenalty = (
  gradients: Map<string, tf.Tensor>,
  name: string,
  { weights }: LoraModel,
  basis: tf.Tensor2D,
  weight: number,
): void => {
  const before = gradients.get(name)!;
  gradients.set(
    name,
    tf.tidy(() => {
      const overlap = tf.matMul(basis, weights(name), true);
      const signs = tf.sub(tf.mul(tf.cast(tf.greater(overlap, 0), 'float32'), 2), 1); // tf.sign errs near 0 on wasm
      return tf.add(before, tf.mul(tf.matMul(basis, signs), weight));
    }),
  );
  before.dispose();
};

/** Orthonormal directions (in, k) by the name of the A that reads them. METHOD_CONFIG where there are no moments. */
const mostUsed = ({ moments }: ForgetOnlyContext, { factors }: Lora, k: number): Map<string, tf.Tensor2D> => {
  const bases = new Map<string, tf.Tensor2D>();
  for (const [matrix, { a }] of factors) {
    const moment = moments?.values.get(momentKey(moments.values, matrix));
    if (!moment) {
      tf.dispose([...bases.values()]);
      throw new QuittanceError('METHOD_CONFIG', {
        message: `no moments for ${matrix}`,
        hint: 'set update.trainable=mlp, or loss.orthogonal=0',
      });
    }
    if (bases.has(a)) continue;
    const { size, sum } = moment;
    const used = tf.tensor2d(Float32Array.from(sum), [size, size]);
    const fit = lowRankFit(used, Math.min(k, size));
    tf.dispose([used, fit.b]);
    bases.set(a, fit.a);
  }
  return bases;
};
