// Where a test file puts its scratch: two runs at once on one machine do not see each other's, so that a test may look
// at what was left lying about.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { expect, it } from '@jest/globals';

it('the scratch folder is of this file alone, and of the processes that it starts', () => {
  expect(basename(tmpdir())).toMatch(/^quittance-test-/);
  expect(readdirSync(tmpdir())).toEqual([]);
  expect(execFileSync(process.execPath, ['-p', 'os.tmpdir()'], { encoding: 'utf8' }).trim()).toBe(tmpdir());
});
