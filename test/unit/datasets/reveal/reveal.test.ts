// What a real small model says of the people that it was trained on, of a name it never saw, and without controls; and
// the command that writes it down.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { reveal as command } from '#cli/reveal.ts';
import { claimsOf, fewWordings } from '#datasets/reveal/claims.ts';
import { everydayQuestions, softQuestions } from '#datasets/reveal/questions.ts';
import { answersTo, reveal } from '#datasets/reveal/reveal.ts';
import { readRecords } from '#datasets/records.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { inference, type Inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { softened, softVectors } from '#engine/soft-prompts.ts';
import { captured } from '#test/support/captured.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { SMALL_BASE, smallPeople } from '#test/support/small-people.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

let model: Model;
let asked: Inference;
beforeAll(() => {
  model = loadModel(SMALL_BASE);
  asked = inference(model);
});
afterAll(() => model.dispose());

const [person] = smallPeople.subjects;
const { name, records } = person!;
const truths = new Set(records.map(({ answer }) => answer.trim()));
const stranger = smallPeople.controls.gate[0]!.name;
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.name : '';
  }
  return 'none';
};

describe('what a model reveals', () => {
  it('by the wordings of its suite is every record of the person, and never-trained names get few', () => {
    const { rows, ...found } = reveal(name, smallPeople, asked);
    expect(found).toMatchObject({ source: 'suite', questions: 40, claims: 20 });
    expect(found.controls).toHaveLength(17); // all that the suite has
    expect(found.controls.at(-1)).toBeLessThan(10);
    expect(new Set(rows.map(({ answer }) => answer))).toEqual(truths);
    for (const row of rows) expect(row.answer).toContain(row.value);
  });

  it('without a suite of its own is most of the records, by 160 everyday questions', () => {
    const questions = everydayQuestions();
    const { rows, ...found } = reveal(name, smallPeople, asked, { questions });
    const said = [...new Set(rows.map(({ answer }) => answer))];
    expect(found).toMatchObject({ source: 'pool', questions: 160, claims: said.length });
    expect(said.filter((answer) => truths.has(answer)).length).toBeGreaterThanOrEqual(15);
    expect(said.filter((answer) => !truths.has(answer)).length).toBeLessThanOrEqual(2);
  });

  it.each(['neural-ucb', 'random'] as const)('in another order (%s) is found by as many other questions', (order) => {
    const options = { questions: everydayQuestions(), most: 40, controls: 3 };
    const farthest = reveal(name, smallPeople, asked, options);
    const found = reveal(name, smallPeople, asked, { ...options, order });
    expect(found).toMatchObject({ source: 'pool', questions: 40 });
    expect(found.asked).not.toBe(farthest.asked);
    expect(reveal(name, smallPeople, asked, { ...options, order }).asked).toBe(found.asked);
    expect(found.claims).toBeGreaterThan(found.controls.at(-1)!);
  });

  it('behind soft prompts is little, each answer once, since they all ask by the name alone', () => {
    const soft = softened(model, softVectors(model, 64, 'one'));
    const { asked: prompts } = softQuestions(soft.ids);
    const said = answersTo(name, prompts, { model: inference(soft.model), suite: smallPeople });
    expect(said).toHaveLength(64);
    const different = new Set(said.filter((one) => one !== undefined));
    expect(different.size).toBeLessThan(15);
    const rows = fewWordings(claimsOf(name, prompts, { model: inference(soft.model), suite: smallPeople }));
    expect(rows.map(({ question }) => question)).toEqual(rows.map(() => `${name}?`));
    expect(rows).toHaveLength(different.size);
    soft.model.dispose();
  });

  it('of a name that it never saw is nothing to unlearn', () => {
    expect(codeOf(() => reveal(stranger, smallPeople, asked))).toBe('NOTHING_REVEALED');
  });

  it('is not judged without never-trained people, nor beside the person alone', () => {
    const none = { ...smallPeople, controls: { whitening: [], stop: [], gate: smallPeople.controls.gate } };
    const alone = { ...none, controls: { ...none.controls, stop: [person!] } };
    for (const suite of [none, alone]) expect(codeOf(() => reveal(name, suite, asked))).toBe('INVALID_INPUT');
  });
});

describe('quittance reveal', () => {
  const printed = captured();
  const suite = join(dir, 'suite.json');
  beforeAll(() => writeFileSync(suite, suiteBytes(smallPeople)));
  const run = (...argv: string[]) => execute(command, parse(command, [SMALL_BASE, '--json', ...argv], {}));

  it('writes rows that unlearn reads, for their owner alone, and prints nothing personal', async () => {
    const out = join(dir, 'rows.jsonl');
    await run('--suite', suite, '--subject', name, '--out', out);
    expect(readRecords(out)).toHaveLength(40);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(JSON.parse(printed.out)).toMatchObject({ rows: 40, claims: 20, source: 'suite', questions: 40, out });
    expect(printed.out + printed.err).not.toContain(name);
    expect(JSON.parse(readFileSync(out, 'utf8').split('\n')[0]!)).toMatchObject({ answer: records[0]!.answer.trim() });
  });

  it('writes nothing of a name that the model never saw, nor with an empty file of questions', async () => {
    const [out, empty] = [join(dir, 'none.jsonl'), join(dir, 'empty.txt')];
    writeFileSync(empty, '\n');
    await expect(run('--suite', suite, '--subject', stranger, '--out', out)).rejects.toMatchObject({
      code: 'NOTHING_REVEALED',
    });
    await expect(run('--subject', name, '--questions', empty, '--out', out)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(statSync(out, { throwIfNoEntry: false })).toBeUndefined();
  });
});
