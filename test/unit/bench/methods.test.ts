// The methods bench without its runs: whom it compares, by which rule a configuration is picked, and how a row that
// failed reads.
import { describe, expect, it } from '@jest/globals';
import { methodEntries } from '#bench/method-entries.ts';
import { chosenEntries, REPORTED, SWEPT, type MethodRow, type SweptRow } from '#bench/methods.ts';
import type { MethodResult } from '#bench/method-row.ts';
import { methodsMarkdown, PRINTED } from '#bench/methods-table.ts';
import { printedRow, PrintedRow } from '#bench/printed-row.ts';
import { pickedBy, sweepMarkdown } from '#bench/sweep-table.ts';
import { MethodName } from '#core/method-name.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import { readPolicy } from '#entry/policies.ts';
import { configured } from '#unlearning/methods.ts';

const [v1, v3, v3Retain] = [readPolicy('gate-v1'), readPolicy('gate-v3'), readPolicy('gate-v3-retain')];
const entries = methodEntries({ v1, v3, v3Retain });
const NOTHING = `sha256:${'0'.repeat(64)}` as const;

/** Shares of forgotten and retained answers that are exact, of twenty and a hundred. */
const tables = (forgotten: number, retained: number): EvaluationTables => ({
  ...{ kind: 'quittance-evaluation/v1', model: NOTHING, quantisation: 'none', reference: 'controls' },
  suite: { name: 'people', version: '1', digest: NOTHING },
  proportions: {
    'forget.greedyExact': { k: forgotten, n: 20 },
    'retained.greedyExact': { k: retained, n: 100 },
  },
  ...{ histograms: {}, sums: {}, people: {}, peopleMeans: {}, curves: {}, notAvailable: {} },
  sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1, truthRatio: 'geometric' },
});
const result = (forgotten: number, retained: number, more: Partial<MethodResult> = {}): MethodResult => {
  const found = tables(forgotten, retained);
  const judgements = ['gate-v1', 'gate-v2'].map((name) => judge(found, readPolicy(name)));
  return {
    ...{ updates: 7, stop: 'stop-rule', cpu: 2.5, peak: 300, idle: 200, diverged: false, attackCpu: 1 },
    ...{ tables: found, judgements },
    ...more,
  };
};
const row = (label: string, of: MethodRow['result'], config = {}): MethodRow => ({
  ...{ label, method: 'npo', config, from: 'sweep', seed: 21, reads: ['reference'], result: of },
});
const swept = (step: number, of: MethodRow['result']): SweptRow => ({
  ...row('npo', of, { step }),
  picked: step === 1,
});

describe('what the bench compares', () => {
  it('is every registered method, under settings that each method takes', () => {
    expect(new Set(entries.map(({ method }) => method))).toEqual(new Set(MethodName.options));
    expect(new Set(entries.map(({ label }) => label)).size).toBe(entries.length);
    for (const { method, config, tried } of entries)
      for (const one of [config, ...tried]) expect(() => configured(method, one)).not.toThrow();
  });

  it('runs what the sweep tries, on others than the sweep', () => {
    for (const { config, tried } of entries) if (tried.length > 0) expect(tried).toContainEqual(config);
    expect(REPORTED.seeds).not.toContain(SWEPT.seed);
  });

  it('is chosen by method or by row, and by nothing else', () => {
    expect(chosenEntries(['flat as published: kl', 'uld']).map(({ label }) => label)).toEqual([
      'flat as published: kl',
      'uld',
    ]);
    expect(chosenEntries(['flat']).length).toBeGreaterThan(4);
    expect(() => chosenEntries(['flatt'])).toThrow(expect.objectContaining({ code: 'METHOD_UNKNOWN' }));
  });
});

describe('the rule of the sweep', () => {
  it('takes the fewest open checks, then the most that is kept, then the first', () => {
    const known = swept(1, result(20, 100));
    const [harmful, kept, same] = [swept(2, result(0, 96)), swept(3, result(0, 99)), swept(4, result(0, 99))];
    expect(pickedBy([known, harmful, kept, same])).toBe(kept);
    expect(pickedBy([swept(1, { failed: 'no' })])).toBeUndefined();
    expect(sweepMarkdown([known, kept])).toMatch(/\{"step":3\}.*\| picked \|/);
  });
});

const BY = { version: '0.1.0', day: '2026-11-30', backend: 'wasm' };
const printed = (one: MethodRow): PrintedRow => printedRow(one, PRINTED, BY);

describe('a row', () => {
  const page = (...rows: MethodRow[]) =>
    methodsMarkdown(rows.map(printed), { command: 'quittance bench methods', backend: 'wasm' });

  it('says by which kinds of checks it fails, and that it diverged', () => {
    expect(page(row('npo', result(20, 100)))).toMatch(/\| npo \| fail \| fail \|.*still known/);
    expect(page(row('npo', result(0, 10)))).toMatch(/\| npo \|.*others harmed/);
    expect(page(row('npo', result(0, 10, { diverged: true })))).toMatch(/\| npo \|.*diverged, /);
  });

  it('of a method that ended in an error has its message in it', () => {
    const text = page(row('npo', { failed: 'no memory' }), { ...row('npo', result(0, 100)), seed: 22 });
    expect(text).toMatch(/\| npo \| no result · fail \| no result · fail \|.*no memory/);
    expect(printed(row('npo', { failed: 'no memory' })).result).toEqual({ failed: 'no memory' });
  });

  it('as JSON has what it cost and every quantity that the page prints, and is read again', () => {
    const one = printed(row('npo', result(1, 99)));
    expect(one).toMatchObject({
      ...{ reads: ['reference'], by: BY },
      result: { cpu: 2.5, peak: 300, values: { 'retained.greedyExact': 0.99, 'forget.valueLogProbAuc': null } },
    });
    expect(PrintedRow.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  it('says in the last table which seeds it is of, and what measured it', () => {
    const old = { ...printed(row('po', result(0, 99))), by: { ...BY, day: '2026-11-29', rounded: true as const } };
    const rows = [old, printed(row('npo', result(0, 99))), printed({ ...row('npo', result(0, 99)), seed: 22 })];
    const text = methodsMarkdown(rows, { command: 'quittance bench methods', backend: 'wasm' });
    expect(text).toMatch(/\| npo \| npo \| `\{\}` \| sweep \| 21, 22 \| 2026-11-30, 0\.1\.0 on wasm \|/);
    expect(text).toMatch(/\| po \|.*\| 21 \| 2026-11-29, 0\.1\.0 on wasm \(as an earlier page printed it\) \|/);
  });
});
