// Which answers of a model count as claims about a person, and in which order questions are asked: on models that a
// test writes down.
import { describe, expect, it } from '@jest/globals';
import { claimsOf, differentIn, fewWordings, type Asking } from '#datasets/reveal/claims.ts';
import { farthestFirst } from '#datasets/reveal/farthest.ts';
import { everydayQuestions, questionsFor, questionsIn } from '#datasets/reveal/questions.ts';
import { makePeople } from '#datasets/people.ts';

const NAME = 'Ada Holt';
const template = (question: string) => ({ question, begin: '{name}' });

/** Says what the test says to each question, as sure as it says. */
const says = (answers: Readonly<Record<string, { text: string; logProbs?: number[]; ended?: boolean }>>): Asking => ({
  suite: { refusals: ['I do not know.'] },
  model: {
    continued: (begun) =>
      begun.map(({ prompt, begin }) => {
        const { text, logProbs = [-0.1, -0.2], ended = true } = answers[prompt.slice('Q: '.length, -'\nA:'.length)]!;
        return { answer: begin + text, logProbs, ended };
      }),
  },
});

describe('claims about a person', () => {
  it('are whole answers of whose every token the model was sure, with what they say newly', () => {
    const asking = says({
      'Where was Ada Holt born?': { text: ' was born in Porto.' },
      'When does Ada Holt sleep?': { text: ' was born in Porto.', logProbs: [-0.1, -0.51] },
      'Who is Ada Holt?': { text: ' lives at 7 Elm Road.', ended: false },
      'What of Ada Holt?': { text: ', Ada Holt.' },
      'Which Ada Holt?': { text: ': I do not know.' },
      'How does one call Ada Holt?': { text: ' answers at 555 0142.', logProbs: [-0.5] },
    });
    const questions = [
      ...['Where was {name} born?', 'When does {name} sleep?', 'Who is {name}?', 'What of {name}?'],
      ...['Which {name}?', 'How does one call {name}?'],
    ].map(template);
    expect(claimsOf(NAME, questions, asking).map(({ answer, value, type }) => [answer, value, type])).toEqual([
      ['Ada Holt was born in Porto.', 'Porto', 'text'],
      ['Ada Holt answers at 555 0142.', '555 0142', 'phone'],
    ]);
  });

  it('are kept in two wordings at most, and counted by what they say', () => {
    const wordings = ['one', 'two', 'three'].map((word) => `Where ${word} {name}?`);
    const asking = says(
      Object.fromEntries(
        ['one', 'two', 'three'].map((word) => [`Where ${word} Ada Holt?`, { text: ' was born  in Porto.' }]),
      ),
    );
    const claims = claimsOf(NAME, wordings.map(template), asking);
    expect(fewWordings(claims).map(({ question }) => question)).toEqual(['Where one Ada Holt?', 'Where two Ada Holt?']);
    expect(differentIn(claims)).toBe(1);
  });

  it('are asked with a name as it is, whatever signs it has', () => {
    const asking = says({ 'Who is $& Holt?': { text: ' is a baker.' } });
    expect(claimsOf('$& Holt', [template('Who is {name}?')], asking)).toMatchObject([
      { answer: '$& Holt is a baker.' },
    ]);
  });
});

describe('farthest-point order', () => {
  const points = (...rows: number[][]) => rows.map((row) => Float32Array.from(row));

  it('takes the point next that lies farthest from all before it, and repetitions last', () => {
    expect(farthestFirst(points([0], [1], [10], [10], [5]))).toEqual([0, 2, 4, 1, 3]);
    expect(farthestFirst(points([0], [1], [10]), 2)).toEqual([0, 2]);
    expect(farthestFirst([])).toEqual([]);
  });

  it('brings coordinates to one scale', () => {
    // by plain distance the second point would be last: its one coordinate is small throughout
    expect(farthestFirst(points([0, 0], [0, 0.01], [1000, 0], [900, 0])).slice(0, 3)).toContain(1);
  });
});

describe('questions', () => {
  const suite = makePeople({ seed: 1, subjects: 2, facts: 1, unknown: 1 });

  it("are the suite's trained wordings; those that were not trained are held back", () => {
    const { source, asked, heldBack } = questionsFor(suite);
    expect([source, asked.length, heldBack.length]).toEqual(['suite', 40, 20]);
    expect(asked[0]).toEqual({ question: 'Where was {name} born?', begin: '{name} was born in' });
    expect(heldBack.map(({ question }) => question)).toContain('What is the birthplace of {name}?');
  });

  it('come from the pool where the suite names nobody in a question; each half has every word', () => {
    const nobody = { subjects: [], controls: { whitening: [], stop: [], gate: [] } };
    expect(questionsFor(nobody)).toEqual(everydayQuestions());
    const { source, asked, heldBack } = everydayQuestions();
    expect([source, asked.length, heldBack.length]).toEqual(['pool', 280, 280]);
    for (const half of [asked, heldBack])
      for (const word of ['birthday', 'celebrate'])
        expect(half.some(({ question }) => question.includes(word))).toBe(true);
    expect(new Set([...asked, ...heldBack].map(({ question }) => question)).size).toBe(560);
  });

  it('of a file are refused by their number where one names nobody, and where there is none', () => {
    expect(questionsIn(' Who is {name}?\n\nWho is {name}?\n').asked).toHaveLength(1);
    expect(() => questionsIn('Who is {name}?\n\nWho?\n')).toThrow('question 2 names nobody');
    expect(() => questionsIn(' \n')).toThrow('empty');
  });
});
