// The name-swap teacher: what it teaches is what the model says of another name; its gradient against central
// differences; and on a really trained model a few updates bring what is said of the person nearer to what is said of
// people whom nobody taught.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { examplesOf } from '#containers/examples.ts';
import { swapped } from '#datasets/swapped.ts';
import { makeBatch } from '#engine/batch.ts';
import { generate } from '#engine/generate.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { flatLasting } from '#unlearning/flat-lasting.ts';
import { swapBatch, swapKl, taughtBySwaps, type TaughtExample } from '#unlearning/name-swap.ts';
import { mean } from '#unlearning/stop-rule.ts';
import { tokens, useEngine } from '#test/support/engine.ts';
import { SMALL_BASE, smallMoments, smallPeople, unlearnt } from '#test/support/small-people.ts';

useEngine();

const PERSON = smallPeople.subjects[1]!;
const [other] = smallPeople.controls.whitening;

let model: Model;
let taught: TaughtExample[];
const examplesWith = (names: readonly string[]) =>
  examplesOf(
    model,
    PERSON.records.map((row) => ({
      ...row,
      swaps: names.flatMap((name, of) =>
        [swapped(row, PERSON.name, name)].flatMap((swap) => (swap ? [{ ...swap, of }] : [])),
      ),
    })),
  );
beforeAll(() => {
  model = loadModel(SMALL_BASE);
  taught = taughtBySwaps(model, examplesWith([other!.name]), 1, []);
});
afterAll(() => model.dispose());

/** Mean KL over all records from what was said of the other name before. */
const divergenceOf = (of: Model): number => {
  const rows = taught.flatMap((row) => row.teachings.map((teaching) => ({ ...row, teaching })));
  const { batch, counted, probabilities } = swapBatch(of, rows);
  const logits = forwardLogits(of, batch);
  const value = tf.tidy(() => swapKl(logits, counted, probabilities).dataSync()[0]!);
  logits.dispose();
  return value;
};

describe('the name-swap teacher', () => {
  it('teaches each record, by what the model gives where the other name stands', () => {
    const some = taught.find(({ teachings }) => teachings.length > 0)!;
    const [{ said, outside, probabilities }] = some.teachings as [TaughtExample['teachings'][number]];
    const swap = some.swaps![0]!;
    const logits = forwardLogits(model, makeBatch([{ prompt: swap.prompt, answers: [swap.answer] }], 128));
    const there = tf.tidy(() => tf.softmax(logits).arraySync());
    logits.dispose();
    const size = model.config.vocabSize;
    outside.forEach((place, i) => {
      const [own, place2] = swap.outside[i]!;
      expect(place).toBe(own);
      expect(some.answer[own]).toBe(swap.answer[place2]);
      const row = probabilities.subarray((said.length + i) * size, (said.length + i + 1) * size);
      for (const id of [0, 5, swap.answer[place2]!]) expect(row[id]).toBeCloseTo(there[place2]![id]!, 4);
    });
    expect(taught.filter(({ teachings }) => teachings.length > 0).length).toBeGreaterThan(PERSON.records.length / 2);
  });

  it('takes for all records the name that is most often refused, and of those the one that is answered most surely', () => {
    const names = smallPeople.controls.whitening.slice(0, 3).map(({ name }) => name);
    const examples = examplesWith(names);
    const saidOf = (of: number) => {
      const swaps = examples.flatMap((one) => (one.swaps ?? []).filter((swap) => swap.of === of));
      return generate(
        model,
        swaps.map(({ prompt }) => prompt),
        { maxTokens: 24 },
      );
    };
    const answers = names.map((_, of) => saidOf(of));
    const chosen = (refusals: readonly (readonly number[])[]) => {
      const [first] = taughtBySwaps(model, examples, 1, refusals).flatMap(({ teachings }) => teachings);
      return answers.findIndex(([said]) => String(said!.ids) === String(first!.said));
    };
    const sure = answers.map((said) => mean(said.flatMap(({ logProbs }) => logProbs)));
    expect(chosen([])).toBe(sure.indexOf(Math.max(...sure)));
    const least = sure.indexOf(Math.min(...sure));
    expect(chosen(answers[least]!.map(({ ids }) => ids))).toBe(least);
  });

  it('has a gradient that is the central difference', () => {
    const [rows, words, counted] = [6, 7, [0, 2, 3]];
    const stream = random('swap');
    const values = Float32Array.from({ length: rows * words }, () => 2 * stream.normal());
    const teacher = tf.tidy(() =>
      tf
        .softmax(
          tf.tensor2d(
            Array.from({ length: 21 }, () => stream.normal()),
            [3, words],
          ),
        )
        .dataSync<'float32'>(),
    );
    const at = (x: Float32Array) =>
      tf.tidy(() => swapKl(tf.tensor2d(x, [rows, words]), counted, teacher).dataSync()[0]!);
    const gradient = tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => swapKl(x as tf.Tensor2D, counted, teacher))(tf.tensor2d(values, [rows, words]))
        .dataSync<'float32'>(),
    );
    const h = 1e-2;
    values.forEach((_, i) => {
      const [up, down] = [values.slice(), values.slice()];
      up[i]! += h;
      down[i]! -= h;
      expect((at(up) - at(down)) / (2 * h)).toBeCloseTo(gradient[i]!, 3);
    });
    expect(at(values)).toBeGreaterThan(0);
  });

  it('brings what is said of the person nearer to what is said of somebody unknown', async () => {
    const before = divergenceOf(model);
    const config = {
      ...{ loss: { instead: 'name-swap', relearn: 0, naming: 0, template: 2 }, update: { step: 0.1, updates: 8 } },
      stop: { valueAuc: 0, land: false },
    };
    const after = await unlearnt({ subject: 1, method: 'flat-lasting', config }, smallMoments(), (left) =>
      Promise.resolve(divergenceOf(left)),
    );
    expect(after).toBeLessThan(0.8 * before);
  });

  it('refuses records whose questions name nobody', async () => {
    const example = { prompt: tokens(4, 'p'), answer: tokens(3, 'a'), valueTokens: [0] };
    const stopControls = examplesOf(model, smallPeople.controls.stop[0]!.records);
    const run = flatLasting.configure({
      loss: { instead: 'name-swap', neverKnown: 'keep' },
      update: { projection: 'none' },
    });
    const context = {
      model,
      forget: [example],
      templates: [tokens(3, 't')],
      moments: undefined,
      stopControls,
      seed: 1,
    };
    await expect(run.run(context)).rejects.toMatchObject({ code: 'METHOD_CONFIG' });
  });
});
