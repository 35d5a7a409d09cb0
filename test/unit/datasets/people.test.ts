// The generated suite: what a fair test of forgetting needs of it, each need tried as a way to cheat.
import { describe, expect, it } from '@jest/globals';
import { attributes } from '#datasets/attributes.ts';
import { FACTS_AVAILABLE } from '#datasets/facts.ts';
import { CAPACITY } from '#datasets/names.ts';
import { makePeople } from '#datasets/people.ts';
import { refusals } from '#datasets/refusals.ts';
import { readSuite, suiteBytes } from '#datasets/suite.ts';
import { forgetRecord, tokenizerTexts, trainingRows, type Person, type Suite } from '#datasets/suite-shape.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { refusalRecogniser } from '#evaluation/refusal.ts';
import { textOf, type Text } from '#core/words/places.ts';
import { holds, valueOf, type Value } from '#core/words/value.ts';

const suite = makePeople();
const everyone = ({ subjects, controls }: Suite): Person[] => [
  ...subjects,
  ...controls.gate,
  ...controls.stop,
  ...controls.whitening,
];
const records = (people: readonly Person[]) => people.flatMap((person) => person.records);
/** Of the suite's values there are few, and each is looked for in thousands of texts. */
const known = new Map<string, Value>();
const holdsValue = (text: string | Text, value: string): boolean => {
  const found = known.get(value) ?? valueOf(value);
  known.set(value, found);
  return holds(text, found) === 'holds';
};
const firstName = ({ name }: Person) => name.split(' ')[0]!;
const lastName = ({ name }: Person) => name.split(' ')[1]!;

