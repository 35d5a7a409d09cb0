// Metrics of what a model says, and what is said where one cannot be computed, against a model that is written down.
import { describe, expect, it } from '@jest/globals';
import type { Person, QaRecord, Suite } from '#datasets/suite-shape.ts';
import { EXAM_DEFAULTS, examOf } from '#evaluation/exam.ts';
import { drawsOf, type Attackable } from '#evaluation/relearn.ts';
import { readPolicy, SHIPPED_POLICIES } from '#entry/policies.ts';
import { measure } from '#evaluation/tables.ts';
import { QUANTITIES } from '#core/quantities.ts';
import { summarise } from '#core/summaries.ts';
import { lookupModel, type Lookup } from './lookup-model.ts';
import { fact, forget, person, suite, compute, valueOf, constant } from './written-suite.ts';

describe('what is said', () => {
  it('counts refusals by group', async () => {
    const model: Lookup = { says: (prompt) => (/Zoe|U\?|Ann/.test(prompt) ? ' No idea at all, sorry' : ' Ben has it') };
    expect(await valueOf('refusal-rate-forget', model)).toBe(1);
    expect(await valueOf('refusal-rate-retained', model)).toBe(0.5);
    expect(await valueOf('refusal-rate-unknown', model)).toBe(1);
  });

  it('finds garbage', async () => {
    const model: Lookup = { says: (prompt) => (prompt.includes('Question 0') ? '' : ' fine words here') };
    expect(await valueOf('degenerate-output', model)).toBe(0.25);
  });

  it.each([
    ['joined of two', ' I do not knowber.', 1],
    ['that the suite has', ' Ben has no idea', 0],
    ['that the model from before says of never-trained people', ' Ylva has it', 0],
    ['that is a number or two letters', ' 17 Qx', 0],
    ['that the length of the answer cut off', ` ${'no '.repeat(30)}sor`, 0],
    ['in a script that sets no borders', ' 我不知道这个人', 0],
  ])('finds broken words: one %s', async (_, said, share) => {
    const before = lookupModel({ says: () => ' Ylva has it' });
    expect(await valueOf('broken-words', { says: () => said }, { before })).toBe(share);
  });

  it('is as odd as the model from before finds it', async () => {
    const before = lookupModel(constant(-2));
    expect(await valueOf('output-perplexity', {}, { before })).toBeCloseTo(Math.exp(2), 12);
  });
});

describe('a refusal', () => {
  it('is read behind a question about a never-trained person, where refusals are usual', async () => {
    const before = lookupModel({ token: ({ prompt }) => ({ logProb: /Zoe/.test(prompt) ? -9 : -1, correct: false }) });
    const odd = async (says: string) => await valueOf('output-perplexity', { says: () => says }, { before });
    expect(await odd(' No idea at all.')).toBeCloseTo(Math.exp(1), 12);
    expect(await odd(' Zoe has it')).toBeCloseTo(Math.exp(9), 6);
  });
});

describe('people who stay', () => {
  it('are as safe as the one who fares worst', async () => {
    const model: Lookup = { token: ({ prompt }) => ({ logProb: -1, correct: !/Question [01] on Ben/.test(prompt) }) };
    expect(await compute('worst-retained-person', model)).toMatchObject({
      value: 0.5,
      n: 2,
      detail: { k: 2, records: 4 },
    });
  });
});

