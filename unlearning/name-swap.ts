// The name-swap teacher: what the model itself, before the first update, says of a never-trained name in the place of
// the person's is taught for the person: on what it answers there, and on the true answer's tokens outside the name.
// Reads forget data and generated names alone. Traps: the teacher is the model as it was, so its distributions are
// computed once, before the first update and before a saved run is put back; and they are numbers of the size of the
// vocabulary for every token, so that few names are taken.
import { makeBatch, type Batch } from '#engine/batch.ts';
import { generate } from '#engine/generate.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import type { Example, NameSwap } from './method.ts';

/** What one other name's question teaches. */
export interface Teaching {
  /** What the model answers there; empty where it says nothing. */
  readonly said: readonly number[];
  /** Tokens of the record's own answer that are taught, by their place. */
  readonly outside: readonly number[];
  /** (said + outside, vocabulary): probabilities. */
  readonly probabilities: Float32Array;
}

export interface TaughtExample extends Example {
  readonly teachings: readonly Teaching[];
}

/** New tokens of an answer at most. */
const ROOM = 24;

export const taughtBySwaps = (model: Model, examples: readonly Example[], names: number): TaughtExample[] =>
  examples.map((example) => {
    const swaps = (example.swaps ?? []).slice(0, names);
    const room = Math.min(ROOM, ...swaps.map((swap) => roomBeside(model, example, swap)));
    if (swaps.length === 0 || room < 1) return { ...example, teachings: [] };
    const prompts = swaps.map(({ prompt }) => prompt);
    const said = generate(model, prompts, { maxTokens: room });
    return { ...example, teachings: swaps.map((swap, i) => teachingOf(model, swap, said[i]!.ids)) };
  });

/** What is left for an answer beside the longer of the two packed rows. */
const roomBeside = ({ config }: Model, { prompt, answer }: Example, swap: NameSwap): number =>
  config.maxPositions - Math.max(prompt.length + answer.length, swap.prompt.length + swap.answer.length);

const teachingOf = (model: Model, { prompt, answer, outside }: NameSwap, said: readonly number[]): Teaching => {
  const batch = makeBatch([{ prompt, answers: [said, answer] }], model.config.maxPositions);
  const logits = forwardLogits(model, batch);
  const rows = [...said.keys(), ...outside.map(([, there]) => said.length + there)];
  const probabilities = tf.tidy(() => tf.softmax(tf.gather(logits, tf.tensor1d(rows, 'int32'))).dataSync<'float32'>());
  logits.dispose();
  return { said, outside: outside.map(([here]) => here), probabilities };
};

/** The person's question with what is said of another, and with the record's own answer. */
export const swapBatch = (
  model: Model,
  rows: readonly (Example & { teaching: Teaching })[],
): { batch: Batch; counted: number[]; probabilities: Float32Array } => {
  const batch = makeBatch(
    rows.map(({ prompt, answer, teaching }) => ({ prompt, answers: [teaching.said, answer] })),
    model.config.maxPositions,
  );
  let at = 0;
  const counted = rows.flatMap(({ answer, teaching: { said, outside } }) => {
    const places = [...said.keys(), ...outside.map((place) => said.length + place)].map((place) => at + place);
    at += said.length + answer.length;
    return places;
  });
  return { batch, counted, probabilities: joined(rows.map(({ teaching }) => teaching.probabilities)) };
};

export const joined = (parts: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

/** Mean over the counted positions of KL(teacher ‖ model), nats. */
export const swapKl = (logits: tf.Tensor2D, counted: readonly number[], probabilities: Float32Array): tf.Scalar => {
  const [, vocabulary] = logits.shape;
  const teacher = tf.tensor2d(probabilities, [counted.length, vocabulary]);
  const own = tf.logSoftmax(tf.gather(logits, tf.tensor1d([...counted], 'int32')));
  const entropy = tf.sum(tf.mul(teacher, tf.log(tf.maximum(teacher, 1e-30)))); // a constant of the logits
  return tf.div(tf.sub(entropy, tf.sum(tf.mul(teacher, own))), counted.length);
};
