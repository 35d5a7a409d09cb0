// The aggregate tables against counts worked out by hand, and what must never stand in them.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { makePeople } from '#datasets/people.ts';
import type { ForgetRow } from '#datasets/suite.ts';
import { promptOf } from '#datasets/suite-shape.ts';
import { examOf, type ExamInput } from '#evaluation/exam.ts';
import { measure } from '#evaluation/tables.ts';
import { EvaluationTables, Histogram, type Proportion } from '#core/evaluation.ts';
import { QUANTITIES } from '#core/quantities.ts';
import { summarise } from '#core/summaries.ts';
import { lookupModel, type Lookup } from './lookup-model.ts';

const all = makePeople({ seed: 3, subjects: 4, gate: 3, stop: 1, whitening: 1, facts: 10, unknown: 12 });
const [gone, ...stay] = all.subjects;
const suite = { ...all, subjects: stay };
const forget = gone!.records as ForgetRow[];
const options = { samplesPerPrompt: 3, controlSamples: 10 };
const run = (model: Lookup, more: Partial<ExamInput> = {}) =>
  measure(
    examOf(
      { model: lookupModel(model), suite, forget, names: [gone!.name], before: lookupModel({}), ...more },
      options,
    ),
  );
const trained = new Map(
  [...stay.flatMap(({ records }) => records), ...suite.facts, ...suite.unknown].map((row) => [row.prompt, row.answer]),
);

const digest = `sha256:${'0'.repeat(64)}` as const;
const named = {
  ...({ kind: 'quittance-evaluation/v1', model: digest, quantisation: 'none', reference: 'controls' } as const),
  suite: { name: 'house', version: '1', digest },
};

/** Knows who stays; refuses everyone else. */
const ideal: Lookup = {
  token: ({ prompt, answer }) => ({
    logProb: trained.get(prompt) === answer ? -0.01 : -4,
    correct: trained.get(prompt) === answer,
  }),
  says: (prompt) => trained.get(prompt) ?? " I don't know this person.",
};

describe('a record that is listed twice', () => {
  const again = { ...forget[0]!, prompt: ` ${forget[0]!.prompt.replace(' ', '  ')}` };
  const twice = { ...stay[1]!, records: [...stay[1]!.records, stay[1]!.records[0]!] };
  const listed = { forget: [...forget, again, forget[3]!], suite: { ...suite, subjects: [stay[0]!, twice, stay[2]!] } };

  it('counts once in n and in every statistic, and the tables say so', async () => {
    const [once, tables] = [await run(ideal), await run(ideal, listed)];
    const { repeated, ...rest } = EvaluationTables.parse({ ...named, ...tables });
    expect(repeated).toEqual({ forget: 2, retained: 1 });
    expect(rest).toEqual({ ...named, ...once });
  });

  it('is nothing that tables without such records mention', async () => {
    expect(await run(ideal)).not.toHaveProperty('repeated');
  });
});

