// The story bench on a book of four chapters and a model that hardly learns: rows are kept and read again, one that
// cannot be made is a row, and the page says what is not measured.
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MethodName } from '#core/method-name.ts';
import { benchStory, type StoryBenchOptions } from '#bench/story.ts';
import { NOT_OF_TEXTS, STORY_UPDATES, storyEntries } from '#bench/story-entries.ts';
import { missingIn, StoryPage, storyPage } from '#bench/story-page.ts';
import { storyMarkdown } from '#bench/story-table.ts';
import { STORY_RECIPE } from '#bench/story-world.ts';
import { configured } from '#unlearning/methods.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

const dir = mkdtempSync(join(tmpdir(), 'story-'));
afterAll(() => rmSync(dir, { recursive: true }));

const options: StoryBenchOptions = {
  ...{ dir, backend: 'tiny', seed: 3, labels: ['grad-ascent'], keptOnly: false },
  size: {
    chapters: { stays: 1, forget: 1, stop: 1, never: 1 },
    ...{ entries: { taught: 3, never: 2 }, facts: 3, strangers: 2 },
  },
  recipe: {
    ...STORY_RECIPE,
    ...{ vocabSize: 320, hiddenSize: 16, layers: 1, intermediateSize: 24, maxPositions: 256, batchSize: 16, epochs: 1 },
  },
  onUpdate: () => undefined,
  onRow: () => undefined,
};

describe('what the bench compares', () => {
  it('is every method but training anew, under settings that each takes, or has a reason', () => {
    const asked = new Set(storyEntries().map(({ method }) => method));
    expect(MethodName.options.filter((name) => !asked.has(name) && NOT_OF_TEXTS[name] === undefined)).toEqual([
      'retrain',
    ]);
    for (const { method, config } of storyEntries()) {
      expect(() => configured(method, config)).not.toThrow();
      const { update } = config as { update?: { updates?: number } };
      if (update) expect(update.updates).toBe(STORY_UPDATES);
    }
  });
});

describe('a run', () => {
  it('measures every side, keeps its rows, and is drawn again without a run', async () => {
    const bench = await benchStory(options);
    expect(bench.rows.map(({ label }) => label)).toEqual(['grad-ascent']);
    for (const { result } of bench.rows) {
      if ('failed' in result) throw new Error(result.failed);
      expect(result.measures.perplexity.forget).toBeGreaterThan(1);
      expect(result.measures.leak).toBeGreaterThanOrEqual(0);
    }
    const onRow = jest.fn();
    const again = await benchStory({ ...options, keptOnly: true, labels: ['grad-ascent', 'npo'], onRow });
    expect(onRow).toHaveBeenCalledTimes(1);
    expect(again.missing).toEqual(['npo']);
    expect(again.rows[0]).toEqual(bench.rows[0]);

    const failed = { ...bench.rows[0]!, label: 'po', result: { failed: 'no number came' } };
    const by = { version: '0.1.0', day: '2026-11-30', backend: 'tiny' };
    const all = storyPage({ ...again, rows: [...again.rows, failed] }, by);
    const page = storyMarkdown(all, { command: 'quittance bench story', backend: 'tiny', missing: again.missing });
    expect(page).toContain('**Not measured yet** (the same command goes on with them): npo.');
    expect(page).toMatch(/\| po \| no result: no number came \|/);
    expect(page).toMatch(/\| never read the half \| – \| 0 \| – \| \d/);
    expect(page).toContain('| uld-offset | not of texts: ');
    const widths = page
      .split('\n')
      .filter((line) => /^\| grad-ascent \| (?!grad)/.test(line))
      .map((line) => line.split('|').length);
    expect(widths).toEqual([11, 10, 4]);
    expect(page).toMatch(/\| po \| .* \| 2026-11-30, 0\.1\.0 on tiny \|/);

    const kept = StoryPage.parse(JSON.parse(JSON.stringify(all)));
    expect(kept).toEqual(all);
    const more = storyPage(bench, { ...by, day: '2026-12-01' }, kept);
    expect(more.rows.map(({ label, by: { day } }) => [label, day])).toEqual([
      ['grad-ascent', '2026-12-01'],
      ['po', '2026-11-30'],
    ]);
    expect(missingIn(more, ['npo', 'po'])).toEqual(['npo']);
  });
});
