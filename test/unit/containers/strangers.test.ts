// Rows about a stranger: the name replaced whole and in parts, tokens outside it paired with their like, other values
// in the value's place; and what cannot be swapped.
import { describe, expect, it } from '@jest/globals';
import { examplesOf } from '#containers/examples.ts';
import { strangersOf } from '#containers/strangers.ts';
import { makePeople } from '#datasets/people.ts';
import { answerOf, promptOf, spanOf } from '#datasets/suite-shape.ts';
import { tinyModel, useEngine } from '#test/support/engine.ts';

useEngine();

const suite = makePeople({ subjects: 2, whitening: 8, stop: 2, gate: 2, facts: 2, unknown: 2 });
const person = suite.subjects[0]!;
const refusals = suite.refusals.slice(0, 3).map((line) => answerOf(line, suite));
const sources = { suite, refusals };

describe('rows of a person of the suite', () => {
  const model = () => tinyModel();

  it('are paired token by token outside the name', () => {
    const texts = model();
    const swaps = strangersOf(texts, person.records, sources);
    expect(swaps).toHaveLength(person.records.length);
    const strangers = swaps[0]!.length;
    expect(strangers).toBeGreaterThan(0);
    for (const [r, byStranger] of swaps.entries()) {
      expect(byStranger).toHaveLength(strangers);
      for (const { own, others, refused, nameStart } of byStranger) {
        const [example] = examplesOf(texts, [person.records[r]!]);
        expect([own.prompt, own.answer]).toEqual([example!.prompt, example!.answer]);
        for (const { answer, swap } of [own, ...others, ...refused])
          for (const [here, there] of swap.outside) expect(swap.answer[there]).toBe(answer[here]);
        expect(refused).toHaveLength(2);
        expect(nameStart.own).toBe(own.answer[0]); // every answer of the suite begins with the name
      }
    }
    texts.dispose();
  });

  it('carry other values of the kind in the value’s place, and never the person’s own', () => {
    const texts = model();
    const [first] = strangersOf(texts, person.records, sources);
    const { tokenizer } = texts;
    const said = first![0]!.others.map(({ answer }) => tokenizer.decode(answer));
    expect(said).toHaveLength(2);
    for (const text of said) expect(text).not.toContain(person.records[0]!.value!.text);
    texts.dispose();
  });

  it('name nobody that they did not name before', () => {
    const texts = model();
    const swaps = strangersOf(texts, person.records, sources);
    const names = person.name.split(' ');
    for (const [{ own }] of swaps.map((row) => [row[0]!] as const)) {
      const text = texts.tokenizer.decode(own.swap.prompt) + texts.tokenizer.decode(own.swap.answer);
      for (const part of names) expect(text.split(/[^\p{L}]+/u)).not.toContain(part);
    }
    texts.dispose();
  });
});

it('a row whose person the suite does not name cannot be swapped', () => {
  const texts = tinyModel();
  const answer = ' Nobody Known lives here.';
  const row = { prompt: promptOf('Where?'), answer, value: spanOf(answer, 'here') };
  expect(() => strangersOf(texts, [row], sources)).toThrow(
    expect.objectContaining({ code: 'METHOD_CONFIG', message: expect.stringContaining('does not name') as unknown }),
  );
  texts.dispose();
});

it('without a stranger whose name has as many parts nothing can be swapped', () => {
  const texts = tinyModel();
  const one = {
    ...suite,
    controls: { ...suite.controls, whitening: suite.controls.whitening.map((who) => ({ ...who, name: 'Ada' })) },
  };
  expect(() => strangersOf(texts, person.records, { suite: one, refusals })).toThrow(
    expect.objectContaining({ code: 'METHOD_CONFIG' }),
  );
  texts.dispose();
});