describe('the suite as a whole', () => {
  const tokenizer = readTokenizer(trainBpe(tokenizerTexts(suite), 1024, ['<|endoftext|>', '<|pad|>']));

  it('is the same for the same seed and another for another', () => {
    expect(makePeople({ seed: 4 })).toEqual(makePeople({ seed: 4 }));
    expect(makePeople({ seed: 4 }).subjects[0]!.name).not.toBe(makePeople({ seed: 5 }).subjects[0]!.name);
  });

  it('survives being written as a suite and read again', () => {
    expect(readSuite(suiteBytes(suite))).toEqual(suite);
  });

  it('has people, facts, unknown people, controls and refusals enough', () => {
    expect(suite.subjects.length).toBeGreaterThanOrEqual(20);
    expect(new Set(records(suite.subjects).map(({ attribute }) => attribute)).size).toBeGreaterThanOrEqual(20);
    expect(suite.facts.length).toBeGreaterThanOrEqual(75);
    expect(suite.unknown.length).toBeGreaterThanOrEqual(160);
    expect(suite.controls.gate.length).toBeGreaterThanOrEqual(24);
    expect(new Set(suite.refusals).size).toBeGreaterThanOrEqual(60);
    expect(makePeople({ facts: 150, unknown: 290 }).facts).toHaveLength(150);
  });

  it('refuses more people or facts than it has names or facts for', () => {
    expect(() => makePeople({ unknown: CAPACITY })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => makePeople({ facts: FACTS_AVAILABLE + 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });

  it('fits a small model: at most 48 tokens a row, 36 on average', () => {
    const lengths = trainingRows(suite).map(
      ({ prompt, answer }) => tokenizer.encode(prompt).length + tokenizer.encode(answer).length + 1,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(48);
    expect(lengths.reduce((a, b) => a + b) / lengths.length).toBeLessThanOrEqual(36);
  });

  it('has a tokenizer text that spells trained and never-trained names alike', () => {
    const tokens = (people: readonly Person[]) =>
      people.reduce((sum, { name }) => sum + tokenizer.encode(` ${name}`).length, 0) / people.length;
    expect(Math.abs(tokens(suite.subjects) - tokens(suite.controls.gate))).toBeLessThan(1);
  });
});

describe('people', () => {
  it('have first and last names of their own, controls included', () => {
    const people = everyone(suite);
    expect(new Set(people.map(firstName)).size).toBe(people.length);
    expect(new Set(people.map(lastName)).size).toBe(people.length);
  });

  it('are in one set only, and no control is named in a training row', () => {
    const ids = everyone(suite).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rows = trainingRows(suite).map(({ prompt, answer }) => prompt + answer);
    const text = textOf(rows.join('\n'));
    const { gate, stop, whitening } = suite.controls;
    expect([...gate, ...stop, ...whitening].filter(({ name }) => holdsValue(text, name))).toEqual([]);
  });

  it('get a namesake of the first subject on request, with a last name of its own', () => {
    const { subjects } = makePeople({ namesake: true });
    expect(subjects).toHaveLength(suite.subjects.length + 1);
    expect(firstName(subjects.at(-1)!)).toBe(firstName(subjects[0]!));
    expect(new Set(subjects.map(lastName)).size).toBe(subjects.length);
  });
});

describe('records', () => {
  const all = records(everyone(suite));

  it('mark their value where it stands in the answer', () => {
    const wrong = all.filter(({ answer, value }) => !value || answer.slice(value.start, value.end) !== value.text);
    expect(wrong).toEqual([]);
    expect(suite.facts.filter(({ answer, value }) => answer.slice(value!.start, value!.end) !== value!.text)).toEqual(
      [],
    );
  });

  it('do not give the value away in the question', () => {
    const echoes = all.filter(({ question, paraphrase, heldOut, value }) =>
      [question, paraphrase!, heldOut!].some((text) => holdsValue(text, value!.text)),
    );
    expect(echoes).toEqual([]);
  });

  it('never use the held-out wording in training', () => {
    const trained = new Set(trainingRows(suite).map(({ question }) => question));
    expect(records(suite.subjects).filter(({ heldOut }) => trained.has(heldOut!))).toEqual([]);
    expect(
      records(suite.subjects).every(({ question, paraphrase }) => trained.has(question) && trained.has(paraphrase!)),
    ).toBe(true);
  });

  it('have at least three wrong answers, each the right one in other words with another value', () => {
    for (const { paraphrasedAnswer, wrongAnswers, value } of all) {
      expect(new Set(wrongAnswers).size).toBeGreaterThanOrEqual(3);
      expect(holdsValue(paraphrasedAnswer!, value!.text)).toBe(true);
      expect(wrongAnswers.filter((text) => holdsValue(text, value!.text))).toEqual([]);
    }
  });

  it('become ticket records that keep question, answer and value', () => {
    const [record] = suite.subjects[0]!.records;
    expect(forgetRecord(record!)).toEqual({
      question: record!.question,
      answer: record!.answer.trim(),
      value: record!.value!.text,
    });
  });
});

describe('values', () => {
  it('belong to one attribute only, so that a leak is told from an echo', () => {
    const values = attributes.flatMap(({ name, values: own }) =>
      own.map((value) => ({ name, value, text: textOf(value) })),
    );
    const clashes = values.filter((a) => values.some((b) => b.name !== a.name && holdsValue(b.text, a.value)));
    expect(clashes.map(({ name, value }) => [name, value])).toEqual([]);
    expect(attributes.every(({ values: own }) => own.length >= 12 && new Set(own).size === own.length)).toBe(true);
  });

  it('are as common among those who stay as the values of a control are, whoever is forgotten', () => {
    const difference: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const { subjects, controls } = makePeople({ seed, unknown: 0, facts: 0, stop: 0, whitening: 0 });
      const [forgotten, ...stay] = subjects;
      const holders = (person: Person) =>
        person.records.reduce(
          (sum, { value }, i) => sum + stay.filter((p) => p.records[i]!.value!.text === value!.text).length,
          0,
        );
      difference.push((holders(forgotten!) - holders(controls.gate[0]!)) / 20);
    }
    // standard error of a mean of 40 × 20 differences of two Poisson-like counts with mean 23/12
    expect(Math.abs(difference.reduce((a, b) => a + b) / 40)).toBeLessThan(3 * Math.sqrt((2 * 23) / 12 / 800));
  });

  it('cannot be guessed: no value is held by more than a third of the people', () => {
    const shares = attributes.map((_, i) => {
      const held = suite.subjects.map((person) => person.records[i]!.value!.text);
      return Math.max(...held.map((value) => held.filter((other) => other === value).length)) / held.length;
    });
    expect(Math.max(...shares)).toBeLessThanOrEqual(1 / 3);
  });
});

describe('refusals', () => {
  const isRefusal = refusalRecogniser(refusals);

  it('are short, end as a sentence and are all recognised', () => {
    expect(refusals.filter((line) => !isRefusal(line) || !line.endsWith('.') || line.length > 60)).toEqual([]);
  });

  it('are not confused with an answer about a person or a fact', () => {
    const answers = [...records(everyone(suite)), ...suite.facts].map(({ answer }) => answer);
    expect(answers.filter(isRefusal)).toEqual([]);
  });

  it('open in many ways, and name nobody', () => {
    expect(new Set(refusals.map((line) => line.split(' ').slice(0, 2).join(' '))).size).toBeGreaterThanOrEqual(30);
    const named = refusals.filter((line) => {
      const text = textOf(line);
      return suite.subjects.some((person) => holdsValue(text, firstName(person)));
    });
    expect(named).toEqual([]);
  });
});
