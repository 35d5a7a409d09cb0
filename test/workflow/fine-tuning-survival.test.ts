// `quittance train` killed with SIGKILL and started again: it goes on behind what it had, and ends with the model that
// a training which nobody disturbed ends with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { GOLDEN_TRAINING } from '#test/support/fine-tuning.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

/** The command as a process of its own; its last line is the result. */
const started = (out: string) => {
  const data = ['--base', join(GOLDEN_TRAINING, 'model'), '--corpus', join(GOLDEN_TRAINING, 'corpus.jsonl')];
  const settings = ['--subject-field', 'customer', '--slices', '3', '--epochs', '12', '--batch', '2', '--rate', '1e-3'];
  const argv = [join(ROOT, 'cli/bin.mjs'), 'train', ...data, ...settings, '--out', join(dir, out), '--json'];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += String(chunk)));
  child.stderr.on('data', (chunk) => (said.err += String(chunk)));
  return { child, said };
};

const ended = async (out: string): Promise<{ digest: string; seconds: number }> => {
  const { child, said } = started(out);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(said.err);
  return JSON.parse(said.out) as { digest: string; seconds: number };
};

/** Resolves once the folder of work holds a file whose name ends so. */
const appears = (work: string, name: string): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (
        !existsSync(work) ||
        !readdirSync(work, { recursive: true, encoding: 'utf8' }).some((one) => one.endsWith(name))
      )
        return;
      watcher.close();
      resolve();
    };
    const watcher = watch(dir, { recursive: true }, look);
    look();
  });

test('killed behind its first slice it ends as one that was left alone', async () => {
  const { child } = started('killed');
  const gone = once(child, 'close');
  await appears(join(dir, '.killed.training'), 'slice-1.safetensors');
  child.kill('SIGKILL');
  await gone;
  expect(existsSync(join(dir, 'killed'))).toBe(false);
  const again = await ended('killed');
  expect(again.digest).toBe((await ended('whole')).digest);
  expect(readdirSync(dir).sort()).toEqual(['killed', 'whole']);
});
