// FLAT's loss on logits: L = E[−g*(v_e) + f*(g*(v_f))], where v is a mean token probability (flat.ts has the source).
// Traps: v is a probability, not a log-probability, so a template answer that the model finds impossible has no
// gradient; and the released code averages over the padded batch before g* and f* ("released"), the paper over each
// example ("paper").
import type { Batch } from '#engine/batch.ts';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { divergences, type Divergence } from './divergences.ts';
import type { FlatConfig } from './flat-config.ts';

/** Which tokens of one answer count, by their place in it. */
export type Counted = readonly number[];
export const everyToken = (answer: readonly number[]): Counted => answer.map((_, i) => i);
export const countedTokens = (answer: readonly number[], valueTokens: Counted, { tokens }: FlatConfig): Counted =>
  tokens === 'value' ? valueTokens : everyToken(answer);

/** (N): 1 where a token counts (reduction 'sum'), or 1 over how many of its answer do ('mean'). */
const tokenWeights = (batch: Batch, counted: readonly Counted[], reduction: 'mean' | 'sum'): tf.Tensor1D => {
  const weights = new Float32Array(batch.owner.length);
  const starts = new Int32Array(batch.answers).fill(-1);
  batch.owner.forEach((answer, n) => {
    if (starts[answer] === -1) starts[answer] = n;
  });
  counted.forEach((tokens, answer) => {
    for (const token of tokens) weights[starts[answer]! + token] = reduction === 'sum' ? 1 : 1 / tokens.length;
  });
  return tf.tensor1d(weights);
};

/** Per-answer mean or sum (answers) over the tokens that count of a per-token quantity (N). */
const reduceCounted = (
  batch: Batch,
  tokens: tf.Tensor1D,
  counted: readonly Counted[],
  reduction: 'mean' | 'sum',
): tf.Tensor1D => reduceAnswers(batch, tf.mul(tokens, tokenWeights(batch, counted, reduction)), 'sum');

/** logits (N, V) of template and forget answers in turn → the loss of FLAT. By default every token counts. */
export const flatLoss = (
  batch: Batch,
  logits: tf.Tensor2D,
  config: FlatConfig,
  counted?: readonly Counted[],
): tf.Scalar => {
  const divergence = divergences[config.divergence];
  const values = answerValues(batch, logits, config, counted); // (answers)
  const pairs = tf.reshape(values, [batch.answers / 2, 2]);
  const [template, forget] = tf.split(pairs, 2, 1) as [tf.Tensor, tf.Tensor]; // (examples, 1) each
  const [ve, vf] = config.reduction === 'released' ? [tf.sum(template), tf.sum(forget)] : [template, forget];
  return tf.mean(tf.add(templateTerm(divergence, ve), forgetTerm(divergence, vf)));
};

export const templateTerm = (divergence: Divergence, v: tf.Tensor): tf.Tensor => tf.neg(divergence.g(v));
export const forgetTerm = (divergence: Divergence, v: tf.Tensor): tf.Tensor => divergence.conjugate(divergence.g(v));

/**
 * Mean probability of the counted tokens of each answer (answers); the released reduction spreads each sum over B ·
 * (paddedLength − 1) positions.
 */
const answerValues = (
  batch: Batch,
  logits: tf.Tensor2D,
  { reduction, paddedLength }: FlatConfig,
  counted?: readonly Counted[],
): tf.Tensor1D => {
  const kind = reduction === 'paper' ? 'mean' : 'sum';
  const probabilities: tf.Tensor1D = tf.exp(targetLogProbs(batch, logits)); // (N)
  const values = counted
    ? reduceCounted(batch, probabilities, counted, kind)
    : reduceAnswers(batch, probabilities, kind);
  return kind === 'mean' ? values : tf.mul(values, 1 / ((batch.answers / 2) * (paddedLength - 1)));
};

/** One of the two terms alone; `note` is called with the term's mean v. */
export const oneTerm = (
  batch: Batch,
  logits: tf.Tensor2D,
  { reduction, paddedLength }: FlatConfig,
  counted: readonly Counted[],
  of: (v: tf.Tensor) => tf.Tensor,
  note?: (value: number) => void,
): tf.Scalar => {
  const kind = reduction === 'paper' ? 'mean' : 'sum';
  const each = reduceCounted(batch, tf.exp(targetLogProbs(batch, logits)), counted, kind); // (answers)
  const values = kind === 'mean' ? each : tf.mul(tf.sum(each), 1 / (batch.answers * (paddedLength - 1)));
  note?.(tf.mean(values).dataSync()[0] ?? 0);
  return tf.mean(of(values));
};

/** Mean probability of the counted tokens of each answer (answers). */
export const meanProbabilities = (batch: Batch, logits: tf.Tensor2D, counted: readonly Counted[]): tf.Tensor1D =>
  reduceCounted(batch, tf.exp(targetLogProbs(batch, logits)), counted, 'mean');

/** Mean log-probability (nats a token) of the counted tokens of each answer (answers). */
export const meanLogProbs = (batch: Batch, logits: tf.Tensor2D, counted: readonly Counted[]): tf.Tensor1D =>
  reduceCounted(batch, targetLogProbs(batch, logits), counted, 'mean');
