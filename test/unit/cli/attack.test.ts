// `quittance attack` on a folder as a user has it: beside its own suite's never-trained people, beside generated ones
// where there is no suite, and with input that cannot be attacked.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { attack } from '#cli/attack.ts';
import { parse } from '#cli/command.ts';
import { readSuite, suiteBytes } from '#datasets/suite.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();
const GOLDEN = fileURLToPath(new URL('../../golden/small-people/', import.meta.url));
const suite = readSuite(gunzipSync(readFileSync(join(GOLDEN, 'suite.json.gz'))));
const { dir, remove } = temporaryFolder();
afterAll(remove);
const model = join(dir, 'model');
const [two, one] = [join(dir, 'two.jsonl'), join(dir, 'one.jsonl')];

let told = '';
let printed = '';
beforeAll(() => {
  mkdirSync(model);
  cpSync(join(GOLDEN, 'model'), model, { recursive: true });
  const lines = suite.subjects[1]!.records.slice(0, 2).map((row) => `${JSON.stringify(forgetRecord(row))}\n`);
  writeFileSync(two, lines.join(''));
  writeFileSync(one, lines[0]!);
});
beforeEach(() => {
  [told, printed] = ['', ''];
  jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((told += String(chunk)), true));
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((printed += String(chunk)), true));
});
const run = (...argv: string[]) => attack.run(parse(attack, [model, ...argv, '--dir', dir], {}));

describe('quittance attack', () => {
  it('attacks beside generated people where the model has no suite, and says so', async () => {
    await run('--forget', one, '--people', '1');
    expect(told).toContain('generated people, whose records are of another kind');
    expect(printed).toMatch(/re-learning 2 × 10 +not possible/);
    expect(printed).toContain('hints and re-learning need two records');
    expect(printed).toMatch(/prefix +1\.00 of 1 /);
  });

  it('takes the suite beside the model, and writes what it found and a drawing', async () => {
    const [out, plot] = [join(dir, 'attacks.json'), join(dir, 'attacks.svg')];
    const gate = suite.controls.gate.slice(0, 1);
    writeFileSync(join(model, 'suite.json'), suiteBytes({ ...suite, controls: { ...suite.controls, gate } }));
    await run('--forget', two, '--people', '2', '--out', out, '--plot', plot);
    expect(told).not.toContain('generated');
    expect(told).toContain('never-trained people in the suite: 1, not 2');
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ records: 2, twins: { people: 1, of: 'suite' } });
    expect(readFileSync(plot, 'utf8')).toContain('never-trained people');
    expect(printed.split('\n').find((line) => line.startsWith('re-learning 2 × 10'))).not.toContain('not possible');
  });

  it('refuses a suite without never-trained people, and an output that cannot be written, before any work', async () => {
    const empty = join(dir, 'empty.json');
    writeFileSync(empty, suiteBytes({ ...suite, controls: { ...suite.controls, gate: [] } }));
    await expect(run('--forget', two, '--suite', empty)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const nowhere = join(dir, 'nowhere', 'a.json');
    await expect(run('--forget', two, '--out', nowhere)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(existsSync(join(dir, 'nowhere'))).toBe(false);
  });
});
