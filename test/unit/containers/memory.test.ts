// What a job is planned to take follows its texts and settings, is said in one line, and a job that does not fit ends
// before a weight is read.
import { describe, expect, it } from '@jest/globals';
import {
  evaluationRun,
  holdToMemory,
  partsThatFit,
  trainingRun,
  unlearningParts,
  unlearningRun,
} from '#containers/memory.ts';
import { planMemory } from '#engine/memory-plan.ts';
import { parameterCount } from '#engine/model.ts';
import { configured } from '#unlearning/methods.ts';
import { tinyConfig, tinyTokenizer } from '#test/support/engine.ts';

const config = tinyConfig();
const rows = [
  { prompt: 'the cat', answer: ' sat' },
  { prompt: 'the mat', answer: ' sat on the cat' },
];
const texts = { config, tokenizer: tinyTokenizer(), rows, backend: 'tensorflow' };
const item = (run: Parameters<typeof planMemory>[0], name: string) =>
  planMemory(run, 1e12).items.find((one) => one.name === name)!.bytes;

const FLAT = configured('flat', {});

describe('the memory plan of a job', () => {
  it('has as many answer tokens as its batch predicts: refusals too where they are packed', () => {
    const answer = tinyTokenizer().encode(' sat on the cat').length + 1;
    const refusal = tinyTokenizer().encode(' no no no').length + 1;
    expect(trainingRun(texts, 48).batch).toMatchObject({ rows: 2, answerTokens: 2 * answer });
    expect(unlearningRun(texts, [' no no no'], FLAT).batch).toMatchObject({
      rows: 2,
      answerTokens: 2 * (answer + refusal),
    });
  });

  it('counts a reference model for the methods that need one, and for a comparison', () => {
    const weights = 4 * parameterCount(config);
    expect(item(unlearningRun(texts, [' no'], configured('npo', {})), 'reference')).toBe(weights);
    expect(item(unlearningRun(texts, [' no'], FLAT), 'reference')).toBe(0);
    expect(item(evaluationRun(texts, true), 'reference')).toBe(weights);
    expect(item(evaluationRun(texts, false), 'reference')).toBe(0);
  });

  it('follows what moves, by which optimiser, through which projection', () => {
    const run = (update: object) => unlearningRun(texts, [' no'], configured('flat', { update }));
    expect(item(run({ trainable: 'all' }), 'gradients')).toBe(4 * parameterCount(config));
    expect(item(run({ trainable: 'mlp-down' }), 'gradients')).toBeLessThan(item(run({}), 'gradients'));
    expect(item(run({}), 'optimiser')).toBe(0);
    expect(item(run({ optimizer: 'adamw' }), 'optimiser')).toBe(2 * item(run({}), 'gradients'));
    expect(item(run({ projection: 'none' }), 'projections')).toBe(0);
    expect(item(run({}), 'projections')).toBeGreaterThan(0);
  });

  it('counts what is trained further for a moment: kept beside, and with moments of its own', () => {
    const of = (run: Parameters<typeof planMemory>[0]) =>
      ['gradients', 'kept weights', 'inner optimiser'].map((name) => item(run, name));
    const [mlp] = of(unlearningRun(texts, [' no'], FLAT));
    expect(of(unlearningRun(texts, [' no'], FLAT))).toEqual([mlp, 0, 0]);
    expect(of(unlearningRun(texts, [' no'], configured('flat-lasting', {})))).toEqual([mlp, mlp, 2 * mlp!]);
    expect(of(evaluationRun(texts, false, 'mlp'))).toEqual([mlp, mlp, 2 * mlp!]);
    expect(of(evaluationRun(texts, false))[1]).toBeGreaterThan(mlp!);
    // small enough for copies side by side, with weights, gradients and moments each
    expect(item(evaluationRun(texts, false), 'copies')).toBeGreaterThan(128e6);
    expect(item(unlearningRun(texts, [' no'], FLAT), 'copies')).toBe(0);
    expect(item(unlearningRun(texts, [' no'], configured('flat-lasting', {})), 'copies')).toBeGreaterThan(128e6);
    expect(item(unlearningRun(texts, [' no'], configured('whp', {})), 'copies')).toBe(0);
  });

  it('takes as much of a batch at once as fits, and is refused where not one row does', () => {
    const many = { ...texts, rows: Array.from({ length: 40 }, () => rows[1]!) };
    const runOf = (count: number) => trainingRun(many, count);
    const whole = planMemory(runOf(40), 1e12).total;
    const total = (count: number) => planMemory({ ...runOf(count), tape: 'blocks' }, 1e12).total;
    const said: string[] = [];
    const fitting = (available: number) => partsThatFit(runOf, 40, (line) => said.push(line), available);
    expect(fitting(whole)).toEqual({});
    for (const count of [40, 20, 5, 1]) {
      expect(total(count)).toBeLessThan(whole);
      expect(fitting(total(count))).toEqual({ rowsAtOnce: count, tape: 'blocks' });
      expect(said.at(-1)).toMatch(`: fits, block by block, ${count} of 40 rows at once`);
    }
    expect(() => fitting(total(1) - 1)).toThrow(expect.objectContaining({ code: 'MEMORY_PLAN' }));
  });

  it('splits the batch of an unlearning run too; the logits of all its rows stay', () => {
    const many = { ...texts, rows: Array.from({ length: 40 }, () => rows[1]!) };
    const runOf = (count?: number) => unlearningRun(many, [' no'], FLAT, count);
    expect(runOf().batch.rows).toBe(20);
    expect(unlearningRun(many, [' no'], configured('flat', { loss: { batchSize: 7 } })).batch.rows).toBe(7);
    const part = (count: number) => ({ ...runOf(count), tape: 'blocks' }) as const;
    const [answers, vocabulary] = [runOf().batch.answerTokens, config.vocabSize];
    expect(item(runOf(), 'logits')).toBe(4 * 2.5 * answers * vocabulary);
    expect(item(part(10), 'logits')).toBe(item(runOf(), 'logits'));
    expect(item(part(20), 'logits')).toBe(item(runOf(), 'logits'));
    expect(item(part(5), 'activations')).toBeLessThan(item(part(20), 'activations') / 3);
    const available = planMemory(part(5), 1e12).total;
    expect(unlearningParts(many, [' no'], FLAT, undefined, available)).toEqual({
      rowsAtOnce: 5,
      tape: 'blocks',
    });
  });

  it('is said whether or not it fits, and refused where it does not', () => {
    const said: string[] = [];
    const run = trainingRun(texts, 2);
    holdToMemory(run, (line) => said.push(line), 1e12);
    expect(() => holdToMemory(run, (line) => said.push(line), 1e6)).toThrow(
      expect.objectContaining({ code: 'MEMORY_PLAN' }),
    );
    expect(said).toEqual([expect.stringMatching(/: fits$/), expect.stringMatching(/ of 1 MB: does not fit$/)]);
  });
});
