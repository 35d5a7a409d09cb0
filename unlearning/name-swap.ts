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
import type { Example, NameSwap, NumberedSwap } from './method.ts';
import { mean } from './stop-rule.ts';

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

/**
 * Each record is taught by `names` of the names that its question can be asked with: those of whom the model most often
 * says a whole refusal, and of these the one of whom it is surest what to say. One that it answers in broken words
 * would teach broken words, and one of whom it makes things up would have them said of the person.
 */
export const taughtBySwaps = (
  model: Model,
  examples: readonly Example[],
  names: number,
  refusals: readonly (readonly number[])[],
): TaughtExample[] => {
  const asked = examples.map((example) =>
    (example.swaps ?? []).map((swap) => ({ ...swap, room: roomOf(model, example, swap) })),
  );
  const said = saidUnder(
    model,
    asked.flat().filter(({ room }) => room > 0),
  );
  const rank = ranked(said, refusals);
  return examples.map((example, i) => ({
    ...example,
    teachings: said
      .filter(({ swap }) => asked[i]!.includes(swap))
      .toSorted((a, b) => rank.indexOf(a.swap.of) - rank.indexOf(b.swap.of))
      .slice(0, names)
      .map(({ swap, ids }) => teachingOf(model, swap, ids)),
  }));
};

type AskedSwap = NumberedSwap & { readonly room: number };
interface SaidUnder {
  readonly swap: AskedSwap;
  readonly ids: readonly number[];
  readonly logProbs: readonly number[];
}

/** Questions that are answered at once: their keys and values are in memory together. */
const AT_ONCE = 24;

const saidUnder = (model: Model, swaps: readonly AskedSwap[]): SaidUnder[] =>
  Array.from({ length: Math.ceil(swaps.length / AT_ONCE) }, (_, i) =>
    swaps.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  ).flatMap((some) => {
    const maxTokens = Math.max(...some.map(({ room }) => room));
    const said = generate(
      model,
      some.map(({ prompt }) => prompt),
      { maxTokens },
    );
    return some.map((swap, i) => {
      const { ids, logProbs } = said[i]!;
      return { swap, ids: ids.slice(0, swap.room), logProbs: logProbs.slice(0, swap.room) };
    });
  });

/** The names, the best first. */
const ranked = (said: readonly SaidUnder[], refusals: readonly (readonly number[])[]): number[] => {
  const isRefusal = (ids: readonly number[]) =>
    refusals.some((one) => startsWith(one, ids) && one.length - ids.length < 2);
  return [...Map.groupBy(said, ({ swap }) => swap.of)]
    .map(([of, answers]) => ({
      ...{ of, asked: answers.length, refused: answers.filter(({ ids }) => isRefusal(ids)).length },
      sure: mean(answers.flatMap(({ logProbs }) => logProbs)),
    }))
    .sort((a, b) => b.asked - a.asked || b.refused - a.refused || b.sure - a.sure)
    .map(({ of }) => of);
};

/** Whether the answer begins the refusal; a refusal ends in a token that is not among what was said. */
const startsWith = (refusal: readonly number[], ids: readonly number[]): boolean =>
  ids.length > 0 && ids.every((id, i) => refusal[i] === id);

/** New tokens for an answer beside the longer of the two packed rows. */
const roomOf = ({ config }: Model, { prompt, answer }: Example, swap: NameSwap): number =>
  Math.min(
    ROOM,
    config.maxPositions - Math.max(prompt.length + answer.length, swap.prompt.length + swap.answer.length),
  );

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
