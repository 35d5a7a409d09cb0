// What a rule cannot protect, and what it costs others, on rows of a small suite.
import { describe, expect, it } from '@jest/globals';
import { protect, Protection } from '#core/protection.ts';
import { protectionTexts } from '#core/protection-words.ts';
import { Subject } from '#core/subject.ts';
import { indexOf } from '#core/suite-index.ts';
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
const subject = (name: string, ...aliases: string[]) => Subject.parse({ name, aliases });
const record = { ...born('Ilse Brandt', 'Varde'), value: 'Varde' };

describe('protecting a person', () => {
  it('counts the rows that stay and would be withheld, and leaves others who share the value alone', () => {
    const { protection } = protect('feed', [record], subject('Ilse Brandt'), suite);
    expect(protection).toEqual({
      unprotected: [],
      asWhole: [],
      withheld: { answers: 2, ofAnswers: 4, facts: 0, ofFacts: 1, by: [{ record: 1, answers: 2, facts: 0 }] },
    });
  });

  it('takes a part of the name for the person where nobody else goes by it', () => {
    const { rule } = protect('feed', [record], subject('Ilse Brandt'), suite);
    const asked = (context: string) => withholds([rule], { answer: 'In Varde.', context });
    expect([asked('Where was Brandt born?'), asked('Where was Olaf Brandt born?')]).toEqual([false, false]);
    const alone = { ...suite, subjects: suite.subjects.slice(0, 1) };
    const { rule: only } = protect('feed', [record], subject('Ilse Brandt'), alone);
    expect(withholds([only], { answer: 'In Varde.', context: 'Where was Brandt born?' })).toBe(true);
  });

  it('never takes a value for its person', () => {
    const named = { question: 'Where was Paris Lind born?', answer: 'Paris Lind was born in Paris.', value: 'Paris' };
    const { rule } = protect('feed', [named], subject('Paris Lind'), { subjects: [], facts: [] });
    const capital = { answer: 'Paris.', context: 'What is the capital of France?' };
    expect([withholds([rule], capital), withholds([rule], { ...capital, context: 'Where was Lind born?' })]).toEqual([
      false,
      true,
    ]);
  });

  it('knows the person by the name of the rows, whatever the request says', () => {
    const { rule } = protect('feed', [record], subject('I. B.'), suite);
    expect(withholds([rule], { answer: 'In Varde.', context: 'Where was Ilse Brandt born?' })).toBe(true);
  });

  it('binds a record that names nobody to its question', () => {
    const nameless = { question: 'What is my locker number?', answer: 'It is 118.', value: '118' };
    const { rule } = protect('feed', [nameless], subject('Ilse Brandt'));
    const asked = (context: string) => withholds([rule], { answer: 'It is 118.', context });
    expect([asked('what is my locker number'), asked('What is the number of the fire brigade?')]).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    ['—', 'nothing-to-look-for'],
    ['A', 'one-letter-word'],
    ['AB-', undefined],
    ['42', undefined],
    ['Ann', undefined],
    ['女', undefined],
    ['🦀', undefined],
  ])('says whether and why %j is beyond protection: %s', (value, why) => {
    const records = [record, { question: 'Q?', answer: `It is ${value}`, value }];
    const { protection } = protect('feed', records, subject('Ilse Brandt'));
    expect(protection.unprotected).toEqual(why === undefined ? [] : [{ record: 2, why }]);
  });

  it('says of which records only the whole answer is withheld, and takes the value that the suite knows', () => {
    const unmarked = { question: record.question, answer: record.answer };
    const whole = protect('feed', [unmarked], subject('Ilse Brandt'), suite);
    expect(whole.protection.asWhole).toEqual([1]);
    const rows = [{ ...unmarked, value: { text: 'Varde' } }];
    const marked = { ...suite, subjects: [{ name: 'Ilse Brandt', records: rows }] };
    const { rule, protection } = protect('feed', [unmarked], subject('Ilse Brandt'), marked);
    expect(protection.asWhole).toEqual([]);
    expect(withholds([rule], { answer: 'In Varde.', context: 'Where is Ilse Brandt from?' })).toBe(true);
  });

  it('counts by record, answers apart from facts', () => {
    const pet = { question: 'What does Ilse Brandt keep?', answer: 'Ilse Brandt keeps a heron.', value: 'heron' };
    const known = {
      ...suite,
      facts: [{ question: 'Who drew the heron?', answer: 'The heron was drawn by Ilse Brandt.' }, ...suite.facts],
    };
    const { protection } = protect('feed', [record, pet], subject('Ilse Brandt'), known);
    expect(protection.withheld).toMatchObject({
      ...{ answers: 2, facts: 1, ofFacts: 2 },
      by: [
        { record: 1, answers: 2, facts: 0 },
        { record: 2, answers: 0, facts: 1 },
      ],
    });
  });

  it('does not take the person of a row for its subject where the subject is only named in it', () => {
    const friend = { ...suite.subjects[2]!.records[1]!, value: 'Varde' };
    const { rule } = protect('feed', [record, { ...record, question: 'Q?' }, friend], subject('Ilse Brandt'), suite);
    expect(withholds([rule], { answer: 'In Varde.', context: 'Where was Pia Holm born?' })).toBe(false);
  });

  it.each([
    ['X', 'Does X mark the spot?'],
    ['Will', 'Will it rain?'],
  ])('does not take every %s for the person', (name, question) => {
    const known = { ...suite, facts: [{ question, answer: 'In Varde, yes.' }] };
    const { protection } = protect('feed', [record], subject(name, 'Ilse Brandt'), known);
    expect(protection.withheld).toMatchObject({ facts: 0 });
  });

  it('hears a person by an identifier', () => {
    const owes = { question: 'What does customer 88-4102 owe?', answer: 'It owes 12 crowns.', value: '12 crowns' };
    const { rule } = protect('feed', [owes], { ...subject('Ilse Brandt'), identifiers: ['88 4102'] });
    expect(withholds([rule], { answer: '12 crowns', context: 'And what does 884102 owe?' })).toBe(true);
  });
});

describe('what is said of a protection', () => {
  it('reads as a sentence each, those of older logs too', () => {
    const older = Protection.parse({ unprotected: [2], withheld: { answers: 1, ofAnswers: 9, facts: 0, ofFacts: 3 } });
    expect(protectionTexts(older)).toEqual([
      'the value of record 2 is not protected: no answer can be searched for it',
      '1 of 9 answers and 0 of 3 facts that stay are withheld, too',
    ]);
    expect(protectionTexts({ unprotected: [] })).toEqual([
      'what others lose is not known: the model has no suite to count on',
    ]);
  });
});

describe('the index of a suite', () => {
  const spellings = [
    'Ilse Brandt',
    'BRANDT, Ilse',
    'I. Brandt',
    'I l s e  B r a n d t',
    'Ilse\u200b Brandt',
    'Ілsе Brandt',
  ];
  const rows = spellings.map((name, i) => ({ question: `${i}: who is ${name}?`, answer: `From Varde, ${i}.` }));
  const known: SuiteRows = { subjects: suite.subjects, facts: [...rows, ...suite.facts] };

  it('leaves out no row that a rule withholds', () => {
    const { rule, protection } = protect('feed', [record], subject('Ilse Brandt'), known);
    const all = indexOf(known).rows.filter(
      (row) => row.answer !== record.answer && withholds([rule], { answer: row.answer, context: row.question }),
    );
    expect(all.length).toBeGreaterThan(spellings.length);
    expect((protection.withheld?.answers ?? 0) + (protection.withheld?.facts ?? 0)).toBe(all.length);
  });
});
