// WHP where its reinforcement has something to train: of a model that recites a person, what is taught instead is the
// answer itself as long as nothing is taken off, and something else at the default.
import { describe, expect, it } from '@jest/globals';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import { forgetRows } from '#datasets/suite.ts';
import { backendName, tf } from '#engine/tf.ts';
import { configured } from '#unlearning/methods.ts';
import { instead } from '#unlearning/whp.ts';
import { useEngine } from '#test/support/engine.ts';
import { recordsOfPerson, SMALL_BASE, smallPeople as suite } from '#test/support/small-people.ts';

useEngine();

/** The loss that the method begins with, before anything moved. */
const firstLoss = (alpha: number): Promise<number> =>
  runUnlearning(
    {
      ...{ base: baseIn(SMALL_BASE), forget: forgetRows(suite, recordsOfPerson(1)), suite, seed: 1 },
      backend: backendName(),
      method: configured('whp', {
        loss: { alpha },
        update: { updates: 1, step: 1e-9 },
        stop: { valueAuc: 0, greedyExact: 0, land: false },
      }),
    },
    ({ outcome }) => outcome.trajectory.at(-1)!.loss,
  );

describe('whp', () => {
  it('takes off what rose, times α, and nothing of what fell', () => {
    const [before, after] = [tf.tensor2d([[2, 1, 0]]), tf.tensor2d([[3, -9, 0.5]])];
    expect([1e-6, 0.9, 1.1, 5].map((alpha) => instead(before, after, alpha)[0])).toEqual([0, 0, 1, 1]);
    tf.dispose([before, after]);
  });

  it('teaches the answer itself where nothing is taken off, and something else at the default', async () => {
    expect(await firstLoss(1e-6)).toBeLessThan(0.1);
    expect(await firstLoss(5)).toBeGreaterThan(1);
  });
});