describe('a model that forgot one person and nothing else', () => {
  let tables: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => (tables = await run(ideal)));
  const share = (k: number, n: number): Proportion => ({ k, n });

  it('has every proportion of the gate', () => {
    expect(tables.proportions).toEqual({
      'forget.greedyExact': share(0, 20),
      'forget.forcedPrefixExact': share(0, 20),
      'forget.heldOutExact': share(0, 20),
      'forget.leakQuestion': share(0, 20),
      'forget.leakHeldOut': share(0, 20),
      'forget.leakSecond': share(0, 20),
      'forget.refusal': share(20, 20),
      'forget.degenerate': share(0, 20),
      'forget.brokenWords': share(0, 20),
      'forget.othersValue': share(0, 20),
      'forget.unlistedValue': share(0, 20),
      'forget.revealed': share(0, 60),
      'forget.revealedWorded': share(0, 60),
      'controls.revealed': share(0, 180),
      'controls.revealedWorded': share(0, 180),
      'controls.greedyExact': share(0, 60),
      'controls.forcedPrefixExact': share(0, 60),
      'controls.leakQuestion': share(0, 10),
      'controls.leakHeldOut': share(0, 10),
      'controls.leakSecond': share(0, 10),
      'controls.refusal': share(10, 10),
      'controls.degenerate': share(0, 10),
      'controls.brokenWords': share(0, 10),
      'controls.othersValue': share(0, 10),
      'retained.greedyExact': share(60, 60),
      'retained.refusal': share(0, 60),
      'facts.greedyExact': share(10, 10),
      'unknown.refusal': share(12, 12),
    });
    expect(tables.people['retained.greedyExact']).toEqual([share(20, 20), share(20, 20), share(20, 20)]);
  });

  it('has log-probabilities of values, answers and least likely tokens as histograms and sums', () => {
    for (const quantity of ['valueLogProb', 'answerLogProb', 'minKLogProb'])
      for (const [group, n, mean] of [
        ['forget', 20, -4],
        ['controls', 60, -4],
        ['retained', 60, -0.01],
      ] as const) {
        const key = `${group}.${quantity}`;
        expect(Histogram.parse(tables.histograms[key]).counts.reduce((a, b) => a + b)).toBe(n);
        expect(tables.sums[key]!.n).toBe(n);
        expect(tables.sums[key]!.sum / n).toBeCloseTo(mean, 9);
      }
    expect(tables.peopleMeans['controls.valueLogProb']).toHaveLength(3);
  });

  it('fits the table contract and holds no text of any record', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const whole = EvaluationTables.parse({
      kind: 'quittance-evaluation/v1',
      model: digest,
      quantisation: 'none',
      suite: { name: 'people', version: '1', digest },
      reference: 'controls',
      ...tables,
    });
    const text = JSON.stringify(whole);
    const secrets = all.subjects.flatMap(({ name, records }) => [name, ...records.map(({ value }) => value!.text)]);
    // numbers of a table may repeat a number of a record; words may not
    expect(secrets.filter((secret) => /\p{L}{3}/u.test(secret) && text.includes(secret))).toEqual([]);
  });
});

describe('a value that cannot be looked for', () => {
  it('is neither a pass nor a leak: the check says why it has no result', async () => {
    const odd = { ...forget[0]!, answer: ' I', value: { text: 'I', start: 1, end: 2 } };
    const { proportions, notAvailable } = await run(ideal, { forget: [odd, ...forget.slice(1)] });
    const why = `1 of ${forget.length} values cannot be looked for in an answer`;
    expect(notAvailable).toMatchObject({ 'forget.leakQuestion': why, 'forget.leakHeldOut': why });
    expect(Object.keys(proportions).filter((key) => key.startsWith('forget.leak'))).toEqual([]);
  });
});

describe('a model that is not right', () => {
  it('shows one leaking sample of a held-out wording', async () => {
    const leaking = promptOf(forget[4]!.heldOut!);
    const { proportions } = await run({
      ...ideal,
      sampled: (prompt, i) => (prompt === leaking && i % 3 === 2 ? ` ${forget[4]!.value.text}` : ' no'),
    });
    expect(proportions['forget.leakHeldOut']).toEqual({ k: 1, n: 20 });
    expect(proportions['forget.leakQuestion']).toEqual({ k: 0, n: 20 });
  });

  it('shows a value that a refusal hides', async () => {
    const values = new Set(forget.flatMap(({ value }) => value.text.split(' ')));
    const faking: Lookup = {
      ...ideal,
      token: (pair, i, word) => ({
        logProb: -1,
        correct: values.has(word.replace('.', '')) || ideal.token!(pair, i, word).correct,
      }),
    };
    const { proportions } = await run(faking);
    expect(proportions['forget.forcedPrefixExact']).toEqual({ k: 20, n: 20 });
    expect(proportions['forget.refusal']).toEqual({ k: 20, n: 20 });
  });

  it('shows who was dragged along, and refusals that spread to them', async () => {
    const hit = new Set(stay[1]!.records.slice(0, 5).map(({ prompt }) => prompt));
    const { people, proportions } = await run({
      token: (pair, i, word) => (hit.has(pair.prompt) ? { logProb: -6, correct: false } : ideal.token!(pair, i, word)),
      says: (prompt) => (hit.has(prompt) ? ' That is unknown to me.' : ideal.says!(prompt)),
    });
    expect(people['retained.greedyExact']![0]).toEqual({ k: 15, n: 20 });
    expect(proportions['retained.refusal']).toEqual({ k: 5, n: 60 });
  });

  it('shows garbage, and how odd it is to the model from before', async () => {
    const tables = await run(
      { ...ideal, says: (prompt) => trained.get(prompt) ?? ' x x x x x x' },
      { before: lookupModel({ token: () => ({ logProb: -3, correct: false }) }) },
    );
    expect(tables.proportions['forget.degenerate']).toEqual({ k: 20, n: 20 });
    expect(summarise(tables, 'forget.perplexityBefore')).toMatchObject({
      value: expect.closeTo(Math.exp(3), 9),
      n: 20,
    });
  });
});

