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
import { mean, type ControlValues } from './stop-rule.ts';

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
  /** With balanced terms: weight of the template term beside the forget term's 1. A base that refuses readily needs little of it. */
  templateWeight: z.number().min(0).max(1).default(1),
  /**
   * With balanced terms: the template term weakens as whole answers come down to those about people whom the model never saw (by 2 · AUC − 1 against the stop
   * controls, nothing from 0.5 on); a refusal that is learnt faster than values are forgotten shows.
   */
  ease: z.boolean().default(false),
  /**
   * With balanced terms: weight of a term that holds the words around the value, once whole answers fall below the controls' (times 1 − 2 · AUC, nothing from 0.5
   * on); values that are forgotten must not drag the wording along, which says nothing about the person.
   */
  hold: z.number().nonnegative().default(0),
  /**
   * With balanced terms: weight of a term that brings what counts of the answers back up to those about people whom the model never saw (their mean log-probability,
   * as the stop rule last measured it), times the share of records below it. Stubborn values must not take the others down with them.
   */
  floor: z.number().nonnegative().default(0),
  /**
   * With balanced terms and tokens 'value': weight of a term that brings the words around the value back up in records whose whole answer is less likely than those
   * about people whom the model never saw, times their share. Garbled answers hide in a mean that looks right.
   */
  wordingFloor: z.number().nonnegative().default(0),
  /**
   * Which tokens of the answer to forget count. value: those of the marked personal value alone, so that the words around it, which answers about other people
   * share, are neither pushed down nor garbled.
   */
  tokens: z.enum(['answer', 'value']).default('answer'),
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
  terms: (context, config, stream, controls) =>
    config.balanced ? balancedTerms(context, config, stream, controls) : [packedTerm(context, config, stream)],
  balanced: (config) => config.balanced,
  recorded: ({ divergence, reduction, balanced, paddedLength, tokens }) => ({
    divergence,
    reduction,
    balanced,
    tokens,
    ...(reduction === 'released' ? { paddedLength } : {}),
  }),
});

/** Forget records of this update, each with a template answer drawn for it. */
const draw = (context: ForgetOnlyContext, { batchSize }: FlatConfig, stream: Random) =>
  stream
    .shuffle(context.forget)
    .slice(0, batchSize)
    .map(({ prompt, answer, valueTokens }) => ({
      prompt,
      answer,
      valueTokens,
      template: context.templates[stream.below(context.templates.length)]!,
    }));

type Drawn = ReturnType<typeof draw>[number];

/** Prompt, template answer and forget answer in one row: answers 0, 2, 4, … are templates. */
const packedTerm = (context: ForgetOnlyContext, config: FlatConfig, stream: Random): Term => {
  const drawn = draw(context, config, stream);
  const rows = drawn.map(({ prompt, answer, template }) => ({ prompt, answers: [template, answer] }));
  const batch = makeBatch(rows, context.model.config.maxPositions);
  const counted = drawn.flatMap(({ template, answer, valueTokens }) => [
    everyToken(template),
    countedTokens(answer, valueTokens, config),
  ]);
  return { batch, objective: (logits) => flatLoss(batch, logits, config, counted) };
};

/** Which tokens of one answer count, by their place in it. */
type Counted = readonly number[];
const everyToken = (answer: readonly number[]): Counted => answer.map((_, i) => i);
const countedTokens = (answer: readonly number[], valueTokens: Counted, { tokens }: FlatConfig): Counted =>
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

/** Mean probability of the counted tokens of each answer (answers); the released reduction spreads each sum over B · (paddedLength − 1) positions. */
const answerValues = (
  batch: Batch,
  logits: tf.Tensor2D,
  { reduction, paddedLength }: FlatConfig,
  counted?: readonly Counted[],
): tf.Tensor1D => {
  const kind = reduction === 'paper' ? 'mean' : 'sum';
  const probabilities: tf.Tensor1D = tf.exp(targetLogProbs(batch, logits)); // (N)
  const values = counted
    ? reduceAnswers(batch, tf.mul(probabilities, tokenWeights(batch, counted, kind)), 'sum')
    : reduceAnswers(batch, probabilities, kind);
  return kind === 'mean' ? values : tf.mul(values, 1 / ((batch.answers / 2) * (paddedLength - 1)));
};

