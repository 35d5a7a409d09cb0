// `quittance bench methods|story --merge FILE`: rows of earlier runs stay in the page, those that are measured again
// are replaced, and a file of another form is refused before anything is measured. Nothing is measured here: the
// command draws what is kept.
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { merged } from '#bench/merged.ts';
import type { PrintedRow } from '#bench/printed-row.ts';
import { bench } from '#cli/bench.ts';
import { parse } from '#cli/command.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

const [file, page] = [join(dir, 'methods.json'), join(dir, 'methods.md')];
const run = (...argv: string[]) =>
  bench.run(parse(bench, ['methods', '--kept', ...argv, '--out', page, '--dir', dir], {}));
const gate = (verdict: 'pass' | 'fail') => ({ policyVersion: '1.0', verdict, notPassed: [], faults: [] });
const row = (label: PrintedRow['method'], updates: number): PrintedRow => ({
  ...{ label, method: label, config: {}, from: 'untuned', seed: 21, reads: [] },
  by: { version: '0.1.0', day: '2026-11-30', backend: 'wasm' },
  result: { updates, diverged: false, gates: [gate('pass'), gate('fail')], values: {} },
});

describe('--merge', () => {
  it('draws rows of earlier runs in the order of the bench, and names those that are in none', async () => {
    writeFileSync(file, JSON.stringify([row('po', 60), row('npo', 4), row('grad-ascent', 5)]));
    await run('--methods', 'npo', '--merge', file);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('Made by `quittance bench methods --preset quick --merge methods.json`');
    expect(text).toMatch(/\| grad-ascent \| pass \| fail \|[^]*\| po \| pass \| fail \|[^]*\| npo \| pass \| fail \|/);
    expect(text).toMatch(/Not measured yet.*: flat projected, .*, trained anew\./);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([row('grad-ascent', 5), row('po', 60), row('npo', 4)]);
  });

  it('makes the file where there is none, and measures only what is asked for without it', async () => {
    const other = join(dir, 'other.json');
    await run('--merge', other);
    expect(JSON.parse(readFileSync(other, 'utf8'))).toEqual([]);
    await run('--methods', 'npo,po');
    expect(readFileSync(page, 'utf8')).toMatch(/Not measured yet.*: po, npo\./);
  });

  it('refuses a file of another form by its name, and one of a sweep', async () => {
    const wrong = join(dir, 'wrong.json');
    for (const text of ['{}', 'no JSON', JSON.stringify([{ ...row('npo', 4), seed: 'one' }])]) {
      writeFileSync(wrong, text);
      await expect(run('--merge', wrong)).rejects.toMatchObject({
        ...{ code: 'INVALID_INPUT', message: expect.stringContaining(wrong) as unknown },
      });
      expect(readFileSync(wrong, 'utf8')).toBe(text);
    }
    await expect(run('--preset', 'sweep', '--merge', file)).rejects.toMatchObject({ code: 'USAGE' });
    expect(existsSync(join(dir, 'bench'))).toBe(false);
  });
});

const scores = { verbMem: 40, bleu: 20, rougeL: 0.4 };
const measures = {
  ...{ forget: scores, stays: scores, knowForget: 10, knowStays: 90, leak: 0.5, chosen: 0.8 },
  perplexity: { forget: null, stays: 2.5, general: 2.2 }, // a model that says nothing any more has none
  shown: { opening: 'Once.', book: 'And then.', said: 'And then.' },
};
const storyRows = {
  ...{ seed: 40, bases: { cpu: [145, 86], exact: [0.4, 0.3] }, original: measures, retain: measures },
  rows: [
    {
      ...{ label: 'npo', method: 'npo', config: {}, from: 'untuned', reads: [], by: row('npo', 12).by },
      result: { updates: 12, stop: 'update-limit', cpu: 20.4, measures },
    },
  ],
};

describe('--merge of a book', () => {
  const story = (...argv: string[]) =>
    bench.run(parse(bench, ['story', '--kept', '--merge', join(dir, 'story.json'), ...argv, '--dir', dir], {}));

  it('draws what the file has without training anything, and nothing of another seed', async () => {
    writeFileSync(join(dir, 'story.json'), JSON.stringify(storyRows));
    await story('--seed', '40', '--out', page);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('Made by `quittance bench story --seed 40 --merge story.json`');
    expect(text).toMatch(/\| npo \| forget data alone \| 12 \(limit\) \| 20\.4 \|/);
    expect(text).toMatch(/\| npo \| 40\.0 \| 40\.0 \| .* \| – \| 2\.50 \|/);
    await expect(story()).rejects.toMatchObject({ code: 'INVALID_INPUT', got: 'rows of seed 40' });
    expect(JSON.parse(readFileSync(join(dir, 'story.json'), 'utf8'))).toEqual(storyRows);
  });
});

describe('rows of several runs', () => {
  it('are one where they have the same key, and the later one stands', () => {
    const rows = merged(
      ['b1', 'a1'],
      ['a2', 'c1'],
      ([key]) => key!,
      ([key]) => 'cab'.indexOf(key!),
    );
    expect(rows).toEqual(['c1', 'a2', 'b1']);
  });
});
