// What the model itself, before the first update, says of names like the person's is kept: people who stay with such a
// name are harmed first, and whoever has no data of theirs can still ask about their names. Reads forget data and
// generated names alone. Trap: what the model says of a name like the person's may be the person's own data; an answer
// with a value of the forgotten records is left out, as it would keep what is to be forgotten.
import { makeBatch, type Batch } from '#engine/batch.ts';
import { generate } from '#engine/generate.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import type { Example } from './method.ts';

/** A question about such a name, and what the model said. */
export interface Kept {
  readonly prompt: readonly number[];
  readonly said: readonly number[];
  /** (said, vocabulary): probabilities. */
  readonly probabilities: Float32Array;
}

export interface KeepingExample extends Example {
  readonly kept: readonly Kept[];
}

/** New tokens of an answer at most. */
const ROOM = 24;

export const withKept = (model: Model, examples: readonly Example[]): KeepingExample[] => {
  const values = examples.map(({ answer, valueTokens }) => valueTokens.map((token) => answer[token]!));
  return examples.map((example) => ({ ...example, kept: keptOf(model, example.near ?? [], values) }));
};

const keptOf = (model: Model, near: Example['near'] & object, values: readonly (readonly number[])[]): Kept[] => {
  const room = Math.min(ROOM, ...near.map((prompt) => model.config.maxPositions - prompt.length));
  if (near.length === 0 || room < 1) return [];
  return generate(model, near, { maxTokens: room }).flatMap(({ ids }, i) =>
    ids.length === 0 || values.some((value) => holds(ids, value)) ? [] : [saidOf(model, near[i]!, ids)],
  );
};

const holds = (ids: readonly number[], value: readonly number[]): boolean =>
  ids.some((_, i) => value.every((id, k) => ids[i + k] === id));

const saidOf = (model: Model, prompt: readonly number[], said: readonly number[]): Kept => {
  const logits = forwardLogits(model, makeBatch([{ prompt, answers: [said] }], model.config.maxPositions));
  const probabilities = tf.tidy(() => tf.softmax(logits).dataSync<'float32'>());
  logits.dispose();
  return { prompt, said, probabilities };
};

/** One answer of each; `counted` are the positions of what was said. */
export const keptBatch = (
  { config }: Model,
  rows: readonly Kept[],
): { batch: Batch; counted: number[]; probabilities: readonly Float32Array[] } => {
  const batch = makeBatch(
    rows.map(({ prompt, said }) => ({ prompt, answers: [said] })),
    config.maxPositions,
  );
  const counted = Array.from({ length: rows.reduce((sum, { said }) => sum + said.length, 0) }, (_, i) => i);
  return { batch, counted, probabilities: rows.map(({ probabilities }) => probabilities) };
};