/** The two terms apart, so that each can be brought to norm 1 after the projection. */
const balancedTerms = (
  context: ForgetOnlyContext,
  config: FlatConfig,
  stream: Random,
  controls: ControlValues,
): Term[] => {
  const rows = draw(context, config, stream);
  const divergence = divergences[config.divergence];
  const seen = { template: 0, values: 0, answers: 0 };
  const counts = {
    template: ({ template }: Drawn) => everyToken(template),
    answer: ({ answer, valueTokens }: Drawn) => countedTokens(answer, valueTokens, config),
    wording: ({ answer, valueTokens }: Drawn) => everyToken(answer).filter((token) => !valueTokens.includes(token)),
  };
  const term = (pick: keyof typeof counts, of: (v: tf.Tensor) => tf.Tensor): Term => {
    const batch = makeBatch(
      rows.map((row) => ({ prompt: row.prompt, answers: [pick === 'template' ? row.template : row.answer] })),
      context.model.config.maxPositions,
    );
    const counted = rows.map(counts[pick]);
    const note = (v: number) => {
      if (pick === 'template') seen.template = v;
    };
    return { batch, objective: (logits) => single(batch, logits, config, counted, of, note) };
  };
  const template = term('template', (v) => templateTerm(divergence, v));
  const wording: Term = {
    ...term('wording', (v) => templateTerm(divergence, v)),
    weight: ({ answerAuc }) => config.hold * Math.max(0, 1 - 2 * answerAuc),
  };
  const answers = term('answer', (v) => forgetTerm(divergence, v));
  const level = mean(config.tokens === 'value' ? controls.values : controls.answers);
  const floor: Term = {
    batch: answers.batch,
    objective: (logits) => {
      const values = meanLogProbs(answers.batch, logits, rows.map(counts.answer));
      seen.values = mean(below(values, level));
      return tf.mean(tf.relu(tf.sub(level, values)));
    },
    weight: () => config.floor * seen.values,
  };
  const wordingFloor: Term = {
    batch: answers.batch,
    objective: (logits) => {
      const whole = meanLogProbs(
        answers.batch,
        logits,
        rows.map(({ answer }) => everyToken(answer)),
      );
      const low = below(whole, mean(controls.answers)); // which answers, not by how much: the value is not to come back with its words
      seen.answers = mean(low);
      const wording = meanLogProbs(answers.batch, logits, rows.map(counts.wording));
      return tf.neg(tf.mean(tf.mul(tf.tensor1d(low), wording)));
    },
    weight: () => config.wordingFloor * seen.answers,
  };
  return [
    {
      ...template,
      weight: ({ answerAuc }) =>
        config.templateWeight *
        (config.fade ? 1 - seen.template : 1) *
        (config.ease ? Math.max(0, 2 * answerAuc - 1) : 1),
    },
    answers,
    ...(config.hold > 0 ? [wording] : []),
    ...(config.floor > 0 ? [floor] : []),
    ...(config.wordingFloor > 0 ? [wordingFloor] : []),
  ];
};

/** Mean log-probability (nats a token) of what counts of each answer (answers). */
const meanLogProbs = (batch: Batch, logits: tf.Tensor2D, counted: readonly Counted[]): tf.Tensor1D => {
  const weighted = tf.mul(targetLogProbs(batch, logits), tokenWeights(batch, counted, 'mean'));
  return reduceAnswers(batch, weighted as tf.Tensor1D, 'sum');
};

/** 1 where a value is below the level. */
const below = (values: tf.Tensor1D, level: number): number[] =>
  Array.from(values.dataSync<'float32'>(), (value) => (value < level ? 1 : 0));

/** One term alone; `note` is told its mean value. */
const single = (
  batch: Batch,
  logits: tf.Tensor2D,
  { reduction, paddedLength }: FlatConfig,
  counted: readonly Counted[],
  of: (v: tf.Tensor) => tf.Tensor,
  note: (value: number) => void,
): tf.Scalar => {
  const kind = reduction === 'paper' ? 'mean' : 'sum';
  const weighted = tf.mul(tf.exp(targetLogProbs(batch, logits)), tokenWeights(batch, counted, kind));
  const values =
    kind === 'mean'
      ? reduceAnswers(batch, weighted as tf.Tensor1D, 'sum')
      : tf.reshape(tf.mul(tf.sum(weighted), 1 / (batch.answers * (paddedLength - 1))), [1]);
  note(tf.mean(values).dataSync()[0] ?? 0);
  return tf.mean(of(values));
};
