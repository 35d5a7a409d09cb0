// Two things that are compared must be two: the same model under another name or path, or one file for two purposes, is
// refused by the options' names before anything is loaded or written.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse, type Command } from '#cli/command.ts';
import { evaluate } from '#cli/evaluate.ts';
import { unlearn } from '#cli/unlearn.ts';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { saveModel } from '#engine/formats/save.ts';
import { TINY_JSON, tinyModel, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(dir, name);

beforeAll(() => {
  const model = tinyModel();
  saveModel(at('base'), model, { configJson: TINY_JSON });
  model.dispose();
  cpSync(at('base'), at('copy'), { recursive: true });
  writeFileSync(at('copy/notes.txt'), 'no part of a model');
  const suite = makePeople({ seed: 1, subjects: 2, gate: 2, stop: 1, whitening: 1, facts: 2, unknown: 2 });
  writeFileSync(at('suite.json'), suiteBytes(suite));
  writeFileSync(at('forget.jsonl'), '{"question":"who?","answer":"a cat"}\n');
  cpSync(at('forget.jsonl'), at('again.jsonl'));
});

const faultOf = async (command: Command, ...argv: string[]): Promise<unknown> => {
  try {
    return await execute(command, parse(command, ['--dir', dir, '--out', at('out'), ...argv], {}));
  } catch (error) {
    return error;
  }
};
const evaluated = (...argv: string[]) => faultOf(evaluate, '--model', at('base'), '--suite', at('suite.json'), ...argv);

describe('the same thing twice', () => {
  it.each([['reference'], ['retain-model']])('--%s that is the model, in another folder', async (option) => {
    expect(await evaluated(`--${option}`, at('copy'))).toMatchObject({
      code: 'INVALID_INPUT',
      message: `--${option} and --model are the same: there is nothing to tell apart`,
      got: expect.stringMatching(/^sha256:/),
    });
  });

  it('a suite that is the forget file, and rows that stay which are those that go', async () => {
    const forget = ['--forget', at('forget.jsonl')];
    expect(await faultOf(evaluate, '--model', at('base'), '--suite', at('again.jsonl'), ...forget)).toMatchObject({
      message: expect.stringContaining('--forget and --suite are the same'),
    });
    const retained = ['--retain', at('again.jsonl'), '--method', 'grad-diff'];
    expect(await faultOf(unlearn, '--model', at('base'), ...forget, ...retained)).toMatchObject({
      message: expect.stringContaining('--retain and --forget are the same'),
    });
    expect(existsSync(at('out'))).toBe(false);
  });
});
