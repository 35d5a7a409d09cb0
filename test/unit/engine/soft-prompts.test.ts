// Vectors before a prompt: a vector that is a word's own embedding computes what the word does, whatever the head; no
// answer holds one; they have the embeddings' spread; and points as SciPy draws them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inference } from '#engine/inference.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { Model } from '#engine/model.ts';
import { sobolPoints } from '#engine/sobol.ts';
import { SOFT_LENGTH, softened, softVectors } from '#engine/soft-prompts.ts';
import { useEngine } from '#test/support/engine.ts';
import { SMALL_BASE, smallPeople } from '#test/support/small-people.ts';

useEngine();

/** `scipy.stats.qmc.Sobol(10, scramble=False).random(9)` of SciPy 1.17.1. */
const SCIPY = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
  [0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75],
  [0.25, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.25, 0.25],
  [0.375, 0.375, 0.625, 0.875, 0.375, 0.125, 0.375, 0.875, 0.875, 0.625],
  [0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125],
  [0.625, 0.125, 0.875, 0.625, 0.625, 0.875, 0.125, 0.125, 0.125, 0.375],
  [0.125, 0.625, 0.375, 0.125, 0.125, 0.375, 0.625, 0.625, 0.625, 0.875],
  [0.1875, 0.3125, 0.9375, 0.4375, 0.5625, 0.3125, 0.4375, 0.9375, 0.9375, 0.3125],
];

describe('Sobol points', () => {
  it("are SciPy's where nothing is shifted", () => {
    expect(sobolPoints(9).map((point) => [...point])).toEqual(SCIPY);
  });

  it('have every coordinate once in each of 64 parts, shifted too, and repeat with their seed', () => {
    const points = sobolPoints(64, 'one');
    for (let k = 0; k < 10; k++) expect(new Set(points.map((point) => Math.floor(64 * point[k]!))).size).toBe(64);
    expect(sobolPoints(64, 'one')).toEqual(points);
    expect(sobolPoints(64, 'two')).not.toEqual(points);
  });
});

describe('soft prompts', () => {
  let model: Model;
  let words: number[];
  let table: Float32Array;
  beforeAll(() => {
    model = loadModel(SMALL_BASE);
    words = model.tokenizer.encode(' Where was somebody born');
    table = model.weights('embed.w').dataSync<'float32'>().slice();
  });
  afterAll(() => model.dispose());
  const question = { prompt: ` ${smallPeople.subjects[0]!.records[0]!.question}`, begin: '' };

  it('compute what words do whose embeddings they are', () => {
    const size = model.config.embedSize;
    const own = Float32Array.from(words.flatMap((id) => [...table.subarray(id * size, (id + 1) * size)]));
    const soft = softened(model, own);
    expect(soft.ids).toEqual(words.map((_, i) => model.config.vocabSize + i));
    const [bySoft, byWords] = [inference(soft.model), inference(model)];
    const said = bySoft.continued([{ ...question, before: soft.ids }], 12);
    expect(said).toEqual(byWords.continued([{ ...question, before: words }], 12));
    expect(said).not.toEqual(byWords.continued([question], 12));
    expect(bySoft.outlooks([{ ...question, before: soft.ids }])).toEqual(
      byWords.outlooks([{ ...question, before: words }]),
    );
    soft.model.dispose();
    expect(byWords.continued([question], 1)).toHaveLength(1); // the model itself is still there
  });

  it("have the embeddings' spread, and differ", () => {
    const vectors = softVectors(model, 8, 'one');
    expect(vectors).toHaveLength(8 * SOFT_LENGTH * model.config.embedSize);
    const spread = (of: Float32Array) => {
      const mean = of.reduce((sum, x) => sum + x, 0) / of.length;
      return Math.sqrt(of.reduce((sum, x) => sum + (x - mean) ** 2, 0) / of.length);
    };
    expect(spread(vectors) / spread(table)).toBeCloseTo(1, 1);
    expect(softVectors(model, 8, 'one')).toEqual(vectors);
    expect(softVectors(model, 8, 'two')).not.toEqual(vectors);
  });
});
