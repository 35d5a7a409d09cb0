// Re-learning attacks: which records each draw teaches and watches; that the weights come back bit for bit; and that
// what an attack does is AdamW on the taught records alone, held against the same training done by hand.
import { describe, expect, it } from '@jest/globals';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { makeBatch } from '#engine/batch.ts';
import { inference } from '#engine/inference.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { modelFrom, valuesOf } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { random } from '#engine/random.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { attackable, ATTACKS, drawsOf, leftOutBy } from '#evaluation/relearn.ts';
import { readPolicy } from '#entry/policies.ts';
import { isForcedExact } from '#evaluation/scores.ts';
import { tinyModel, useEngine } from '#test/support/engine.ts';

useEngine();

const WORDS = ['cat', 'mat'];
const records: QaRecord[] = Array.from({ length: 12 }, (_, i) => {
  const value = WORDS[i % WORDS.length]!;
  const answer = ` it is ${value}`;
  return {
    ...{ kind: 'person', question: `q ${i}`, prompt: `Q: ${i} the cat?`, answer, wrongAnswers: [] },
    value: { text: value, start: 7, end: 7 + value.length },
  };
});

describe('draws', () => {
  it.each([2, 3, 4, 5, 7, 12, 20, 31])('of %i records watch each once, in one that does not teach it', (n) => {
    const order = Array.from({ length: n }, (_, i) => i);
    for (const most of [2, 5, 10]) {
      const draws = drawsOf(order, most, 3);
      expect(draws.flatMap(({ watched }) => watched).toSorted((a, b) => a - b)).toEqual(order);
      for (const { taught, watched } of draws) {
        expect(taught).toHaveLength(Math.min(most, Math.floor(n / 2)));
        expect(watched.filter((one) => taught.includes(one))).toEqual([]);
      }
    }
  });

  it('of one record teach nothing', () => {
    expect(drawsOf(['one'], 5, 3).flatMap(({ taught }) => taught)).toEqual([]);
  });
});

describe('attacks that are left out', () => {
  const policy = readPolicy('gate-v3');

  it('are none of those that a check reads', () => {
    expect(leftOutBy(policy)).toEqual({});
    const two = policy.checks.filter((one) => /x(10|30)$/.test(one.of) && 'reference' in one);
    expect(Object.keys(leftOutBy({ ...policy, checks: two })).toSorted()).toEqual(['relearnt10x50']);
  });

  it('are all where the policy has no check on what is left, and the reason names who measures them', () => {
    const left = leftOutBy(readPolicy('gate-v2'));
    expect(Object.keys(left)).toEqual(Object.keys(ATTACKS));
    for (const reason of Object.values(left))
      expect(reason).toMatch(/^policy version 2 has no check.*quittance attack/);
  });
});

describe('an attack', () => {
  it.each(['relearnt5x30', 'relearntBody5x30'] as const)('%s leaves the weights as they were', async (family) => {
    const model = tinyModel();
    const before = valuesOf(model);
    const flags = await attackable(model, 1e-2).attack([{ records, label: 'a' }], ATTACKS[family], 2);
    expect(flags).toHaveLength(records.length);
    expect(valuesOf(model)).toEqual(before);
    model.dispose();
  });

  it('finds what AdamW on the taught records alone makes exact', async () => {
    const model = tinyModel();
    const attack = { records: 6, updates: 40, weights: 'mlp' } as const;
    const found = await attackable(model, 1e-2).attack([{ records, label: 'by hand' }], attack, 1);
    const [{ taught, watched } = { taught: [], watched: [] }] = drawsOf(
      random('attack:by hand').shuffle(records),
      6,
      1,
    );
    const copy = modelFrom(model.config, model.tokenizer, valuesOf(model));
    const { encodePrompt, encodeAnswer, score } = inference(copy);
    const rows = taught.map(({ prompt, answer }) => ({
      prompt: encodePrompt(prompt),
      answers: [encodeAnswer(answer)],
    }));
    const batch = makeBatch(rows, copy.config.maxPositions);
    const names = new Set([...copy.parameters.keys()].filter((name) => /\.(gate|up|down)\.w$/.test(name)));
    const optimizer = adamW({ weightDecay: 0 });
    for (let i = 0; i < 40; i++) {
      const { gradients } = lossAndGradients(copy, batch, answerCrossEntropy(batch), names);
      optimizer.update(new Map([...copy.parameters].filter(([name]) => names.has(name))), gradients, 1e-2);
      for (const gradient of gradients.values()) gradient.dispose();
    }
    expect(found).toEqual(score(watched).map((one, i) => isForcedExact(one, watched[i]!)));
    expect(new Set(found).size).toBe(2);
    optimizer.dispose();
    copy.dispose();
    model.dispose();
  });

  it('on several people finds of each what it finds of them alone', async () => {
    const model = tinyModel();
    const made = { records: 6, updates: 40, weights: 'mlp' } as const;
    const people = [records, records.slice(3, 8), records.slice(1)].map((some, i) => ({
      records: some,
      label: `p${i}`,
    }));
    const { attack } = attackable(model, 1e-2);
    const alone: boolean[] = [];
    for (const one of people) alone.push(...(await attack([one], made, 2)));
    expect(await attack(people, made, 2)).toEqual(alone);
    expect(new Set(alone).size).toBe(2);
    model.dispose();
  });

  it('of one record finds nothing to watch', async () => {
    const model = tinyModel();
    const one = { records: records.slice(0, 1), label: 'one' };
    expect(await attackable(model).attack([one], ATTACKS.relearnt2x10, 3)).toEqual([]);
    model.dispose();
  });
});
