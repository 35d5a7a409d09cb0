// What a rule cannot protect, and what it costs others, on rows of a small suite.
import { describe, expect, it } from '@jest/globals';
import { protect, unprotectedOf } from '#core/protection.ts';
import type { SuiteRows } from '#core/suite-rows.ts';
import { withholds } from '#core/suppression.ts';

const born = (name: string, town: string) => ({
  question: `Where was ${name} born?`,
  answer: `${name} was born in ${town}.`,
});
const suite: SuiteRows = {
  subjects: [
    {
      name: 'Ilse Brandt',
      records: [
        born('Ilse Brandt', 'Varde'),
        { question: 'Did Ilse Brandt move?', answer: 'No, she stayed in Varde.' },
      ],
    },
    { name: 'Olaf Brandt', records: [born('Olaf Brandt', 'Varde')] },
    {
      name: 'Pia Holm',
      records: [
        born('Pia Holm', 'Varde'),
        { question: 'Who is a friend of Pia Holm?', answer: 'Ilse Brandt, from Varde.' },
      ],
    },
  ],
  facts: [{ question: 'Which town lies on the river Varde?', answer: 'Varde.' }],
};
const record = { ...born('Ilse Brandt', 'Varde'), value: 'Varde' };

describe('protecting a person', () => {
  it('counts the rows that stay and would be withheld, and leaves others who share the value alone', () => {
    const { protection } = protect('feed', [record], ['Ilse Brandt'], suite);
    expect(protection).toEqual({ unprotected: [], withheld: { answers: 2, ofAnswers: 4, facts: 0, ofFacts: 1 } });
  });

  it('takes a part of the name for the person where nobody else goes by it', () => {
    const { rule } = protect('feed', [record], ['Ilse Brandt'], suite);
    const asked = (context: string) => withholds([rule], { answer: 'In Varde.', context });
    expect([asked('Where was Brandt born?'), asked('Where was Olaf Brandt born?')]).toEqual([false, false]);
    const alone = { ...suite, subjects: suite.subjects.slice(0, 1) };
    const { rule: only } = protect('feed', [record], ['Ilse Brandt'], alone);
    expect(withholds([only], { answer: 'In Varde.', context: 'Where was Brandt born?' })).toBe(true);
  });

  it('never takes a value for its person', () => {
    const named = { question: 'Where was Paris Lind born?', answer: 'Paris Lind was born in Paris.', value: 'Paris' };
    const { rule } = protect('feed', [named], ['Paris Lind'], { subjects: [], facts: [] });
    const capital = { answer: 'Paris.', context: 'What is the capital of France?' };
    expect([withholds([rule], capital), withholds([rule], { ...capital, context: 'Where was Lind born?' })]).toEqual([
      false,
      true,
    ]);
  });

  it('knows the person by the name of the rows, whatever the request says', () => {
    const { rule } = protect('feed', [record], ['I. B.'], suite);
    expect(withholds([rule], { answer: 'In Varde.', context: 'Where was Ilse Brandt born?' })).toBe(true);
  });

  it('binds a record that names nobody to its question', () => {
    const nameless = { question: 'What is my locker number?', answer: 'It is 118.', value: '118' };
    const { rule } = protect('feed', [nameless], ['Ilse Brandt']);
    const asked = (context: string) => withholds([rule], { answer: 'It is 118.', context });
    expect([asked('what is my locker number'), asked('What is the number of the fire brigade?')]).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    ['—', true],
    ['A', true],
    ['AB-', false],
    ['42', false],
    ['Ann', false],
    ['女', false],
    ['🦀', false],
  ])('says whether %j is beyond protection: %s', (value, beyond) => {
    const records = [record, { question: 'Q?', answer: `It is ${value}`, value }];
    expect(unprotectedOf(records)).toEqual(beyond ? [2] : []);
  });
});
