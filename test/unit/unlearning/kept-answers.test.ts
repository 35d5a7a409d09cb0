// What a run beside rows of people who stay keeps of them. On a really trained model, with settings that forget past
// every bound, so that there is something to keep.
import { expect, it } from '@jest/globals';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRecord, trainingRows } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { useEngine } from '#test/support/engine.ts';
import { smallMoments, smallPeople, unlearnt } from '#test/support/small-people.ts';

useEngine();

const STAYING = trainingRows(withoutRecords(smallPeople, smallPeople.subjects[1]!.records.map(forgetRecord)));

/** Mean log-probability of a token of what stays. */
const known = (model: Model): number => {
  const all = inference(model)
    .score(STAYING)
    .flatMap(({ logProbs }) => [...logProbs]);
  return all.reduce((a, b) => a + b, 0) / all.length;
};

it('loses less of people who stay than the method that reads none of their rows', async () => {
  const loss = { relearn: 0, neverKnown: 'keep' };
  const config = { loss, update: { step: 0.2, updates: 8 }, stop: { valueAuc: 0, land: false } };
  const after = (method: string, more: object = {}) =>
    unlearnt({ subject: 1, method, config: { ...config, loss: { ...loss, ...more } } }, smallMoments(), (left) =>
      Promise.resolve(known(left)),
    );
  const [alone, beside, without] = [
    await after('flat-lasting'),
    await after('flat-lasting-retain'),
    await after('flat-lasting-retain', { keep: 0 }),
  ];
  expect(without).toBeCloseTo(alone, 6);
  expect(beside).toBeGreaterThan(alone);
});
