// Packing: prompt + answer A + answer B in one row must be the same computation as two rows, to float rounding, in
// every kind of position code and mask.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attentionBias, bucketByLength, makeBatch, type Row } from '#engine/batch.ts';
import { readConfig, type DecoderConfig } from '#engine/formats/config.ts';
import { perAnswer, reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits, lossAndGradients, type Objective } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { largestDifference } from '#test/support/golden.ts';

useEngine();

const GPT2 = { model_type: 'gpt2', vocab_size: 300, n_embd: 16, n_head: 4, n_layer: 2, n_positions: 64 };
const CONFIGS: Readonly<Record<string, DecoderConfig>> = {
  'rotary positions': tinyConfig(),
  'learned positions': readConfig(GPT2),
  'a sliding window shorter than the prompt': tinyConfig({ model_type: 'mistral', sliding_window: 4 }),
};

/** Rows of a prompt with one to three answers; lengths differ. */
const packedRows = (): Row[] => [
  { prompt: tokens(7, 'p0'), answers: [tokens(3, 'a0'), tokens(6, 'b0')] },
  { prompt: tokens(5, 'p1'), answers: [tokens(4, 'a1')] },
  { prompt: tokens(1, 'p2'), answers: [tokens(2, 'a2'), tokens(1, 'b2'), tokens(5, 'c2')] },
];
const unpacked = (rows: readonly Row[]): Row[] =>
  rows.flatMap(({ prompt, answers }) => answers.map((answer) => ({ prompt, answers: [answer] })));

const logProbs = (model: Model, rows: readonly Row[]): Float32Array => {
  const batch = makeBatch(rows, 64);
  const logits = forwardLogits(model, batch);
  const values = tf.tidy(() => targetLogProbs(batch, logits).dataSync<'float32'>());
  logits.dispose();
  return values;
};

/** Something that treats answers unlike: Σ over answers of w_k · p̄_k. */
const objective = (rows: readonly Row[]): Objective => {
  const batch = makeBatch(rows, 64);
  return (logits) => {
    const means = reduceAnswers(batch, tf.exp(targetLogProbs(batch, logits)), 'mean');
    return tf.sum(tf.mul(means, tf.range(1, batch.answers + 1, 1, 'float32')));
  };
};

for (const [title, config] of Object.entries(CONFIGS)) {
  describe(`packed answers with ${title}`, () => {
    it('have the log-probabilities of unpacked ones', () => {
      const model = tinyModel(config);
      const rows = packedRows();
      expect(largestDifference(logProbs(model, rows), logProbs(model, unpacked(rows)))).toBeLessThan(1e-5);
      model.dispose();
    });

    for (const tape of ['one', 'blocks'] as const) {
      it(`have the loss and gradients of unpacked ones (${tape})`, () => {
        const model = tinyModel(config);
        const trainable = new Set(model.parameters.keys());
        const [packed, apart] = [packedRows(), unpacked(packedRows())].map((rows) =>
          lossAndGradients(model, makeBatch(rows, 64), objective(rows), trainable, { tape }),
        );
        expect(Math.abs(packed!.loss - apart!.loss)).toBeLessThan(1e-6);
        for (const [name, gradient] of packed!.gradients) {
          const wanted = apart!.gradients.get(name)!.dataSync<'float32'>();
          const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
          expect([name, largestDifference(gradient.dataSync(), wanted) < 2e-5 * scale + 1e-8]).toEqual([name, true]);
        }
        for (const { gradients } of [packed!, apart!]) tf.dispose([...gradients.values()]);
        model.dispose();
      });
    }

    it('do not see one another', () => {
      const model = tinyModel(config);
      const rows = packedRows();
      const changed = rows.map((row) => ({
        ...row,
        answers: row.answers.map((answer, k) => (k === 1 ? tokens(answer.length, 'other') : answer)),
      }));
      const owner = makeBatch(rows, 64).owner;
      const [before, after] = [logProbs(model, rows), logProbs(model, changed)];
      const untouched = [...owner.keys()].filter((i) => ![1, 4].includes(owner[i]!));
      expect(
        largestDifference(
          untouched.map((i) => before[i]!),
          untouched.map((i) => after[i]!),
        ),
      ).toBe(0);
      model.dispose();
    });
  });
}

it('a row does not depend on the rows beside it', () => {
  const model = tinyModel();
  const rows = unpacked(packedRows());
  const together = logProbs(model, rows);
  let at = 0;
  for (const row of rows) {
    const alone = logProbs(model, [row]);
    expect(largestDifference(alone, together.subarray(at, at + alone.length))).toBeLessThan(1e-5);
    at += alone.length;
  }
  model.dispose();
});

const row = fc.record({
  prompt: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
  answers: fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
});

describe('the layout', () => {
  it('selects for each answer token the cell that holds the token before it, at the position before its own', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const batch = makeBatch(rows, 64);
        const flat = rows.flatMap(({ prompt, answers }) => answers.map((answer) => ({ prompt, answer })));
        let n = 0;
        flat.forEach(({ prompt, answer }, owner) => {
          const whole = [...prompt, ...answer];
          answer.forEach((token, i) => {
            const cell = batch.select[n]!;
            expect([batch.targets[n], batch.owner[n], batch.ids[cell]]).toEqual([
              token,
              owner,
              whole[prompt.length + i - 1],
            ]);
            expect(batch.positions[cell]).toBe(prompt.length + i - 1);
            n++;
          });
        });
        expect([n, batch.answers]).toEqual([batch.targets.length, flat.length]);
      }),
    );
  });

  it('lets every token see its prompt and its own past, and nothing else', () => {
    fc.assert(
      fc.property(row, fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }), ({ prompt, answers }, window) => {
        const batch = makeBatch([{ prompt, answers }], 64);
        const { data } = attentionBias(batch, window);
        // oracle: segment and position by hand, cell by cell
        const cells = [
          ...prompt.map((_, i) => ({ segment: 0, position: i })),
          ...answers.flatMap((answer, k) => answer.map((_, i) => ({ segment: k + 1, position: prompt.length + i }))),
        ];
        cells.forEach((from, i) =>
          cells.forEach((to, j) => {
            const related = to.segment === from.segment || to.segment === 0;
            const visible =
              related && to.position <= from.position && from.position - to.position < (window ?? Infinity);
            expect([i, j, data[i * batch.columns + j] === 0]).toEqual([i, j, visible]);
          }),
        );
      }),
    );
  });

  it('refuses a row that is too long, and one without a prompt', () => {
    const invalid = expect.objectContaining({ code: 'INVALID_INPUT' });
    expect(() => makeBatch([{ prompt: [1, 2], answers: [[3], [4, 5]] }], 4)).toThrow(invalid);
    expect(() => makeBatch([{ prompt: [], answers: [[3]] }], 4)).toThrow(invalid);
  });

  it('buckets keep every item, and no bucket mixes lengths more than sorting would', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 8 }), (lengths, size) => {
        const buckets = bucketByLength(lengths, (n) => n, size);
        expect(buckets.flat()).toEqual(lengths.toSorted((a, b) => a - b));
        expect(buckets.every((bucket, i) => bucket.length === size || i === buckets.length - 1)).toBe(true);
      }),
    );
  });

  it('averages and adds per answer', () => {
    const batch = makeBatch(packedRows(), 64);
    const mean = perAnswer(batch, 'mean').arraySync();
    const sum = perAnswer(batch, 'sum').arraySync();
    expect(sum.map((weights) => weights.reduce((a, b) => a + b, 0))).toEqual([3, 6, 4, 2, 1, 5]);
    for (const weights of mean) expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  });
});
