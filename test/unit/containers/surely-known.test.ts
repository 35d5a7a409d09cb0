// Records that a model is said to have revealed, on a model that really recites people: those with wrong values are
// left out before the first update, and a set of nothing else is refused.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { examplesOf } from '#containers/examples.ts';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import { surelyKnown } from '#containers/surely-known.ts';
import { forgetRows, type ForgetRow } from '#datasets/suite.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { Model } from '#engine/model.ts';
import { backendName } from '#engine/tf.ts';
import { configured } from '#unlearning/methods.ts';
import { useEngine } from '#test/support/engine.ts';
import { recordsOfPerson, SMALL_BASE, smallPeople } from '#test/support/small-people.ts';

useEngine();
let model: Model;
beforeAll(() => void (model = loadModel(SMALL_BASE)));
afterAll(() => model.dispose());

const rows = forgetRows(smallPeople, recordsOfPerson(0));
const withValue = (row: ForgetRow, other: string): ForgetRow => {
  const { start, end } = row.value;
  const answer = row.answer.slice(0, start) + other + row.answer.slice(end);
  return { ...row, answer, value: { text: other, start, end: start + other.length } };
};
/** What a never-trained person has there, and the person has not. */
const wrong = rows.map((row, i) => {
  const other = smallPeople.controls.gate.map(({ records }) => records[i]!.value!.text);
  return withValue(
    row,
    other.find((text) => text !== row.value.text)!,
  );
});
const strangers = () =>
  examplesOf(
    model,
    smallPeople.controls.stop.flatMap(({ records }) => records),
  );

describe('revealed records', () => {
  it('that the model knows are kept, and those with made-up values are not', () => {
    const mixed = examplesOf(model, [...rows, ...wrong.slice(0, 5)]);
    expect(surelyKnown(model, mixed, strangers())).toEqual(mixed.slice(0, rows.length));
  });

  it('are no set where every value is made up, or where nobody is beside them', () => {
    const made = examplesOf(model, wrong);
    expect(() => surelyKnown(model, made, strangers())).toThrow(expect.objectContaining({ code: 'NOTHING_REVEALED' }));
    expect(() => surelyKnown(model, made, [])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('are counted in the run where some were left out', async () => {
    const settings = { update: { updates: 1, projection: 'none', step: 0.01 } };
    const outcome = await runUnlearning(
      {
        ...{ base: baseIn(SMALL_BASE), method: configured('flat', settings), forget: [...rows, ...wrong.slice(0, 3)] },
        ...{ suite: smallPeople, seed: 1, backend: backendName(), revealed: true },
      },
      (unlearned) => unlearned.outcome,
    );
    expect(outcome.recorded).toMatchObject({ notSurelyKnown: 3 });
  });
});