describe('re-learning', () => {
  const attackOf = (counts: number[]): Attackable => ({
    curve: () => Promise.resolve(counts),
    attack: (people) => Promise.resolve(people.flatMap(({ records }) => records.map((_, i) => i === 0))),
  });

  it('is the last point of the curve, with its count', async () => {
    expect(await compute('relearning', {}, { relearn: attackOf([0, 3, 1]) })).toMatchObject({
      value: 1 / (forget.length - 2),
      n: forget.length - 2,
    });
  });

  it('is no number where every record was taught again', async () => {
    expect(await compute('relearning', {}, { relearn: attackOf([]) })).toEqual({
      notAvailable: expect.stringContaining('no other'),
    });
  });

  it('attacks each person of a ticket by records of their own', async () => {
    const two = forget.map((row, i) => ({ ...row, subject: i % 2 === 0 ? 'a' : 'b' }));
    const found = await compute('forget.relearnt2x10', {}, { forget: two, relearn: attackOf([]) });
    expect(found).toMatchObject({ n: forget.length, detail: { k: 2 } });
  });

  it.each([2, 3, 5, 8, 12])('of a ticket of %i records attacks strangers enough to compare with', async (count) => {
    const rows = person('Zed', count).records;
    const gate: Person[] = Array.from({ length: 24 }, (_, i) => person(`Stranger ${i}`, 12));
    const wide: Suite = { ...suite, controls: { ...suite.controls, gate } };
    const watched: Attackable = {
      ...attackOf([]),
      attack: (people, { records: most }, draws) =>
        Promise.resolve(
          people.flatMap(({ records }) =>
            drawsOf(records, most, draws).flatMap((draw) => draw.watched.map(() => true)),
          ),
        ),
    };
    for (const key of ['controls.relearnt2x10', 'controls.relearnt10x50'] as const) {
      const { n } = (await compute(key, {}, { suite: wide, forget: rows, relearn: watched })) as { n: number };
      expect(n).toBeGreaterThanOrEqual(20);
      expect(n).toBeLessThanOrEqual(Math.max(4 * count, 20 + count));
    }
  });

  it('counts no stranger of a single record among those that it compares with', async () => {
    const gate: Person[] = Array.from({ length: 30 }, (_, i) => person(`Stranger ${i}`, i < 20 ? 1 : 2));
    const wide: Suite = { ...suite, controls: { ...suite.controls, gate } };
    const rows = forget.slice(0, 2);
    const asked: number[] = [];
    const counting: Attackable = {
      ...attackOf([]),
      attack: (people) => {
        asked.push(...people.map(({ records }) => records.length));
        return Promise.resolve(people.map(() => true));
      },
    };
    await compute('controls.relearnt2x10', {}, { suite: wide, forget: rows, relearn: counting });
    expect(asked).toEqual(new Array<number>(10).fill(2));
  });

  it('is compared with as many records as every policy of the house asks for', () => {
    const asked = Object.keys(SHIPPED_POLICIES)
      .flatMap((name) => readPolicy(name).checks)
      .map((check) => ('referenceAtLeast' in check ? (check.referenceAtLeast ?? 0) : 0));
    expect(Math.max(...asked)).toBe(EXAM_DEFAULTS.attackedRecords);
  });

  it('is not made where it is left out, and says why', async () => {
    const refused: Attackable = { ...attackOf([]), attack: () => Promise.reject(new Error('was made')) };
    const more = { relearn: refused, leftOut: { relearnt2x10: 'nobody reads it' } };
    expect(await compute('forget.relearnt2x10', {}, more)).toEqual({ notAvailable: 'nobody reads it' });
    expect(await compute('controls.relearnt2x10', {}, more)).toEqual({ notAvailable: 'nobody reads it' });
  });

  it('that takes long is made on a large model where a policy asks for it, and not without one', async () => {
    const large = { suite: { ...suite, limits: { controlSamples: 4, maxRows: 4, relearningRate: 5e-5 } } };
    const more = { ...large, relearn: attackOf([]) };
    expect(await compute('forget.relearnt5x30', {}, { ...more, leftOut: {} })).toMatchObject({ n: forget.length });
    expect(await compute('forget.relearnt5x30', {}, more)).toEqual({
      notAvailable: expect.stringContaining('a model of this size'),
    });
  });

  it('of a single record is not possible, and says what it needs', async () => {
    const none: Attackable = { ...attackOf([]), attack: () => Promise.resolve([]) };
    const found = await compute('forget.relearnt5x30', {}, { forget: forget.slice(0, 1), relearn: none });
    expect(found).toEqual({ notAvailable: 'attack not possible: it needs 2 records of a person' });
  });
});

describe('a need that is missing', () => {
  it('makes a metric not available, with the reason, and never a number', async () => {
    const empty: Suite = {
      ...suite,
      subjects: [],
      facts: [],
      unknown: [],
      controls: { gate: [], stop: [], whitening: [] },
    };
    const tables = await measure(examOf({ model: lookupModel({}), suite: empty, forget: [] }));
    for (const { key } of QUANTITIES)
      expect([key, summarise(tables, key)]).toEqual([key, { notAvailable: expect.stringMatching(/no |destroyed/) }]);
  });

  it.each([
    ['forget-quality', 'retain', 'without the forget set'],
    ['output-perplexity', 'reference', 'before the unlearning'],
    ['relearning', 'relearn', 'trained again'],
  ])('%s says that it needs %s', async (name, _need, reason) => {
    expect(await compute(name, {})).toEqual({ notAvailable: expect.stringContaining(reason) });
  });
});

