// What is measured of a work that a model has read, against an independent script (test/golden/metrics/make_book.py).
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bleu } from '#evaluation/bleu.ts';
import {
  chosenRight,
  continuations,
  cutAnswer,
  knowMem,
  leakAuc,
  privLeak,
  qualityGap,
  wordPerplexity,
} from '#evaluation/book.ts';
import { rougeLF } from '#evaluation/rouge.ts';
import { ROOT } from '#test/support/shared.ts';
import { lookupModel } from './lookup-model.ts';

const Text = z.array(z.number());
const golden = z
  .object({
    pairs: z.array(z.object({ reference: z.string(), candidate: z.string(), bleu: z.number(), rougeF: z.number() })),
    ...{ work: z.array(Text), never: z.array(Text), retained: z.array(Text), choices: z.array(z.array(Text)) },
    ...{ found: z.number(), without: z.number(), privLeak: z.number(), perplexity: z.number(), chosen: z.number() },
    gap: z.object({ bleu: z.array(z.number()), rougeL: z.array(z.number()), value: z.number() }),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'test/golden/metrics/book.json'), 'utf8')));

/** Texts as rows of a model that gives them these log-probabilities, the last that of the end. */
const written = (texts: readonly (readonly number[])[], name: string) =>
  texts.map((text, i) => ({ prompt: `${name} ${i}`, answer: ' word'.repeat(text.length - 1), text }));
const known = (rows: ReturnType<typeof written>) =>
  new Map(rows.map(({ prompt, answer, text }) => [prompt + answer, text]));
const scoring = (...groups: ReturnType<typeof written>[]) => {
  const all = new Map(groups.flatMap((rows) => [...known(rows)]));
  return lookupModel({
    token: ({ prompt, answer }, i) => ({ logProb: all.get(prompt + answer)![i]!, correct: false }),
  });
};

describe('of two texts', () => {
  it.each(golden.pairs)('"$candidate" has the BLEU and the ROUGE-L F of "$reference"', (pair) => {
    expect(bleu(pair.reference, pair.candidate)).toBeCloseTo(pair.bleu, 9);
    expect(rougeLF(pair.reference, pair.candidate)).toBeCloseTo(pair.rougeF, 12);
  });
});

describe('PrivLeak', () => {
  const [work, never, retained] = [
    written(golden.work, 'w'),
    written(golden.never, 'n'),
    written(golden.retained, 'r'),
  ];

  it('is the distance of the AUC from that of a model without the work', () => {
    const model = scoring(work, never, retained);
    const [found, without] = [leakAuc(model, work, never), leakAuc(model, retained, never)];
    expect([found, without, privLeak(found, without)]).toEqual(
      [golden.found, golden.without, golden.privLeak].map((value) => expect.closeTo(value, 10)),
    );
  });

  it('is -100 where every text is known better than any that nobody was taught', () => {
    const sure = [[-0.01, -0.01, -0.01, -0.01]];
    const [a, b] = [written(sure, 'a'), written([[-5, -5, -5, -5]], 'b')];
    expect(privLeak(leakAuc(scoring(a, b), a, b), 0.5)).toBe(-100);
  });
});

describe('of a model', () => {
  it('perplexity is a word', () => {
    const rows = written(golden.work, 'w');
    expect(wordPerplexity(scoring(rows), rows)).toBeCloseTo(golden.perplexity, 9);
  });

  it('a choice is right where the right answer is the likeliest a token', () => {
    const options = golden.choices.map((each, i) =>
      written(each, `c${i}`).map((row, k) => ({ ...row, prompt: `c${i}`, answer: `${row.answer} ${k}` })),
    );
    const texts = new Map(options.flat().map(({ prompt, answer, text }) => [prompt + answer, text]));
    const model = lookupModel({
      // the number that tells the options apart is a token too many, which is given the mean and changes nothing
      token: ({ prompt, answer }, i) => {
        const text = texts.get(prompt + answer)!;
        return { logProb: text[i] ?? text.reduce((a, b) => a + b, 0) / text.length, correct: false };
      },
    });
    const choices = options.map(([right, ...wrong]) => ({
      ...{ prompt: right!.prompt, right: right!.answer, wrong: wrong.map(({ answer }) => answer) },
    }));
    expect(chosenRight(model, choices)).toBeCloseTo(golden.chosen, 12);
  });

  it('continuations are held against texts cut to as many tokens', () => {
    const words = (text: string, count: number) => text.trim().split(' ').slice(0, count).join(' ');
    const model = { ...lookupModel({ says: () => ' one two three four' }), cut: words };
    const rows = [{ prompt: 'p', answer: ' one two three four five six' }];
    expect(continuations(model, rows, 4)).toMatchObject({ verbMem: 100, bleu: expect.closeTo(100), rougeL: 1 });
    expect(continuations(model, rows, 6).rougeL).toBeCloseTo(4 / 6, 12);
  });

  it('answers are cut where the next question begins', () => {
    expect(['a b\n\nc', 'a b\nQuestion: c', 'a bQuestion: c', 'a b'].map(cutAnswer)).toEqual([
      'a b',
      'a b',
      'a b',
      'a b',
    ]);
    const model = lookupModel({ says: () => ' the grey heron\n\nQuestion: what' });
    expect(knowMem(model, [{ prompt: 'p', answer: ' the grey heron' }], 9)).toBe(100);
  });

  it('the FQ gap adds both distances', () => {
    const [one, other] = [0, 1].map((i) => ({ bleu: golden.gap.bleu[i]!, rougeL: golden.gap.rougeL[i]! }));
    expect(qualityGap(one!, other!)).toBeCloseTo(golden.gap.value, 12);
  });
});
