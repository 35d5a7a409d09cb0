// Batches that loss methods draw: forget rows, retain rows, template rows, pairs. Each update draws once, from the
// run's own random stream.
import { makeBatch, type Batch, type Row } from '#engine/batch.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { targetLogProbs, reduceAnswers } from '#engine/losses.ts';
import type { Model } from '#engine/model.ts';
import type { Random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import type { Example, ForgetOnlyContext, TemplateAnswer } from './method.ts';

/** Rows of a minibatch; the whole set where it is smaller. */
export const BATCH = 20;

const columns = ({ model }: ForgetOnlyContext): number => model.config.maxPositions;

/** Records of a minibatch, in random order. */
export const someForget = (context: ForgetOnlyContext, stream: Random) =>
  stream.shuffle(context.forget).slice(0, BATCH);

export const forgetBatch = (context: ForgetOnlyContext, stream: Random): Batch =>
  makeBatch(
    someForget(context, stream).map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
    columns(context),
  );

export const retainBatch = (context: ForgetOnlyContext & { retain: readonly Row[] }, stream: Random): Batch =>
  makeBatch(stream.shuffle(context.retain).slice(0, BATCH), columns(context));

/** One of the record's own templates, else a refusal, of which every token is taught. */
const templateFor = ({ templates }: Example, { templates: refusals }: ForgetOnlyContext, stream: Random) => {
  if (templates && templates.length > 0) return templates[stream.below(templates.length)]!;
  const answer = refusals[stream.below(refusals.length)]!;
  return { answer, taught: answer.map((_, i) => i) };
};

/** Forget questions, each with a template answer. */
export const templateBatch = (context: ForgetOnlyContext, stream: Random): Batch =>
  makeBatch(
    someForget(context, stream).map((example) => ({
      prompt: example.prompt,
      answers: [templateFor(example, context, stream).answer],
    })),
    columns(context),
  );

/**
 * Forget questions with another answer and the one to forget, packed: answers 0, 2, 4, … are the others, by default
 * templates.
 */
export const pairBatch = (
  context: ForgetOnlyContext,
  stream: Random,
  other = (example: Example): readonly number[] => templateFor(example, context, stream).answer,
): Batch =>
  makeBatch(
    someForget(context, stream).map((example) => ({
      prompt: example.prompt,
      answers: [other(example), example.answer],
    })),
    columns(context),
  );

/** Forget questions, each with so many answers to retained questions; several are packed as long as they fit. */
export const mismatchBatch = (
  context: ForgetOnlyContext & { retain: readonly Row[] },
  stream: Random,
  each: number,
): Batch =>
  makeBatch(
    someForget(context, stream).flatMap(({ prompt }) => {
      const drawn = stream.shuffle(context.retain).slice(0, each);
      return packed(
        prompt,
        drawn.map(({ answers }) => answers[0]!),
        columns(context),
      );
    }),
    columns(context),
  );

/** A prompt with its answers in as few rows as hold them. */
const packed = (prompt: readonly number[], answers: readonly (readonly number[])[], most: number): Row[] => {
  const rows: { prompt: readonly number[]; answers: (readonly number[])[]; length: number }[] = [];
  for (const answer of answers) {
    const row = rows.at(-1);
    if (row && row.length + answer.length <= most) {
      row.answers.push(answer);
      row.length += answer.length;
    } else rows.push({ prompt, answers: [answer], length: prompt.length + answer.length });
  }
  return rows;
};

/** Log-probability of each answer under a model without gradients, summed over its tokens (answers). */
export const answerLogProbs = (model: Model, batch: Batch): Float32Array => {
  const logits = forwardLogits(model, batch);
  const sums = tf.tidy(() => reduceAnswers(batch, targetLogProbs(batch, logits), 'sum').dataSync<'float32'>());
  logits.dispose();
  return sums;
};

/** A record of this update with a template answer drawn for it. */
export type DrawnRecord = Example & { template: TemplateAnswer };

/** At most `most` forget records, in random order. */
export const drawRecords = (context: ForgetOnlyContext, most: number, stream: Random): DrawnRecord[] =>
  stream
    .shuffle(context.forget)
    .slice(0, most)
    .map((example) => ({ ...example, template: templateFor(example, context, stream) }));
