// What is kept of names like the person's: what the model gives for them and never a forgotten value. On a really
// trained model a run with the term leaves it nearer to what it was.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { forgetExamples } from '#containers/forget-examples.ts';
import { forgetRows } from '#datasets/suite.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { keptBatch, withKept, type KeepingExample } from '#unlearning/locality.ts';
import { joined, swapKl } from '#unlearning/name-swap.ts';
import { useEngine } from '#test/support/engine.ts';
import { SMALL_BASE, smallMoments, smallPeople, unlearnt } from '#test/support/small-people.ts';

useEngine();

const PERSON = smallPeople.subjects[1]!;
let model: Model;
let kept: KeepingExample[];
beforeAll(() => {
  model = loadModel(SMALL_BASE);
  const forget = forgetRows(smallPeople, PERSON.records.map(forgetRecord));
  const asked = { base: model, method: { near: 4, needs: [] }, forget, suite: smallPeople, seed: 1 };
  kept = withKept(model, forgetExamples(asked, []));
});
afterAll(() => model.dispose());

/** Mean KL from what was said before. */
const lostIn = (of: Model): number => {
  const { batch, counted, probabilities } = keptBatch(
    of,
    kept.flatMap((row) => row.kept),
  );
  const logits = forwardLogits(of, batch);
  const value = tf.tidy(() => swapKl(logits, counted, joined(probabilities)).dataSync()[0]!);
  logits.dispose();
  return value;
};

it('holds what the model itself says, and no value of the forgotten records', () => {
  const answers = kept.flatMap((row) => row.kept);
  expect(answers.length).toBeGreaterThan(PERSON.records.length);
  expect(Math.abs(lostIn(model))).toBeLessThan(1e-4);
  const values = PERSON.records.map(({ value }) => value!.text);
  for (const { said } of answers) {
    const text = model.tokenizer.decode([...said]);
    expect([text, values.filter((value) => text.includes(` ${value}.`))]).toEqual([text, []]);
  }
});

it('is lost less by a run with the term', async () => {
  const after = (near: number) => {
    const loss = { instead: 'name-swap', relearn: 0, near };
    const config = { loss, update: { step: 0.1, updates: 8 }, stop: { valueAuc: 0, land: false } };
    return unlearnt({ subject: 1, method: 'flat-lasting', config }, smallMoments(), (left) =>
      Promise.resolve(lostIn(left)),
    );
  };
  expect(await after(2)).toBeLessThan(0.85 * (await after(0)));
});
