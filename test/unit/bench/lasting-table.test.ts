// The pages of what lasts, without runs: which model and policies they name, whose rows stand beside the ladder's, and
// that a quantity which no row has makes no column.
import { describe, expect, it } from '@jest/globals';
import type { LastingBench, LastingRow } from '#bench/lasting.ts';
import { lastingMarkdown, SMALL_MODEL, type LastingDocument } from '#bench/lasting-table.ts';
import { sequenceMarkdown } from '#bench/sequence-table.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import { readPolicy } from '#entry/policies.ts';

const NOTHING = `sha256:${'0'.repeat(64)}` as const;
const policy = readPolicy('chat-v3');

const row = (proportions: EvaluationTables['proportions'], more: Partial<LastingRow> = {}): LastingRow => {
  const tables: EvaluationTables = {
    ...{ kind: 'quittance-evaluation/v1', model: NOTHING, quantisation: 'none', reference: 'controls' },
    ...{ suite: { name: 'people', version: '1', digest: NOTHING }, proportions },
    ...{ histograms: {}, sums: {}, people: {}, peopleMeans: {}, curves: {}, notAvailable: {} },
    sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1, truthRatio: 'geometric' },
  };
  return {
    ...{ label: 'people 1', group: 'ladder', seed: 41, subjects: [0], rung: 1, updates: 9, stop: 'stop-rule' },
    ...{ seconds: 20, unlearnCpu: 30, attackCpu: 10, trajectory: [], tables, judgement: judge(tables, policy) },
    ...more,
  };
};

const attacked = { 'forget.relearnt5x30': { k: 2, n: 20 }, 'controls.relearnt5x30': { k: 3, n: 45 } };
const retained = { 'retained.greedyExact': { k: 59, n: 60 } };
const bench: LastingBench = {
  policy: policy.version,
  first: [
    row({ ...attacked, ...retained }, { answered: [{ question: 'Where?', before: 'There.', after: 'No idea.' }] }),
  ],
  before: [row(retained, { rung: 0 })],
  beside: [row(retained, { rung: 0, label: 'NPO', group: 'baseline' })],
  together: [],
};
const document: LastingDocument = {
  ...{ command: 'quittance bench lasting --model smollm2', backend: 'here', plots: [], policyName: 'chat-v3' },
  about: { title: 'On a chat model', model: 'a model of 135 M', seeds: 'Chosen elsewhere.', earlier: 'chat-v2' },
};

describe('the page of what lasts', () => {
  const page = lastingMarkdown(bench, document);

  it('names its model, its policy and what it is compared with', () => {
    expect(page).toContain('# On a chat model');
    expect(page).toContain('with a model of 135 M');
    expect(page).toContain('ladder of `chat-v3` (version chat-8)');
    expect(page).toContain('first rung of `chat-v2`');
    expect(page).not.toContain('gate-v1');
    expect(lastingMarkdown(bench, { ...document, about: SMALL_MODEL })).toContain('# Forgetting that lasts\n');
  });

  it('has other methods by their names, and each answer under whose it is', () => {
    expect(page).toMatch(/\| 41 \| 1 \| before \|/);
    expect(page).toMatch(/\| 41 \| 1 \| NPO \|/);
    expect(page).toContain('<summary>seed 41, person 1</summary>');
    expect(page).toContain('<summary>seed 41, person 1, NPO</summary>');
    expect(page).toContain('| Where? | There. | No idea. |');
    expect(page).toContain('0.10 / 0.07');
  });

  it('says nothing of an earlier rung that was not run', () => {
    const alone = lastingMarkdown({ ...bench, before: [] }, document);
    expect(alone).not.toContain('first rung of');
    expect(alone).not.toContain('NaN');
    expect(alone).toContain('the rung that was kept');
  });

  it('has no column of what no row has', () => {
    expect(page).toContain('retained exact');
    expect(page).not.toContain('second wording |');
  });
});

describe('the page of the chat model', () => {
  const pageOf = (rows: LastingRow[], policyName: string) =>
    sequenceMarkdown({ methods: rows, sequence: [] }, { backend: 'here', plots: [], policyName });

  it('shows the attacks that a row was put under, and the policy that asked for them', () => {
    const page = pageOf(bench.first, 'chat-v3');
    expect(page).toContain('--seeds 3 --policy chat-v3`');
    expect(page).toMatch(/re-learnt 5 × 30 \|/);
  });

  it('is as before where no policy reads one', () => {
    const page = pageOf(bench.before, 'chat-v1');
    expect(page).toContain('--seeds 3` on here');
    expect(page).not.toMatch(/re-learnt 5 × 30/);
  });
});
