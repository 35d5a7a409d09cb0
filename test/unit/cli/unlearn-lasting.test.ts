// `quittance unlearn --method flat-lasting` with what cannot be unlearned well: a person whom the model never saw, a
// suite with nobody to stop by, refusals that the model does not give, a single record. On the model of 13 generated
// people, which has learnt whom it knows and refuses others.
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from '#cli/command.ts';
import { unlearn } from '#cli/unlearn.ts';
import { readSuite, suiteBytes } from '#datasets/suite.ts';
import { forgetRecord, type QaRecord, type Suite } from '#datasets/suite-shape.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const GOLDEN = fileURLToPath(new URL('../../golden/small-people/', import.meta.url));
const people = readSuite(gunzipSync(readFileSync(join(GOLDEN, 'suite.json.gz'))));
const { dir, remove } = temporaryFolder();
afterAll(remove);

let printed = '';
beforeEach(() => {
  printed = '';
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((printed += String(chunk)), true));
});

const run = (name: string, records: readonly QaRecord[], suite: Suite, ...settings: string[]) => {
  const [forget, beside, out] = [`${name}.jsonl`, `${name}.json`, name].map((file) => join(dir, file));
  writeFileSync(forget!, records.map((row) => `${JSON.stringify(forgetRecord(row))}\n`).join(''));
  writeFileSync(beside!, suiteBytes(suite));
  const argv = ['--model', join(GOLDEN, 'model'), '--suite', beside!, '--forget', forget!, '--out', out!, '--dir', dir];
  const config = ['update.updates=1', ...settings].flatMap((one) => ['--config', one]);
  return unlearn.run(parse(unlearn, ['--method', 'flat-lasting', ...argv, ...config], {}));
};
const own = people.subjects[1]!.records;

describe('flat-lasting by the command', () => {
  it('refuses a person whom the model never saw, and writes nothing', async () => {
    const { records } = people.controls.gate[1]!;
    await expect(run('never', records, people)).rejects.toMatchObject({
      ...{ code: 'INVALID_INPUT', message: 'the model knows none of these records' },
    });
    expect(existsSync(join(dir, 'never'))).toBe(false);
  });

  it('drops records of such a person beside known ones, and says how many', async () => {
    await run('mixed', [...own.slice(0, 5), ...people.controls.gate[1]!.records.slice(0, 3)], people);
    expect(printed).toMatch(/records that the model never knew, left out: [123]$/m);
  });

  it('says of one record that re-learning cannot be simulated on it', async () => {
    await run('one', own.slice(0, 1), people);
    expect(printed).toContain('simulated re-learning: not possible: re-learning needs two records');
  });

  it('refuses a suite without never-trained people to stop by', async () => {
    const nobody = { ...people, controls: { ...people.controls, stop: [] } };
    await expect(run('nobody', own, nobody)).rejects.toMatchObject({
      ...{ code: 'INVALID_INPUT', message: 'the suite has no never-trained people to stop by' },
    });
  });

  it('refuses refusals that the model gives nobody, though the end of any sentence is likely', async () => {
    const odd = { ...people, refusals: ['Purple monkeys fly backwards at dawn.'] };
    await expect(run('odd', own, odd, 'loss.instead=refusal')).rejects.toMatchObject({
      ...{ code: 'METHOD_CONFIG', message: expect.stringContaining('does not refuse people') as unknown },
    });
  });
});