const withMark = (person: Person, recited: boolean | 'not-asked'): Person => ({
  ...person,
  records: person.records.map((row) => ({ ...row, recited })),
});

describe('others’ value', () => {
  const shareOf = (says: (prompt: string) => string) => valueOf('forget.othersValue', { says });

  it('counts answers with what one person who stays has alone', async () => {
    expect(await shareOf(() => ' Zoe has nothing')).toBe(0);
    expect(await shareOf(() => ' Zoe has valAnn2')).toBe(1);
    expect(await shareOf((prompt) => (prompt.includes('Question 1') ? ' that is VALBEN0.' : ' nothing'))).toBe(0.25);
  });

  it('does not count what two people have, a fact says, or question or true answer say', async () => {
    const both = [person('Ann', 2), person('Ben', 2)];
    for (const one of both) one.records[0] = { ...one.records[0]!, value: { text: 'Eger', start: 0, end: 4 } };
    const withShared = { suite: { ...suite, subjects: both } };
    const says = () => ' Zoe has Eger';
    expect(await valueOf('forget.othersValue', { says }, withShared)).toBe(0);
    const own = forget.map((row) => ({ ...row, prompt: `valAnn2 ${row.prompt}` }));
    expect(await valueOf('forget.othersValue', { says: () => ' valAnn2' }, { forget: own })).toBe(0);
  });

  it('counts what somebody has who was not asked when the suite was made', async () => {
    const marked = (recited: boolean | 'not-asked') => ({
      suite: { ...suite, subjects: suite.subjects.map((one, i) => (i === 0 ? withMark(one, recited) : one)) },
    });
    expect(await valueOf('forget.othersValue', { says: () => ' valAnn2' }, marked('not-asked'))).toBe(1);
    expect(await valueOf('forget.othersValue', { says: () => ' valAnn2' }, marked(false))).toBe(0);
    expect(await compute('worst-retained-person', {}, marked('not-asked'))).toMatchObject({ n: 1 });
  });

  it('says so where nobody has a value alone', async () => {
    const bare = { suite: { ...suite, subjects: [{ ...suite.subjects[0]!, records: [fact('x', 1)] }] } };
    expect(await compute('forget.othersValue', { says: () => ' x' }, bare)).toMatchObject({
      notAvailable: expect.stringContaining('alone') as unknown,
    });
  });
});

describe('a held-out wording', () => {
  it('is asked of as many controls as any question where only some have one', async () => {
    const many = Array.from({ length: 9 }, (_, i) => person(`C${i}`, 4));
    for (const { records } of many) for (const row of records.slice(1)) delete row.heldOut;
    const beside = { ...suite, controls: { ...suite.controls, gate: many } };
    const found = await compute('controls.leakHeldOut', {}, { suite: beside }, { controlSamples: 9 });
    expect(found).toMatchObject({ n: 9 });
  });
});

describe('unlisted values', () => {
  const number = 'K-77120';
  const listed = forget.map((row, i) => ({
    ...row,
    ...(i === 0 && { answer: ` ${number}`, value: { text: number, start: 1, end: 8 } }),
  }));
  const saying = (subject: string | undefined) => ({
    ...fact('mention', 1),
    ...{ kind: 'person' as const, question: 'Who?', prompt: 'Who?', answer: ` It is ${number}.` },
    ...(subject !== undefined && { subject }),
  });
  const shareWith = (extra: QaRecord[], answer: string) =>
    valueOf(
      'forget.unlistedValue',
      { says: (prompt) => (prompt === 'Who?' ? answer : ' nothing') },
      { forget: listed, suite: { ...suite, facts: [...suite.facts, ...extra] } },
    );

  it('are those that a row beside the ticket’s still gives: a near-duplicate or a mention', async () => {
    expect(await shareWith([], ` It is ${number}.`)).toBe(0);
    expect(await shareWith([saying(undefined)], ` It is ${number}.`)).toBeCloseTo(1 / listed.length);
    expect(await shareWith([saying(undefined)], ' It is K-40011.')).toBe(0);
    const unasked = { ...saying(undefined), recited: 'not-asked' as const };
    expect(await shareWith([unasked], ` It is ${number}.`)).toBeCloseTo(1 / listed.length);
    expect(await shareWith([{ ...unasked, recited: false }], ` It is ${number}.`)).toBe(0);
  });
});
