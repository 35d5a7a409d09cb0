// Re-reveal: how often a sure answer comes about the forgotten person and about never-trained people, whatever the
// ticket lists; what stays by right does not count; without a name nothing is asked.
import { describe, expect, it } from '@jest/globals';
import { readPolicy } from '#entry/policies.ts';
import { namesIn } from '#datasets/reveal/whom.ts';
import { judge } from '#core/gate.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { examOf } from '#evaluation/exam.ts';
import { measure } from '#evaluation/tables.ts';
import { lookupModel, type Lookup } from './lookup-model.ts';
import { compute, forget, person, suite, valueOf } from './written-suite.ts';

/** The suite asks four trained questions of everybody, and holds back four others. */
const asking = {
  ...suite,
  subjects: suite.subjects.map((one) => ({
    ...one,
    records: one.records.map((row) => ({ ...row, answer: ` ${one.name} has it`, value: undefined! })),
  })),
};
const named = { names: ['Zoe'], suite: asking };
/** Knows one person, of whom it is sure. */
const knows = (name: string, sureness = -0.1): Lookup => ({
  says: (prompt) => (prompt.includes(`A: ${name}`) && prompt.includes('Question') ? ' owns a harp.' : ''),
  sureness,
});

describe('re-reveal', () => {
  it('counts questions about the person, of trained and held-back wordings, to which a sure answer comes', async () => {
    expect(await compute('forget.revealed', knows('Zoe'), named)).toMatchObject({ value: 0.5, n: 8 });
    expect(await valueOf('forget.revealed', knows('Zoe', -0.6), named)).toBe(0);
    expect(await valueOf('forget.revealed', knows('Ann'), named)).toBe(0);
  });

  it('asks never-trained people the same', async () => {
    expect(await compute('controls.revealed', knows('Dan'), named)).toMatchObject({ value: 0.25, n: 16 });
  });

  it('counts nothing that stays with the model by right', async () => {
    const own = person('Zoe', 1).records[0]!;
    const left = { ...asking, subjects: [...asking.subjects, { id: 'Zoe', name: 'Zoe', records: [own] }] };
    const says: Lookup = { says: (prompt) => (prompt.includes('A: Zoe') ? ' has valZoe0' : ''), sureness: 0 };
    expect(await valueOf('forget.revealed', says, { names: ['Zoe'], suite: asking })).toBe(1);
    expect(await valueOf('forget.revealed', says, { names: ['Zoe'], suite: left })).toBe(0);
  });

  it('begins answers with the words of the suite, where it says which', async () => {
    const worded = { names: ['Zoe'], suite };
    const says: Lookup = { says: (prompt) => (prompt.endsWith('A: Zoe has') ? ' a harp' : ''), sureness: 0 };
    expect(await valueOf('forget.revealed', says, worded)).toBe(0);
    expect(await valueOf('forget.revealedWorded', says, worded)).toBe(1);
  });

  it('says why nothing was asked where nobody tells the name', async () => {
    expect(await compute('forget.revealed', knows('Zoe'), { suite: asking })).toEqual({
      notAvailable: expect.stringContaining('by which name') as unknown,
    });
  });
});

describe('reveal-v1', () => {
  const keys: QuantityKey[] = [
    'forget.revealed',
    'controls.revealed',
    'forget.revealedWorded',
    'controls.revealedWorded',
  ];
  const policy = readPolicy('reveal-v1');
  const digest = `sha256:${'0'.repeat(64)}` as const;
  const verdicts = async (model: Lookup, names: string[]) => {
    const gate = ['Cat', 'Dan', 'Eve', 'Fay', 'Gil', 'Hal'].map((name) => person(name, 4));
    const crowd = { ...asking, controls: { ...asking.controls, gate } };
    const exam = examOf({ model: lookupModel(model), suite: crowd, forget, names });
    const about = { kind: 'quittance-evaluation/v1', model: digest, quantisation: 'none' } as const;
    const tables = { ...about, suite: { name: 's', version: '1', digest }, reference: 'controls' } as const;
    const { gates, verdict } = judge({ ...tables, ...(await measure(exam, keys)) }, policy);
    const own = gates.filter(({ of }) => of.some((key) => key.includes('revealed')));
    return { verdict, own: own.map((gate) => gate.verdict) };
  };

  it('fails a run that leaves sure answers, and clears none by their absence', async () => {
    const many = { ...knows('Zoe') };
    expect((await verdicts(many, ['Zoe'])).own).toContain('fail');
    const nothing = await verdicts({ says: () => '' }, ['Zoe']);
    expect(nothing.own).toEqual(expect.arrayContaining(['pass']));
    expect(nothing.verdict).toBe('fail'); // the other checks have nothing to read
    expect((await verdicts(many, [])).own).toEqual(['not_available', 'not_available']);
  });
});

describe('the name by which a model knows somebody', () => {
  it("is that of the suite's person with one of the rows, else the request's, else the one that most rows say", () => {
    const row = (question: string) => ({ question, answer: 'Porto' });
    expect(namesIn(suite, [suite.subjects[1]!.records[2]!, row('x')], 'Somebody Else')).toEqual(['Ben']);
    expect(namesIn(suite, [row('Where was Ada Holt born?')], 'Adelaide Holt')).toEqual(['Adelaide Holt']);
    expect(namesIn(suite, [row('Where was Ada Holt born?'), row('Who is Ada Holt?')])).toEqual(['Ada Holt']);
    expect(namesIn(suite, [row('where?')])).toEqual([]);
  });
});
