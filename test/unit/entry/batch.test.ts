// The job's main as a process of its own, told nothing or nonsense: it refuses by a code that says which, and quotes no
// value.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { failureName } from '#core/run.ts';

const MAIN = fileURLToPath(new URL('../../../entry/batch.ts', import.meta.url));
const NODE = ['--disable-warning=ExperimentalWarning', MAIN];

const refused = (variables: Readonly<Record<string, string>>, ...given: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE, ...given], {
    env: variables,
    encoding: 'utf8',
  });
  const line = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { code: string; message: string };
  expect([status, stdout]).toEqual([1, '']);
  return line;
};

describe('a job', () => {
  it('that is not told which it is refuses by the names of what is missing', () => {
    const { code, message } = refused({});
    expect(code).toBe('INVALID_INPUT');
    expect(message).toMatch(/QUITTANCE_JOB, job$/);
  });

  it('that is told nonsense names the variable, and never its value', () => {
    const { code, message } = refused({ QUITTANCE_SAVE_SECONDS: 'Ottoline' }, 'QUITTANCE_JOB=unlearn', 'job=j-1');
    expect([code, message.includes('QUITTANCE_SAVE_SECONDS'), message.includes('Ottoline')]).toEqual([
      'INVALID_INPUT',
      true,
      false,
    ]);
  });

  it('that fails leaves its code beside its results, where the workflow finds it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'quittance-batch-'));
    try {
      localStores(dir).close();
      const plan = `planDigest=sha256:${'0'.repeat(64)}`;
      const { status } = spawnSync(
        process.execPath,
        [...NODE, 'QUITTANCE_JOB=unlearn', 'job=T-1-unlearn-1', 'ticketId=T-00000001', plan],
        { env: { QUITTANCE_DIR: dir, QUITTANCE_BACKEND: 'wasm' }, encoding: 'utf8' },
      );
      const stores = localStores(dir);
      expect([status, await stores.results.get(failureName('T-1-unlearn-1'))]).toEqual([
        1,
        { kind: 'quittance-job-failure/v1', code: 'NOT_FOUND' },
      ]);
      stores.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('that meets a fault nobody foresaw says where it came from, once, and names that line in its reason', () => {
    const dir = mkdtempSync(join(tmpdir(), 'quittance-batch-'));
    const folder = join(dir, 'Ottoline');
    writeFileSync(folder, ''); // a file, where the job makes a folder
    const { stderr } = spawnSync(
      process.execPath,
      [...NODE, 'QUITTANCE_JOB=unlearn', 'job=j-1', 'ticketId=T-00000001'],
      {
        env: { QUITTANCE_DIR: dir, QUITTANCE_SCRATCH: folder, QUITTANCE_BACKEND: 'wasm' },
        encoding: 'utf8',
      },
    );
    rmSync(dir, { recursive: true });
    const [fault, reason, ...more] = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(fault).toMatchObject({ where: 'job unlearn', ticketId: 'T-00000001', code: 'ENOTDIR' });
    expect(JSON.stringify(fault?.['stack'])).toContain('entry/batch.ts');
    expect([reason, more]).toEqual([
      { code: 'INTERNAL', message: `failed unexpectedly; the log has it as ${String(fault?.['fault'])}` },
      [],
    ]);
    expect(stderr).not.toContain('Ottoline');
  });
});
