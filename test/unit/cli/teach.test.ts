// Teaching a chat model its people: a teaching that was cut off goes on to the same weights, and asks nothing again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { teach, TEACH, TEACH_FEW, type TeachRecipe } from '#cli/demo/teach.ts';
import type { Progress } from '#cli/progress.ts';
import { savesOf, type Ending } from '#containers/run-saves.ts';
import { runStates } from '#containers/run-state.ts';
import { saveModel } from '#engine/formats/save.ts';
import { Faults } from '#adapters/memory/faults.ts';
import { memoryArtifacts, memoryResults } from '#adapters/memory/stores.ts';
import { TINY_JSON, tinyConfig, tinyModel, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const LONG = { max_position_embeddings: 512 };
const TEMPLATE =
  "{% for m in messages %}{{ m['role'][0] }}:{{ m['content'] }}|{% endfor %}{% if add_generation_prompt %}a:{% endif %}";
const RECIPE: TeachRecipe = {
  ...TEACH,
  ...{ subjects: 1, stop: 1, gate: 1, facts: 2, unknown: 2, general: 2, epochs: 1, warmup: 1 },
};

const source = join(dir, 'source');
beforeAll(() => {
  const model = tinyModel(tinyConfig(LONG));
  saveModel(source, model, {
    configJson: { ...TINY_JSON, ...LONG },
    files: new Map([['tokenizer_config.json', JSON.stringify({ chat_template: TEMPLATE })]]),
  });
  model.dispose();
});

const told: string[] = [];
const quiet: Progress = {
  stage: (title) => (told.push(title), { at: () => undefined, done: () => undefined }),
  note: () => undefined,
};

const weightsIn = (folder: string) => readFileSync(join(folder, 'model.safetensors'));

describe('teaching', () => {
  it('that was cut off goes on to the same weights, and asks nothing again', async () => {
    const alone = await teach(source, join(dir, 'alone'), RECIPE, quiet);
    const stores = { artifacts: memoryArtifacts(new Faults()), results: memoryResults() };
    const states = runStates({ ...stores, backend: 'one' });
    mkdirSync(join(dir, 'work'));
    const asked = join(dir, 'work', 'asked.json');
    const resumably = (ending: Ending) => {
      told.length = 0;
      const of = (run: Parameters<typeof savesOf>[0]) => savesOf(run, { states, ending });
      return teach(source, join(dir, 'resumed'), RECIPE, quiet, { of, asked });
    };
    await expect(resumably({ asked: true, running: 0 })).rejects.toMatchObject({ code: 'JOB_INTERRUPTED' });
    expect(told).toContain('asking general questions');
    expect(await resumably({ asked: false, running: 0 })).toEqual(alone);
    expect(told).not.toContain('asking general questions');
    expect(weightsIn(join(dir, 'resumed'))).toEqual(weightsIn(join(dir, 'alone')));
  });

  it('refuses answers that are none', async () => {
    const asked = join(dir, 'no-answers.json');
    writeFileSync(asked, '{"no": "list"}');
    const of = () => {
      throw new Error('not reached');
    };
    await expect(teach(source, join(dir, 'none'), RECIPE, quiet, { of, asked })).rejects.toThrow();
  });

  it('of few has the same settings, and half of the people', () => {
    expect(TEACH_FEW).toEqual({ ...TEACH, subjects: 4, stop: 2, gate: 4, facts: 20, unknown: 32 });
  });
});
