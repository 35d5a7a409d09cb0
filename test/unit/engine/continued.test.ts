// Answers that are begun for a model: what it adds is what it would add to the same tokens, and what it is about to say
// is told apart by the prompt.
import { expect, it } from '@jest/globals';
import { generate } from '#engine/generate.ts';
import { inference } from '#engine/inference.ts';
import { tinyModel, useEngine } from '#test/support/engine.ts';

useEngine();

const BEGUN = [
  { prompt: 'the cat', begin: ' sat' },
  { prompt: 'the mat', begin: '' },
];

it('goes on from the beginning that it is given, and counts only what it adds', () => {
  const model = tinyModel();
  const { tokenizer } = model;
  const prompts = BEGUN.map(({ prompt, begin }) => [...tokenizer.encode(prompt), ...tokenizer.encode(begin)]);
  const plain = generate(model, prompts, { maxTokens: 5 });
  const continued = inference(model).continued(BEGUN, 5);
  expect(continued).toEqual(
    plain.map(({ ids, logProbs, ended }, i) => ({
      answer: tokenizer.decode([...tokenizer.encode(BEGUN[i]!.begin), ...ids]),
      ...{ logProbs, ended },
    })),
  );
  expect(continued[0]!.answer.startsWith(' sat')).toBe(true);
  model.dispose();
});

it('gives outlooks in the order of the prompts, the same for the same prompt', () => {
  const model = tinyModel();
  const [a, b, c] = inference(model).outlooks([BEGUN[0]!, { prompt: 'the mat on the mat', begin: '' }, BEGUN[0]!]);
  expect(a).toHaveLength(model.config.vocabSize);
  expect(Array.from(c!)).toEqual(Array.from(a!));
  expect(Array.from(b!)).not.toEqual(Array.from(a!));
  expect(Math.abs(a!.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-2);
  model.dispose();
});
