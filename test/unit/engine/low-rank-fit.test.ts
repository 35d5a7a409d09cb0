// The nearest low-rank product: exact where the rank suffices, as good as the singular values allow where it does not.
import { afterAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { fitAdapter } from '#engine/formats/fit-adapter.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readAdapter, writeAdapter } from '#engine/formats/peft.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { LoraConfig } from '#engine/lora.ts';
import { lowRankFit } from '#engine/low-rank-fit.ts';
import { random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import { tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const normal = (rows: number, columns: number, seed: string): tf.Tensor2D => {
  const stream = random(seed);
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => stream.normal()),
    [rows, columns],
  );
};
const norm = (tensor: tf.Tensor): number => tf.tidy(() => tf.norm(tensor).dataSync()[0]!);

/** ‖D − A·B‖ / ‖D‖. */
const errorOf = (matrix: tf.Tensor2D, rank: number): number => {
  const { a, b } = lowRankFit(matrix, rank);
  const error = tf.tidy(() => norm(tf.sub(matrix, tf.matMul(a, b)))) / norm(matrix);
  tf.dispose([a, b]);
  return error;
};

describe('a low-rank fit', () => {
  it('is exact for a matrix of that rank, of less, and of nothing, and leaves no tensor', () => {
    const before = tf.memory().numTensors;
    const three = tf.tidy(() => tf.matMul<tf.Tensor2D>(normal(20, 3, 'a'), normal(3, 30, 'b')));
    expect(errorOf(three, 3)).toBeLessThan(1e-5);
    expect(errorOf(three, 8)).toBeLessThan(1e-5);
    const nothing = tf.zeros<tf.Rank.R2>([20, 30]);
    const { a, b } = lowRankFit(nothing, 4);
    expect([norm(a), norm(b)]).toEqual([0, 0]);
    tf.dispose([three, nothing, a, b]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves out no more than the singular values beyond the rank', () => {
    // a diagonal matrix has its diagonal as singular values
    const values = Array.from({ length: 12 }, (_, i) => 2 ** -i);
    const matrix = tf.tensor2d(values.map((value, i) => values.map((_, j) => (i === j ? value : 0))));
    const beyond = Math.hypot(...values.slice(4)) / Math.hypot(...values);
    expect(errorOf(matrix, 4)).toBeLessThan(1.01 * beyond);
    matrix.dispose();
  });
});

describe('what moved in the MLPs, as an adapter on the base', () => {
  const logitsOf = (model: LanguageModel): Float32Array => {
    const logits = model.logits(everyPosition(model, [tokens(6, 1, model.config.vocabSize)]));
    const values = Float32Array.from(logits.dataSync());
    logits.dispose();
    return values;
  };

  // GPT-2 calls an MLP matrix as one of its attention; Phi-3 stores gate and up as one tensor, with one A
  it.each([
    ['qwen2', ['q_proj'], ['q_proj', 'gate_proj', 'up_proj', 'down_proj']],
    ['gpt2', ['c_attn'], ['c_attn', 'c_fc', 'mlp.c_proj']],
    ['phi3', ['o_proj'], ['o_proj', 'gate_up_proj', 'down_proj']],
    ['opt', ['q_proj'], ['q_proj', 'fc1', 'fc2']],
  ])('is the model that moved: %s', (name, before, after) => {
    const base = join(ROOT, 'test/golden/models', name);
    const moved = loadModel(base);
    const still = logitsOf(moved);
    for (const [parameter, value] of moved.parameters)
      if (/\.(gate|up|down)\.w$/.test(parameter))
        tf.tidy(() => value.assign(tf.add(value, tf.mul(normal(value.shape[0], value.shape[1]!, parameter), 0.05))));
    const fitted = fitAdapter(base, moved, LoraConfig.parse({ rank: 64, targetModules: before }));
    expect([fitted.adapter.lora.config.targetModules, fitted.error < 1e-4]).toEqual([after, true]);
    writeAdapter(join(dir, name), fitted.adapter, 'base');
    const again = readAdapter(join(dir, name), loadModel(base));
    expect(largestDifference(logitsOf(again), logitsOf(moved))).toBeLessThan(1e-4);
    expect(largestDifference(logitsOf(moved), still)).toBeGreaterThan(1e-3);
    for (const one of [fitted, again, moved]) one.dispose();
  });
});
