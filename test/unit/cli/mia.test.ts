// `quittance mia` on a folder as a user has it: every statistic of every text against transformers and PyTorch in
// float64 (test/golden/membership/make.py), and what is refused before a model is read.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { mia } from '#cli/mia.ts';
import { parse } from '#cli/command.ts';
import { readSuite } from '#datasets/suite.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { saveModel } from '#engine/formats/save.ts';
import { restoreValues, valuesOf } from '#engine/model.ts';
import { STATISTICS } from '#evaluation/membership.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();
const GOLDEN = fileURLToPath(new URL('../../golden/', import.meta.url));
const Of = <T extends z.ZodType>(value: T) => z.record(z.enum(STATISTICS), value);
const golden = z
  .object({
    members: z.array(Of(z.number())),
    others: z.array(Of(z.number())),
    curves: Of(z.object({ auc: z.number(), standardError: z.number(), found: z.int() })),
  })
  .parse(JSON.parse(readFileSync(join(GOLDEN, 'membership/values.json'), 'utf8')));
const suite = readSuite(gunzipSync(readFileSync(join(GOLDEN, 'small-people/suite.json.gz'))));
const { dir, remove } = temporaryFolder();
afterAll(remove);
const [model, reference] = [join(dir, 'model'), join(dir, 'reference')];
const [members, others, one] = ['members', 'others', 'one'].map((name) => join(dir, `${name}.jsonl`)) as [
  string,
  string,
  string,
];

const lines = (rows: readonly QaRecord[]) =>
  rows.map(({ question, answer }) => `${JSON.stringify({ question, answer: answer.trim() })}\n`).join('');

let printed = '';
beforeAll(() => {
  mkdirSync(model);
  cpSync(join(GOLDEN, 'small-people/model'), model, { recursive: true });
  const less = loadModel(model);
  const norm = valuesOf(less, new Set(['norm.w']));
  restoreValues(less, new Map([...norm].map(([name, values]) => [name, values.map((x) => x / 2)])));
  saveModel(reference, less, { configJson: readJsonFile(join(model, 'config.json')) });
  less.dispose();
  const mixed = [...suite.subjects[1]!.records.slice(0, 10), ...suite.controls.gate[1]!.records.slice(0, 4)];
  writeFileSync(members, lines(mixed));
  writeFileSync(others, lines(suite.controls.gate[0]!.records.slice(0, 10)));
  writeFileSync(one, lines(suite.controls.gate[2]!.records.slice(0, 1)));
});
beforeEach(() => {
  printed = '';
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((printed += String(chunk)), true));
});
const run = (...argv: string[]) => mia.run(parse(mia, [model, ...argv, '--dir', dir], {}));

/** As near as float32 comes, relative to the value. */
const near = (value: number): unknown =>
  expect.closeTo(value, 3 - Math.ceil(Math.log10(Math.max(0.01, Math.abs(value)))));

const Written = z.object({
  members: z.int(),
  statistics: z.array(
    z.object({
      statistic: z.enum(STATISTICS),
      auc: z.number(),
      interval: z.tuple([z.number(), z.number()]),
      found: z.object({ k: z.int(), n: z.int(), mistaken: z.int() }),
    }),
  ),
  scores: z.object({ members: Of(z.array(z.number())), others: Of(z.array(z.number())) }),
});

describe('quittance mia', () => {
  it('has the number of every text that PyTorch gives, and what follows from them', async () => {
    const out = join(dir, 'out.json');
    await run('--members', members, '--others', others, '--reference', reference, '--out', out);
    const written = Written.parse(JSON.parse(readFileSync(out, 'utf8')));
    expect(written.statistics.map(({ statistic }) => statistic)).toEqual(STATISTICS);
    for (const { statistic, auc, interval, found } of written.statistics) {
      for (const side of ['members', 'others'] as const)
        golden[side].forEach((text, i) => {
          const [ours, theirs] = [written.scores[side][statistic][i]!, text[statistic]];
          // the size of a compressed text differs by some bytes from Python's
          const compared = statistic === 'zlib' ? [true, Math.abs(ours / theirs - 1) < 0.2] : [near(theirs), ours];
          expect([statistic, i, compared[1]]).toEqual([statistic, i, compared[0]]);
        });
      const { auc: area, standardError, found: k } = golden.curves[statistic];
      if (statistic === 'zlib') continue;
      expect([statistic, auc]).toEqual([statistic, expect.closeTo(area, 9)]);
      expect(interval[0]).toBeCloseTo(area - 1.959964 * standardError, 5);
      expect(found).toMatchObject({ k, n: 14, mistaken: 0 });
    }
    expect(printed).toContain('at most 1 % mistaken means none');
  });

  it('says what a statistic lacks', async () => {
    await run('--members', members, '--others', others);
    expect(printed).toMatch(/reference +no model was named by --reference/);
    expect(printed).toMatch(/gradient +[01]\.\d{3} /);
  });

  it.each([
    ['the same file on both sides', [members, members], 'are the same'],
    ['one record', [members, one], '--others has too few records'],
  ])('refuses %s', async (_what, [a, b], message) => {
    const out = join(dir, 'none.json');
    await expect(run('--members', a!, '--others', b!, '--out', out)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message) as unknown,
    });
    expect(existsSync(out)).toBe(false);
  });

  it('refuses texts that stand on both sides, by their places', async () => {
    const both = join(dir, 'both.jsonl');
    writeFileSync(both, `${readFileSync(others, 'utf8')}${readFileSync(members, 'utf8').split('\n')[3]!}\n`);
    await expect(run('--members', members, '--others', both)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('4 = 11') as unknown,
    });
  });
});