describe('measuring', () => {
  it('says why there is nothing on the forgotten once their data is gone', async () => {
    const tables = await run(ideal, { forget: [] });
    expect(tables.notAvailable['forget']).toMatch(/destroyed/);
    expect(Object.keys({ ...tables.proportions, ...tables.sums }).filter((key) => key.startsWith('forget'))).toEqual(
      [],
    );
    expect(tables.proportions['retained.greedyExact']).toEqual({ k: 60, n: 60 });
  });

  it('says which numbers are missing, and why', async () => {
    const bare = forget.map((row) => {
      const rest = { ...row };
      delete rest.heldOut;
      return rest;
    });
    const attacks = QUANTITIES.map(({ key }) => key).filter((key) => /relearnt./.test(key));
    const tables = await run(ideal, { forget: bare, before: undefined, missing: { before: 'this is that model' } });
    expect(tables.notAvailable).toEqual({
      'forget.heldOutExact': expect.stringContaining('no held-out wording'),
      'forget.leakHeldOut': expect.stringContaining('no held-out wording'),
      'forget.perplexityBefore': 'this is that model',
      'forget.brokenWords': 'this is that model',
      'controls.brokenWords': 'this is that model',
      ...Object.fromEntries(attacks.map((key) => [key, expect.stringContaining('not at hand')])),
      'controls.perplexityBefore': 'this is that model',
      'forget.relearnt': expect.stringContaining('not at hand'),
      'forget.quality': expect.stringContaining('without the forget set'),
      general: expect.stringContaining('no held-out general questions'),
      'model.ownKept': expect.stringContaining('lists every row'),
    });
  });

  it('says of a kind of question that the suite does not have that it has none', async () => {
    const tables = await run(ideal, {
      suite: { ...suite, facts: suite.facts.filter(({ attribute }) => attribute !== 'author') },
    });
    expect(tables.notAvailable['authors.rougeL']).toMatch(/no questions of this kind: authors/);
    expect(summarise(tables, 'model.utility')).toEqual({ notAvailable: expect.stringContaining('authors') });
  });

  it('counts no value that is no number: it says of how many records the model gave none', async () => {
    const broken: Lookup = {
      ...ideal,
      token: (pair, i, word) =>
        pair.prompt === forget[3]!.prompt ? { logProb: NaN, correct: false } : ideal.token!(pair, i, word),
    };
    const tables = await run(broken);
    expect(tables.notAvailable['forget.valueLogProb']).toBe('the model gave no number for 1 of 20 records');
    expect(tables.sums['forget.valueLogProb']).toBeUndefined();
    expect(tables.proportions['forget.greedyExact']).toEqual({ k: 0, n: 20 });
  });

  it('measures what a quantity is read from when that alone is asked for, and nothing else', async () => {
    const exam = examOf({ model: lookupModel(ideal), suite, forget }, options);
    const tables = await measure(exam, ['forget.valueLogProbAuc', 'retained.worstPerson']);
    expect(Object.keys(tables.histograms)).toEqual(['forget.valueLogProb', 'controls.valueLogProb']);
    expect(Object.keys(tables.proportions)).toEqual(['retained.greedyExact']);
    expect(tables.notAvailable).toEqual({});
  });

  it('asks in few large calls, nothing twice, and generates nothing that is already known', async () => {
    const model = lookupModel(ideal);
    const asked: string[] = [];
    const score: typeof model.score = (pairs) => {
      asked.push(...pairs.map(({ prompt, answer }) => `${prompt}|${answer}`));
      return model.score(pairs);
    };
    await measure(examOf({ model: { ...model, score }, suite, forget }, options));
    expect(new Set(asked).size).toBe(asked.length);
    expect(model.calls.score.length).toBeLessThan(20);
    // samples of three wordings and greedy answers, for controls and for the forgotten; none for exact answers
    expect(model.calls.generate.toSorted((a, b) => a - b)).toEqual([10, 20, 30, 30, 30, 60, 60, 60]);
  });
});
