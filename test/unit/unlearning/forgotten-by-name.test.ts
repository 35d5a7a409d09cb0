// The gate that attacks what is left, on a really trained model: published methods and the rungs of the policies before
// it hide values behind one direction, the name, or break what is said, and each is found out by a check that those
// policies do not have; the attack finds no more in a run that simulates it than in people whom nobody taught.
// Trap: the cheapest attack and few never-trained people are asked here, so that it takes seconds a method; a ticket
// asks all four.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { QuantityKey } from '#core/quantities.ts';
import type { CorpusMoments } from '#engine/corpus-moments.ts';
import { readPolicy } from '#entry/policies.ts';
import { useEngine } from '#test/support/engine.ts';
import { failedIn, judgedOn, smallMoments, unlearnt } from '#test/support/small-people.ts';

useEngine();

const PERSON = 1;
const policy = readPolicy('gate-v3');
const KEYS: readonly QuantityKey[] = [
  ...(['forget.relearnt2x10', 'controls.relearnt2x10'] as const),
  ...(['forget.answerLogProbAuc', 'forget.minKLogProbAuc', 'forget.perplexityBefore'] as const),
];

let corpus: CorpusMoments;
beforeAll(() => {
  corpus = smallMoments();
});

/** Asked beside where the cheapest attack finds nothing. */
const FURTHER: readonly QuantityKey[] = ['forget.relearnt5x30', 'controls.relearnt5x30'];

/** Names of the checks of gate-v3 that read these quantities, and that what a method leaves fails. */
const failedBy = (method: string, config: unknown, keys = KEYS): Promise<string[]> =>
  unlearnt({ subject: PERSON, method, config }, corpus, async (model, left, rows) =>
    failedIn(await judgedOn(model, { left, rows, policy, keys }, { attackDraws: 2, attackedControls: 2 })),
  );

const RELEARNT = 're-learning against never-trained people, 2 × 10';
const FIVE = 're-learning against never-trained people, 5 × 30';
const BROKEN = 'new answers under the model from before';
const WHOLE = 'whole-answer AUC against never-trained people';
const LEAST = 'Min-40 % AUC against never-trained people';

const rungs = readPolicy('gate-v2').ladder.map(({ method, config }, i) => [i + 1, method, config] as const);
const STOP = { valueAuc: 0.5, greedyExact: 0.05 };
const ADAM = { trainable: 'body', optimizer: 'adamw', projection: 'none', step: 3e-4, updates: 40 };

describe('the gate that attacks what is left', () => {
  it.each(rungs)('fails rung %i of gate-v2 (%s)', async (rung, method, config) => {
    const names = rung <= 3 ? [RELEARNT] : [WHOLE, BROKEN];
    expect(await failedBy(method, config)).toEqual(expect.arrayContaining(names));
  });

  it.each([
    ['grad-ascent', {}, [BROKEN]],
    ['flat', {}, [FIVE]],
    ['npo', {}, [WHOLE, LEAST, BROKEN]],
    ['simnpo', {}, [WHOLE, LEAST, BROKEN]],
    ['rmu', {}, [LEAST]],
    ['idk', { valueAuc: 1, greedyExact: 0, land: false }, [RELEARNT, WHOLE, LEAST]],
  ] as const)('fails %s as published', async (method, stop, names) => {
    const found = await failedBy(
      method,
      { update: ADAM, stop: { ...STOP, ...stop } },
      method === 'flat' ? [...KEYS, ...FURTHER] : KEYS,
    );
    expect(found).toEqual(expect.arrayContaining([...names]));
  });

  it('finds nothing by the attack in a run that simulates it', async () => {
    const { method, config } = policy.ladder[0]!;
    const found = await failedBy(method, config);
    for (const name of [RELEARNT, WHOLE, LEAST]) expect(found).not.toContain(name);
  });
});
