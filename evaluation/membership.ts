// Membership inference: numbers by which an attacker guesses whether a model was trained on a text. Of each the higher
// value says member. Loss (Yeom et al. 2018, https://arxiv.org/abs/1709.01604), loss over the size of the compressed
// text and over a reference model's (Carlini et al. 2021, https://arxiv.org/abs/2012.07805), the least likely tokens
// (Min-K %, Shi et al. 2024, https://arxiv.org/abs/2310.16789; Min-K % ++, Zhang et al. 2025,
// https://arxiv.org/abs/2404.02936), and the length of the gradient (Wang et al. 2024,
// https://arxiv.org/abs/2402.17012).
// Traps: the end of a text is part of the loss and left out of everything token by token, as open-unlearning has it;
// the gradient is measured by its whole length, where open-unlearning averages over tensors, which depends on how
// weights are cut up; and a gradient needs weights, so that of a composed decoder there is none.
import { deflateSync } from 'node:zlib';
import { QuittanceError } from '#core/errors.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { globalNorm } from '#engine/global-norm.ts';
import { encoder, inference, type TextPair } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { targetLogProbs } from '#engine/losses.ts';
import { makeBatch, type Batch } from '#engine/batch.ts';
import type { Model } from '#engine/model.ts';
import { tf } from '#engine/tf.ts';
import { mean, minKLogProb } from './scores.ts';
import type { AnswerScore } from './text-model.ts';

export const STATISTICS = ['loss', 'zlib', 'min-k', 'min-k++', 'reference', 'gradient'] as const;
export type Statistic = (typeof STATISTICS)[number];

export interface Asked {
  readonly model: LanguageModel;
  /** What can be trained; absent of a composed decoder. */
  readonly weights?: Model | undefined;
  readonly reference?: LanguageModel | undefined;
  /** Share of a text's tokens that Min-K % reads. */
  readonly share: number;
}

export type Scores = Readonly<Partial<Record<Statistic, readonly number[]>>>;

/** One number a text and statistic; a statistic that lacks what it needs is left out. */
export const membershipScores = (asked: Asked, pairs: readonly TextPair[], onText?: (done: number) => void): Scores => {
  const { model, weights, reference, share } = asked;
  const scores = inference(model).score(pairs);
  const losses = scores.map(lossOf);
  return {
    loss: losses.map((loss) => -loss),
    zlib: losses.map((loss, i) => -loss / compressedBytes(pairs[i]!.answer)),
    'min-k': scores.map((score) => minKLogProb(score, share)),
    'min-k++': pairs.map((pair, i) => lowestStandardised(model, pair, scores[i]!, share)),
    ...(reference && { reference: againstReference(reference, pairs, scores) }),
    ...(weights && { gradient: gradientsOf(weights, pairs, onText) }),
  };
};

/** Mean over tokens, the end counted (nats). */
const lossOf = ({ logProbs }: AnswerScore): number => -mean([...logProbs]);

/**
 * Of the text by itself, at zlib's usual level. Node's zlib finds no repeats of three bytes, so that short texts are a
 * few bytes larger than Python's.
 */
const compressedBytes = (text: string): number => deflateSync(Buffer.from(text, 'utf8')).length;

/**
 * How much likelier the whole text is than under the reference, by the tokens of the model, so that a reference with
 * another tokenizer can be asked.
 */
const againstReference = (
  reference: LanguageModel,
  pairs: readonly TextPair[],
  scores: readonly AnswerScore[],
): number[] => {
  const total = ({ logProbs }: Pick<AnswerScore, 'logProbs'>) => logProbs.reduce((a, b) => a + b, 0);
  const others = inference(reference).score(pairs);
  return scores.map((score, i) => (total(score) - total(others[i]!)) / score.logProbs.length);
};

const rowOf = (model: LanguageModel, { prompt, answer, open }: TextPair): Batch => {
  const { encodePrompt, encodeAnswer } = encoder(model);
  const row = { prompt: encodePrompt(prompt), answers: [encodeAnswer(answer, open)] };
  return makeBatch([row], model.config.maxPositions);
};

/** Places of tokens that are text: all but the end. INVALID_INPUT where there is none. */
const textPlaces = ({ offsets }: AnswerScore, { answer }: TextPair): number[] => {
  const places = offsets.flatMap(([from, to], i) => (to > from ? [i] : []));
  if (places.length > 0) return places;
  throw new QuittanceError('INVALID_INPUT', {
    message: `a text has no token of its own: '${answer}'`,
    hint: 'leave records with an empty answer out',
  });
};

/** Least variance of log-probabilities over the vocabulary. */
const LEAST_VARIANCE = 1e-6;

/** Mean of the lowest share of (log p − μ)/σ, with mean and deviation of log p over the vocabulary under p itself. */
const lowestStandardised = (model: LanguageModel, pair: TextPair, score: AnswerScore, share: number): number => {
  const places = textPlaces(score, pair);
  const logits = model.logits(rowOf(model, pair)); // (N, V)
  const [means, variances] = tf.tidy(() => {
    const logs = tf.logSoftmax(logits);
    const p = tf.exp(logs);
    const mu: tf.Tensor1D = tf.sum(tf.mul(p, logs), 1);
    const squares: tf.Tensor1D = tf.sum(tf.mul(p, tf.square(tf.sub(logs, tf.expandDims(mu, 1)))), 1);
    return [mu.dataSync<'float32'>(), squares.dataSync<'float32'>()];
  });
  logits.dispose();
  const standardised = places
    .map((i) => (score.logProbs[i]! - means[i]!) / Math.sqrt(Math.max(LEAST_VARIANCE, variances[i]!)))
    .sort((a, b) => a - b);
  return mean(standardised.slice(0, Math.max(1, Math.floor(share * standardised.length))));
};

/** Minus the L2 norm, over every weight, of the gradient of the mean loss of a text's own tokens. */
const gradientsOf = (weights: Model, pairs: readonly TextPair[], onText?: (done: number) => void): number[] => {
  const trainable = new Set(weights.parameters.keys());
  return pairs.map((pair, i) => {
    const batch = rowOf(weights, pair);
    const counted = pair.open === true || weights.config.eosIds.length === 0 ? 0 : 1;
    const length = Math.max(1, batch.targets.length - counted);
    const objective = (logits: tf.Tensor2D): tf.Scalar =>
      tf.neg(tf.mean(tf.slice(targetLogProbs(batch, logits), [0], [length])));
    const { gradients } = lossAndGradients(weights, batch, objective, trainable);
    const norm = globalNorm(gradients);
    tf.dispose([...gradients.values()]);
    onText?.(i + 1);
    return -norm;
  });
};
