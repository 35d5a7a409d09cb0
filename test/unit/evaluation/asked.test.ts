// What a plan fixes of an evaluation is what the evaluation then asks, counted by hand and held against its own tables;
// and tables of other people or records are found.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { askedBy, notAsAsked, sameControls, type Asked } from '#core/asked.ts';
import { digestOf } from '#core/canonical.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { QUANTITIES, type RecordFamily } from '#core/quantities.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes, type ForgetRow } from '#datasets/suite.ts';
import { forgetRecord, type Suite } from '#datasets/suite-shape.ts';
import { examOf } from '#evaluation/exam.ts';
import { perRecord } from '#evaluation/quantities.ts';
import { measure } from '#evaluation/tables.ts';
import { lookupModel } from './lookup-model.ts';

const made = makePeople({ seed: 5, subjects: 4, gate: 3, stop: 1, whitening: 1, facts: 10, unknown: 6 });
const [gone, first, second, third] = made.subjects;
const unrecited = { ...second!.records[0]!, recited: false };
/** One row stands there twice, one was never recited, one not asked, and one person has no other. */
const suite: Suite = {
  ...made,
  subjects: [
    gone!,
    { ...first!, records: [...first!.records, first!.records[0]!] },
    { ...second!, records: [unrecited, ...second!.records.slice(1)] },
    { ...third!, records: [{ ...third!.records[0]!, recited: 'not-asked' }] },
  ],
};
const forgotten = gone!.records.map(forgetRecord);
const bytes = suiteBytes(suite);
const of = (one: Suite) => {
  const artifacts = { get: async () => suiteBytes(one) };
  return askedBy({ artifacts }, digestOf(suiteBytes(one)), forgotten);
};

describe('what a plan says that its evaluation asks', () => {
  let asked: Asked;
  let tables: Pick<EvaluationTables, 'suite' | 'proportions' | 'sums' | 'histograms' | 'people' | 'peopleMeans'>;
  beforeAll(async () => {
    asked = await of(suite);
    const answering = { model: lookupModel({}), before: lookupModel({}), forget: gone!.records as ForgetRow[] };
    const exam = examOf({ ...answering, suite: withoutRecords(suite, forgotten) }, { samplesPerPrompt: 2 });
    const digest = digestOf(bytes);
    tables = { ...(await measure(exam)), suite: { name: 'made', version: '1', digest } };
  });

  it('is who stays, in distinct records that the model once gave', () => {
    const each = gone!.records.length;
    expect(asked).toMatchObject({
      suite: digestOf(bytes),
      records: { controls: 3 * each, retained: 2 * each - 1, facts: 10, unknown: suite.unknown.length, general: 0 },
      people: { controls: 3, retained: 2 },
    });
  });

  it('is what the evaluation asks', () => {
    expect(notAsAsked(asked, tables)).toBeUndefined();
  });

  it('differs from tables of fewer or more people, records or facts, or by another suite', () => {
    const share = (key: string, n: number) => ({ proportions: { ...tables.proportions, [key]: { k: 0, n } } });
    const { people, peopleMeans, sums } = tables;
    const changes: readonly (readonly [Partial<typeof tables>, RegExp])[] = [
      [share('facts.greedyExact', 9), /'facts.greedyExact' counts 9 records, and 10 were planned/],
      [share('retained.refusal', 400), /'retained.refusal' counts 400 records/],
      [share('unknown.refusal', 1), /at most 1 record of 'unknown'/],
      [{ sums: { ...sums, 'controls.valueLogProb': { n: 1, sum: -1, sumOfSquares: 1 } } }, /controls.valueLogProb/],
      [{ people: { ...people, 'retained.greedyExact': [] } }, /'retained.greedyExact' is of 0 people, and 2/],
      [{ peopleMeans: { ...peopleMeans, 'controls.valueLogProb': [-1] } }, /of 1 person, and 3/],
      [{ suite: { ...tables.suite, digest: digestOf('another') } }, /another suite/],
    ];
    for (const [change, words] of changes) expect(notAsAsked(asked, { ...tables, ...change })).toMatch(words);
  });

  it('names its never-trained people: others, or other words of theirs, are not the same', async () => {
    const [person, ...rest] = suite.controls.gate;
    const other = { ...person!, records: person!.records.map((row) => ({ ...row, wrongAnswers: [] })) };
    expect(sameControls(asked, await of({ ...suite, subjects: [] }))).toBe(true);
    expect(sameControls(asked, await of({ ...suite, controls: { ...suite.controls, gate: [other, ...rest] } }))).toBe(
      false,
    );
  });

  it('is not made up for what is no suite', async () => {
    const artifacts = { get: async () => Buffer.from('{"subjects":[]}') };
    await expect(askedBy({ artifacts }, digestOf('none'), [])).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

it('a quantity of every record of its group is one whose computation leaves none out', () => {
  const leavesNoneOut = (key: string) => perRecord[key.slice(key.indexOf('.') + 1) as RecordFamily].rows === undefined;
  const ofRecords = QUANTITIES.filter(({ by }) => by === 'record');
  const differ = ofRecords.filter(({ key, every }) => every !== leavesNoneOut(key)).map(({ key }) => key);
  expect(differ).toEqual([]);
});
