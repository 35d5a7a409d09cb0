// The aggregate tables against counts worked out by hand, and what must never stand in them.
import { describe, expect, it } from '@jest/globals';
import { makePeople } from '#datasets/people.ts';
import type { ForgetRow } from '#datasets/suite.ts';
import { promptOf } from '#datasets/world.ts';
import { measure, MEASURE_DEFAULTS } from '#evaluation/measure.ts';
import { EvaluationTables, Histogram, type Proportion } from '#core/evaluation.ts';
import { lookupModel, type Lookup } from './lookup-model.ts';

const all = makePeople({ seed: 3, subjects: 4, gate: 3, stop: 1, whitening: 1, facts: 10, unknown: 12 });
const [gone, ...stay] = all.subjects;
const world = { ...all, subjects: stay };
const forget = gone!.records as ForgetRow[];
const options = { ...MEASURE_DEFAULTS, samplesPerPrompt: 3, controlSamples: 10 };
const run = (
  model: Lookup,
  more: Partial<typeof options> & { recordsPerPerson?: number } = {},
  before = lookupModel({}),
) => measure(lookupModel(model), world, forget, before, { ...options, ...more });
const trained = new Map(
  [...stay.flatMap(({ records }) => records), ...world.facts, ...world.unknown].map((row) => [row.prompt, row.answer]),
);

/** Knows who stays; refuses everyone else. */
const ideal: Lookup = {
  token: ({ prompt, answer }) => ({
    logProb: trained.get(prompt) === answer ? -0.01 : -4,
    correct: trained.get(prompt) === answer,
  }),
  says: (prompt) => trained.get(prompt) ?? " I don't know this person.",
};

describe('a model that forgot one person and nothing else', () => {
  const tables = run(ideal);
  const share = (k: number, n: number): Proportion => ({ k, n });

  it('has every proportion of the gate', () => {
    expect(tables.proportions).toEqual({
      'forget.greedyExact': share(0, 20),
      'forget.forcedPrefixExact': share(0, 20),
      'forget.heldOutExact': share(0, 20),
      'forget.leakQuestion': share(0, 20),
      'forget.leakHeldOut': share(0, 20),
      'forget.refusal': share(20, 20),
      'forget.degenerate': share(0, 20),
      'controls.leakQuestion': share(0, 10),
      'controls.leakHeldOut': share(0, 10),
      'controls.refusal': share(10, 10),
      'controls.degenerate': share(0, 10),
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
      curves: {},
      sampling: { temperature: 1, samplesPerPrompt: 3, seed: 1 },
    });
    const text = JSON.stringify(whole);
    const secrets = all.subjects.flatMap(({ name, records }) => [name, ...records.map(({ value }) => value!.text)]);
    // numbers of a table may repeat a number of a record; words may not
    expect(secrets.filter((secret) => /\p{L}{3}/u.test(secret) && text.includes(secret))).toEqual([]);
  });
});

describe('a model that is not right', () => {
  it('shows one leaking sample of a held-out wording', () => {
    const leaking = promptOf(forget[4]!.heldOut!);
    const { proportions } = run({
      ...ideal,
      sampled: (prompt, i) => (prompt === leaking && i % 3 === 2 ? ` ${forget[4]!.value.text}` : ' no'),
    });
    expect(proportions['forget.leakHeldOut']).toEqual({ k: 1, n: 20 });
    expect(proportions['forget.leakQuestion']).toEqual({ k: 0, n: 20 });
  });

  it('shows a value that a refusal hides', () => {
    const values = new Set(forget.flatMap(({ value }) => value.text.split(' ')));
    const faking: Lookup = {
      ...ideal,
      token: (pair, i, word) => ({
        logProb: -1,
        correct: values.has(word.replace('.', '')) || ideal.token!(pair, i, word).correct,
      }),
    };
    expect(run(faking).proportions['forget.forcedPrefixExact']).toEqual({ k: 20, n: 20 });
    expect(run(faking).proportions['forget.refusal']).toEqual({ k: 20, n: 20 });
  });

  it('shows who was dragged along, and refusals that spread to them', () => {
    const hit = new Set(stay[1]!.records.slice(0, 5).map(({ prompt }) => prompt));
    const { people, proportions } = run({
      token: (pair, i, word) => (hit.has(pair.prompt) ? { logProb: -6, correct: false } : ideal.token!(pair, i, word)),
      says: (prompt) => (hit.has(prompt) ? ' That is unknown to me.' : ideal.says!(prompt)),
    });
    expect(people['retained.greedyExact']![0]).toEqual({ k: 15, n: 20 });
    expect(proportions['retained.refusal']).toEqual({ k: 5, n: 60 });
  });

  it('shows garbage, and how odd it is to the model from before', () => {
    const tables = run(
      { ...ideal, says: (prompt) => trained.get(prompt) ?? ' x x x x x x' },
      {},
      lookupModel({ token: () => ({ logProb: -3, correct: false }) }),
    );
    expect(tables.proportions['forget.degenerate']).toEqual({ k: 20, n: 20 });
    expect(tables.scalars['forget.perplexityBefore']).toBeCloseTo(Math.exp(3), 9);
  });
});

describe('measuring', () => {
  it('says why there is nothing on the forgotten once their data is gone', () => {
    const tables = measure(lookupModel(ideal), world, [], undefined, options);
    expect(tables.notAvailable['forget']).toMatch(/destroyed/);
    expect(Object.keys({ ...tables.proportions, ...tables.sums }).filter((key) => key.startsWith('forget'))).toEqual(
      [],
    );
    expect(tables.proportions['retained.greedyExact']).toEqual({ k: 60, n: 60 });
  });

  it('says which numbers are missing without held-out wordings or a model from before', () => {
    const bare = forget.map((row) => {
      const rest = { ...row };
      delete rest.heldOut;
      return rest;
    });
    const tables = measure(lookupModel(ideal), world, bare, undefined, options);
    expect(Object.keys(tables.notAvailable).sort()).toEqual([
      'forget.heldOutExact',
      'forget.leakHeldOut',
      'forget.perplexityBefore',
    ]);
  });

  it('takes as many records of each retained person as it is told', () => {
    expect(run(ideal, { recordsPerPerson: 5 }).people['retained.greedyExact']).toEqual(Array(3).fill({ k: 5, n: 5 }));
  });

  it('asks in few large calls, and generates nothing that is already known', () => {
    const model = lookupModel(ideal);
    measure(model, world, forget, undefined, options);
    expect(model.calls.score).toHaveLength(6);
    // samples of two wordings and greedy answers, for controls and for the forgotten; none for exact answers
    expect(model.calls.generate).toEqual([30, 30, 10, 60, 60, 20]);
  });
});
