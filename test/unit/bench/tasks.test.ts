// The tasks bench with a model that has hardly learnt anything: it reveals what it is sure of, rows are kept and read
// again, and the page has every release.
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchTasks, RELEASES, TASKS, type TasksBenchOptions } from '#bench/tasks.ts';
import { tasksMarkdown } from '#bench/tasks-table.ts';
import { taughtModel } from '#bench/tasks-model.ts';
import { revealedOf } from '#bench/tasks-reveal.ts';
import { configured } from '#unlearning/methods.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

const dir = mkdtempSync(join(tmpdir(), 'tasks-'));
afterAll(() => rmSync(dir, { recursive: true }));

const size = { hidden: 16, layers: 1, updates: 3, batch: 12, asked: 4, samples: 6 };
const options: TasksBenchOptions = { dir, backend: 'tiny', seed: 2, size, keptOnly: false, onPart: () => undefined };

describe('the tasks bench', () => {
  it('takes settings that their methods know, each under a name of its own', () => {
    for (const { method, config } of RELEASES) expect(() => configured(method, config)).not.toThrow();
    expect(new Set(RELEASES.map(({ label }) => label)).size).toBe(RELEASES.length);
  });

  it('keeps of what a model writes only what has the form, once', async () => {
    const model = await taughtModel(2, size);
    const { asked, formed, kept, right, rows } = revealedOf(model, 'PER', 2, { ...size, samples: 20 });
    model.dispose();
    expect([asked, rows.length]).toEqual([20, kept]);
    expect(formed >= kept && kept >= right).toBe(true);
  });

  it('releases every task, and says where there was nothing to release', async () => {
    const bench = await benchTasks(options);
    expect(bench.rows).toHaveLength(TASKS.length * RELEASES.length);
    expect(await benchTasks(options)).toEqual(bench);
    const kept = await benchTasks({ ...options, keptOnly: true, seed: 2, labels: ['flat'] });
    expect([kept.rows.length, kept.missing]).toEqual([6, []]);
    await expect(benchTasks({ ...options, labels: ['flatt'] })).rejects.toMatchObject({ code: 'USAGE' });
    const page = tasksMarkdown(bench, { command: 'quittance bench tasks', backend: 'tiny' });
    for (const { label } of RELEASES) expect(page.split(`| ${label} |`)).toHaveLength(TASKS.length + 2);
  });
});
