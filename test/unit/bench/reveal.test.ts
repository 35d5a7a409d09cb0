// The reveal bench without its runs: what it releases with, and how rows read, a release that ended in an error
// included.
import { describe, expect, it } from '@jest/globals';
import { revealEntries } from '#bench/reveal-entries.ts';
import { revealMarkdown, summaryOfReveal } from '#bench/reveal-table.ts';
import type { ReleaseRow, RevealRow } from '#bench/reveal.ts';
import { configured } from '#unlearning/methods.ts';

const row = (seed: number, source: 'suite' | 'pool', right: number): RevealRow => ({
  ...{ seed, person: 0, source, questions: 40, claims: 20, right, records: 20 },
  ...{ controls: [0, 1, 7], strangers: { asked: 4, refused: 4 }, cpu: 1.5 },
  rows: [{ question: 'Q?', answer: 'Ada Holt was born in Bergen.', value: 'Bergen', type: 'text', sureness: -0.1 }],
});
const failed: ReleaseRow = {
  ...{ label: 'negated adapter', on: 'suite', method: 'lora-negation', config: {} },
  ...{ seed: 21, person: 0, rows: 40, result: { failed: 'no moments for layers.0.q.w' } },
};
const bench = {
  revealed: [row(21, 'suite', 20), row(22, 'suite', 18), row(21, 'pool', 15)],
  orders: [
    { order: 'farthest first', recall: [0.5, 0.7, 0.9, 1], cpu: 0.1 },
    { order: 'farthest first', recall: [0.7, 0.9, 0.9, 0.9], cpu: 0.3 },
  ],
  released: [failed],
};

describe('releases', () => {
  it('are settings that their methods take, each under a name of its own', () => {
    const entries = revealEntries();
    for (const { method, config } of entries) expect(() => configured(method, config)).not.toThrow();
    expect(new Set(entries.map(({ label }) => label)).size).toBe(entries.length);
    expect(entries.filter(({ method }) => method === 'lora-negation')).toHaveLength(4);
    for (const { label } of entries) expect(label).not.toContain(','); // which parts labels on the command line
  });

  it('are chosen by name or by method', () => {
    expect(revealEntries(['flat-lasting']).map(({ label }) => label)).toEqual(['flat-lasting (rung 3)']);
    expect(() => revealEntries(['flat-lastin'])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('the page', () => {
  const text = revealMarkdown(bench, { command: 'quittance bench reveal', backend: 'wasm' });

  it('has precision and recall with intervals over all people of a line', () => {
    // 38 of 40, Clopper and Pearson: 0.831 to 0.994
    expect(text).toContain(
      "| the suite's trained wordings | all | 20 20 | 20 18 | 0.95 (0.83–0.99) | 0.95 (0.83–0.99) |",
    );
    expect(text).toContain('| everyday questions, farthest first | 21 | 20 | 15 | 0.75 (0.51–0.91) |');
    expect(text).toContain('| farthest first | 0.60 | 0.80 | 0.90 | 0.95 | 0.05 | 0.20 |');
  });

  it('has a release that ended in an error, and no revealed text', () => {
    expect(text).toMatch(/\| negated adapter \| 40 \| .* no moments for layers\.0\.q\.w \|/);
    expect(text + JSON.stringify(summaryOfReveal(bench))).not.toContain('Bergen');
  });
});
