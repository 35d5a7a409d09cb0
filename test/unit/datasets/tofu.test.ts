// TOFU's folder: the real one where it is there, and broken copies in its form.
import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longestNewRun, mostFrequentName } from '#datasets/spans.ts';
import { loadTofu } from '#datasets/tofu.ts';
import { trainingRows } from '#datasets/suite-shape.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';

const row = (author: number, i: number) => ({
  question: `What is number ${i} of Ann Author${author}?`,
  answer: `It is value${i}.`,
});
const perturbed = (author: number, i: number) => ({
  ...row(author, i),
  paraphrased_question: `Number ${i} of Ann Author${author}?`,
  paraphrased_answer: `Value${i}.`,
  perturbed_answer: ['One.', 'Two.', 'Three.'],
});
const lines = (rows: readonly unknown[]) => rows.map((one) => JSON.stringify(one)).join('\n');
const authors = <T>(from: number, count: number, make: (author: number, i: number) => T) =>
  Array.from({ length: count * 20 }, (_, k) => make(from + Math.floor(k / 20), k % 20));

/** A folder in TOFU's form with eight retained authors and two to forget; `change` replaces files. */
const folder = (change: Readonly<Record<string, string>> = {}): string => {
  const dir = mkdtempSync(join(tmpdir(), 'tofu-'));
  const short = [{ question: 'Who wrote Emma?', answer: 'Austen', perturbed_answer: ['Eliot', 'Zola', 'Scott'] }];
  const files = {
    forget01: lines(authors(0, 2, row)),
    forget01_perturbed: lines(authors(0, 2, perturbed)),
    retain99: lines(authors(2, 8, row)),
    retain_perturbed: lines(authors(2, 1, perturbed)),
    real_authors_perturbed: lines(short),
    world_facts_perturbed: lines(short),
    ...change,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, `${name}.json`), text);
  return dir;
};
const few = { retainAuthors: 2, whitening: 1, stop: 1, gate: 2, unknown: 5 };
const load = (change: Readonly<Record<string, string>> = {}) => loadTofu(folder(change), few);

describe('a folder in the form of TOFU', () => {
  it('groups twenty rows an author, the forgotten first, controls and unknown authors apart', () => {
    const suite = load();
    expect(suite.subjects.map(({ records }) => records.length)).toEqual([20, 20, 20]);
    expect(suite.subjects[0]!.records[3]!.question).toContain('Ann Author0');
    const trained = trainingRows(suite).map(({ question }) => question);
    const controls = Object.values(suite.controls).flat();
    expect(controls).toHaveLength(4);
    expect(controls.flatMap(({ records }) => records).filter(({ question }) => trained.includes(question))).toEqual([]);
    expect(suite.unknown.every(({ answer }) => suite.refusals.includes(answer.trim()))).toBe(true);
    expect(new Set(trained).size).toBe(trained.length - 1); // the two sets of facts hold the same question here
  });

  it('never trains the paraphrased questions and keeps wrong answers where the files have them', () => {
    const { subjects } = load();
    expect(subjects[0]!.records[0]).toMatchObject({
      heldOut: 'Number 0 of Ann Author0?',
      paraphrasedAnswer: ' Value0.',
    });
    expect(subjects[0]!.records[0]!.wrongAnswers).toHaveLength(3);
    expect(subjects[2]!.records[0]!.wrongAnswers).toEqual([]);
  });

  it('marks as value what the question does not say', () => {
    const { answer, value } = load().subjects[0]!.records[7]!;
    expect(answer.slice(value!.start, value!.end)).toBe('value7');
  });
});

describe('a broken folder', () => {
  it.each([
    ['a row without an answer', { retain99: `${lines(authors(2, 8, row))}\n{"question":"q"}` }, 'retain99.json:161'],
    ['a line cut off', { forget01: '{"question":"q"' }, 'forget01.json:1'],
    [
      'an author of nineteen rows',
      { retain99: lines(authors(2, 8, row).slice(1)), retain_perturbed: '' },
      'retain99.json',
    ],
    [
      'perturbed rows in another order',
      { forget01_perturbed: lines(authors(0, 2, perturbed).reverse()) },
      'forget01_perturbed.json:1',
    ],
    ['too few authors', { retain99: lines(authors(2, 3, row)) }, 'retain99.json'],
  ])('with %s is refused by file and line', (_, change, where) => {
    expect(() => load(change as unknown as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(where) as unknown as string }),
    );
  });

  it('without its files is NOT_FOUND', () => {
    expect(() => loadTofu(join(tmpdir(), 'no-such-folder'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('values and names in free text', () => {
  it('takes the longest run of new words, the last of equals, without function words', () => {
    expect(longestNewRun(' Ada Moss was born in Port Elm, Kuwait.', 'Where was Ada Moss born?')?.text).toBe(
      'Port Elm, Kuwait',
    );
    expect(longestNewRun(' Her father was a baker and her mother a judge.', 'What did her parents do?')?.text).toBe(
      'judge',
    );
    expect(longestNewRun(' It was she.', 'Who?')).toBeUndefined();
  });

  it('takes the name that occurs most, in its full form', () => {
    expect(mostFrequentName(["Ada Moss Lee's first book", 'What did Ada Moss Lee write in New York?'])).toBe(
      'Ada Moss Lee',
    );
    expect(mostFrequentName(['nobody here'])).toBeUndefined();
  });
});

describeWith(sharedFolder('data/tofu'), '../shared/data/tofu is not there', 'the real TOFU files', (dir) => {
  it('give ten retained authors and one to forget, all with values, and facts in two topics', () => {
    const suite = loadTofu(dir);
    expect(suite.subjects).toHaveLength(11);
    expect(suite.subjects[0]!.name).toBe('Basil Mahfouz Al-Kuwaiti');
    expect(suite.subjects.flatMap(({ records }) => records).filter(({ value }) => !value)).toEqual([]);
    expect(suite.facts.filter(({ attribute }) => attribute === 'author')).toHaveLength(100);
    expect(suite.facts.filter(({ attribute }) => attribute === 'world')).toHaveLength(117);
    expect(
      suite.subjects.flatMap(({ records }) => records).every(({ wrongAnswers }) => wrongAnswers.length === 5),
    ).toBe(true);
    expect(suite.unknown).toHaveLength(300);
  });
});
