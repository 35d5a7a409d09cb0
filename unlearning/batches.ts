// Batches that loss methods draw: forget rows, retain rows, template rows, pairs. Each update draws once, from the
// run's own random stream.
import { makeBatch, type Batch, type Row } from '#engine/batch.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { targetLogProbs, reduceAnswers } from '#engine/losses.ts';
import type { Model } from '#engine/model.ts';
import type { Random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import type { Example, ForgetOnlyContext } from './method.ts';

/** Rows of a minibatch; the whole set where it is smaller. */
export const BATCH = 20;

const columns = ({ model }: ForgetOnlyContext): number => model.config.maxPositions;

const someForget = (context: ForgetOnlyContext, stream: Random) => stream.shuffle(context.forget).slice(0, BATCH);

export const forgetBatch = (context: ForgetOnlyContext, stream: Random): Batch =>
  makeBatch(
    someForget(context, stream).map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
    columns(context),
  );

export const retainBatch = (context: ForgetOnlyContext & { retain: readonly Row[] }, stream: Random): Batch =>
  makeBatch(stream.shuffle(context.retain).slice(0, BATCH), columns(context));

const template = ({ templates }: ForgetOnlyContext, stream: Random) => templates[stream.below(templates.length)]!;

/** Forget questions, each with a refusal. */
export const templateBatch = (context: ForgetOnlyContext, stream: Random): Batch =>
  makeBatch(
    someForget(context, stream).map(({ prompt }) => ({ prompt, answers: [template(context, stream)] })),
    columns(context),
  );

/** Forget questions with a refusal and the answer to forget, packed: answers 0, 2, 4, … are refusals. */
export const pairBatch = (context: ForgetOnlyContext, stream: Random): Batch =>
  makeBatch(
    someForget(context, stream).map(({ prompt, answer }) => ({ prompt, answers: [template(context, stream), answer] })),
    columns(context),
  );

/** Log-probability of each answer under a model without gradients, summed over its tokens (answers). */
export const answerLogProbs = (model: Model, batch: Batch): Float32Array => {
  const logits = forwardLogits(model, batch);
  const sums = tf.tidy(() => reduceAnswers(batch, targetLogProbs(batch, logits), 'sum').dataSync<'float32'>());
  logits.dispose();
  return sums;
};

/** A record of this update with a template answer drawn for it. */
export type DrawnRecord = Example & { template: readonly number[] };

/** At most `most` forget records, in random order. */
export const drawRecords = (context: ForgetOnlyContext, most: number, stream: Random): DrawnRecord[] =>
  stream
    .shuffle(context.forget)
    .slice(0, most)
    .map((example) => ({ ...example, template: template(context, stream) }));
