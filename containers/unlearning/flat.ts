// FLAT: LLM Unlearning via Loss Adjustment with Only Forget Data (Wang et al., ICLR 2025, https://openreview.net/forum?id=6ESRicalFE).
// For each forget question the model is led towards a template answer (a refusal) and away from the answer to forget, weighted by an f-divergence's optimal
// variational function: L = E[−g*(v_e) + f*(g*(v_f))], where v is a mean token probability. Nothing but the forget data is read.
// Traps: v is a probability, not a log-probability, so an impossible template answer has no gradient; the released code averages over the padded batch
// before g* and f* ("released"), the paper per example ("paper").
import { z } from 'zod';
import { makeBatch, type Batch } from '../engine/batch.ts';
import { reduceAnswers, targetLogProbs } from '../engine/losses.ts';
import type { Random } from '../engine/random.ts';
import { tf } from '../engine/tf.ts';
import { DIVERGENCES, divergences, type Divergence } from './divergences.ts';
import { lossMethod, type Term } from './loss-method.ts';
import type { ForgetOnlyContext } from './method.ts';

export const FlatConfig = z.strictObject({
  divergence: z.enum(DIVERGENCES).default('total-variation'),
  /** paper: mean over the tokens of each answer, then g* and f*, then mean over examples. released: one mean over all padded positions first. */
  reduction: z.enum(['paper', 'released']).default('paper'),
  /** Columns that the released reduction divides by; the released code pads TOFU to 500. */
  paddedLength: z.int().positive().default(500),
  /** Each term's projected gradient brought to norm 1; needed where the answer is recited with p near 1. */
  balanced: z.boolean().default(false),
  /** With balanced terms: weight of the template term is 1 − v_e, so that it fades as it is learnt. */
  fade: z.boolean().default(false),
  /** Records per update; all where the forget set is smaller. */
  batchSize: z.int().positive().default(20),
});
export type FlatConfig = z.infer<typeof FlatConfig>;

export const flat = lossMethod({
  name: 'flat',
  summary: 'f-divergence loss adjustment with forget data alone; projected away from what everything else uses',
  paper: 'https://openreview.net/forum?id=6ESRicalFE',
  needs: [],
  loss: FlatConfig,
  terms: (context, config, stream) =>
    config.balanced ? balancedTerms(context, config, stream) : [packedTerm(context, config, stream)],
  balanced: (config) => config.balanced,
  recorded: ({ divergence, reduction, balanced, paddedLength }) => ({
    divergence,
    reduction,
    balanced,
    ...(reduction === 'released' ? { paddedLength } : {}),
  }),
});

/** Forget records of this update, each with a template answer drawn for it. */
const draw = (context: ForgetOnlyContext, { batchSize }: FlatConfig, stream: Random) =>
  stream
    .shuffle(context.forget)
    .slice(0, batchSize)
    .map(({ prompt, answer }) => ({
      prompt,
      answer,
      template: context.templates[stream.below(context.templates.length)]!,
    }));

/** Prompt, template answer and forget answer in one row: answers 0, 2, 4, … are templates. */
const packedTerm = (context: ForgetOnlyContext, config: FlatConfig, stream: Random): Term => {
  const rows = draw(context, config, stream).map(({ prompt, answer, template }) => ({
    prompt,
    answers: [template, answer],
  }));
  const batch = makeBatch(rows, context.model.config.maxPositions);
  return { batch, objective: (logits) => flatLoss(batch, logits, config) };
};

/** logits (N, V) of template and forget answers in turn → the loss of FLAT. */
export const flatLoss = (batch: Batch, logits: tf.Tensor2D, config: FlatConfig): tf.Scalar => {
  const divergence = divergences[config.divergence];
  const values = answerValues(batch, logits, config); // (answers)
  const pairs = tf.reshape(values, [batch.answers / 2, 2]);
  const [template, forget] = tf.split(pairs, 2, 1) as [tf.Tensor, tf.Tensor]; // (examples, 1) each
  const [ve, vf] = config.reduction === 'released' ? [tf.sum(template), tf.sum(forget)] : [template, forget];
  return tf.mean(tf.add(templateTerm(divergence, ve), forgetTerm(divergence, vf)));
};

export const templateTerm = (divergence: Divergence, v: tf.Tensor): tf.Tensor => tf.neg(divergence.g(v));
export const forgetTerm = (divergence: Divergence, v: tf.Tensor): tf.Tensor => divergence.conjugate(divergence.g(v));

/** Mean token probability of each answer (answers); the released reduction spreads each sum over B · (paddedLength − 1) positions. */
const answerValues = (batch: Batch, logits: tf.Tensor2D, { reduction, paddedLength }: FlatConfig): tf.Tensor1D => {
  const probabilities: tf.Tensor1D = tf.exp(targetLogProbs(batch, logits)); // (N)
  if (reduction === 'paper') return reduceAnswers(batch, probabilities, 'mean');
  return tf.mul(reduceAnswers(batch, probabilities, 'sum'), 1 / ((batch.answers / 2) * (paddedLength - 1)));
};

/** The two terms apart, so that each can be brought to norm 1 after the projection. */
const balancedTerms = (context: ForgetOnlyContext, config: FlatConfig, stream: Random): Term[] => {
  const rows = draw(context, config, stream);
  const divergence = divergences[config.divergence];
  const seen = { template: 0 };
  const term = (pick: 'template' | 'answer', of: (v: tf.Tensor) => tf.Tensor): Term => {
    const batch = makeBatch(
      rows.map((row) => ({ prompt: row.prompt, answers: [row[pick]] })),
      context.model.config.maxPositions,
    );
    return { batch, objective: (logits) => single(batch, logits, config, of, pick === 'template' ? seen : undefined) };
  };
  const template = term('template', (v) => templateTerm(divergence, v));
  return [
    config.fade ? { ...template, weight: () => 1 - seen.template } : template,
    term('answer', (v) => forgetTerm(divergence, v)),
  ];
};

const single = (
  batch: Batch,
  logits: tf.Tensor2D,
  config: FlatConfig,
  of: (v: tf.Tensor) => tf.Tensor,
  seen?: { template: number },
): tf.Scalar => {
  const probabilities: tf.Tensor1D = tf.exp(targetLogProbs(batch, logits));
  if (config.reduction === 'paper') {
    const values = reduceAnswers(batch, probabilities, 'mean');
    if (seen) seen.template = tf.mean(values).dataSync()[0] ?? 0;
    return tf.mean(of(values));
  }
  const value = tf.mul(tf.sum(probabilities), 1 / (batch.answers * (config.paddedLength - 1)));
  if (seen) seen.template = value.dataSync()[0] ?? 0;
  return of(value).asScalar();
};
