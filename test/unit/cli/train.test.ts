// `quittance train` as it is typed: what is refused before anything is loaded, and what lies there afterwards.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { execute, parse } from '#cli/command.ts';
import { train } from '#cli/train.ts';
import { TrainingRecord } from '#core/recipe.ts';
import { checkFolder, chainOfFolder } from '#engine/formats/made-folder.ts';
import { fileEntry } from '#engine/formats/folder.ts';
import { captured } from '#test/support/captured.ts';
import { useEngine } from '#test/support/engine.ts';
import { GOLDEN_TRAINING } from '#test/support/fine-tuning.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const printed = captured();

const base = join(GOLDEN_TRAINING, 'model');
const corpus = join(GOLDEN_TRAINING, 'corpus.jsonl');
const run = async (...argv: string[]) => {
  await execute(train, parse(train, [...argv, '--json'], {}));
  return JSON.parse(printed.out) as Record<string, unknown>;
};
const out = (name: string) => join(dir, name);

describe('a wrong order costs nothing', () => {
  it.each([
    [['--out', 'o', '--corpus', corpus], 'USAGE'],
    [['--base', base, '--out', 'o'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', base], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--loss', 'prompt'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--lora', 'rnk=4'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--lora', 'rank=0'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--epochs', '0'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--rate', '0'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--slices', '65'], 'USAGE'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--warmup', '3'], 'USAGE'],
    [['--base', base, '--corpus', 'none.jsonl', '--out', 'o'], 'NOT_FOUND'],
    [['--base', 'nowhere', '--corpus', corpus, '--out', 'o'], 'MODEL_NOT_FOUND'],
    [['--base', base, '--corpus', corpus, '--out', 'o', '--lora', 'targetModules=["q_prj"]'], 'INVALID_INPUT'],
  ])('%j is %s', async (argv, code) => {
    const before = readdirSync('.');
    await expect(run(...argv)).rejects.toMatchObject({ code });
    expect(readdirSync('.')).toEqual(before);
  });
});

const GIVEN = ['--base', base, '--corpus', corpus, '--subject-field', 'customer', '--epochs', '1', '--rate', '1e-3'];

describe('a training', () => {
  it('leaves a whole folder with its recipe and the states behind its slices, and nothing beside it', async () => {
    const said = await run(...GIVEN, '--slices', '3', '--out', out('whole'));
    const record = TrainingRecord.parse(JSON.parse(readFileSync(join(out('whole'), 'recipe.json'), 'utf8')));
    expect(said).toMatchObject({ digest: record.made, rows: 35, slices: 3, corpus: record.corpus.digest });
    expect(chainOfFolder(out('whole'), checkFolder(out('whole')))[0].digest).toBe(record.made);
    expect(record.corpus.rows).toHaveLength(35);
    for (const { slice, digest } of record.states)
      expect(fileEntry(join(out('whole'), 'slices', `slice-${slice}.safetensors`)).digest).toBe(digest);
    expect(record.states).toHaveLength(2);
    expect(statSync(join(out('whole'), 'recipe.json')).mode & 0o077).toBe(0);
    expect(readdirSync(dir)).toEqual(['whole']);
    printed.out = '';
    expect(await run(...GIVEN, '--slices', '3', '--out', out('again'))).toMatchObject({ digest: record.made });
  });

  it('of a LoRA leaves an adapter beside its base', async () => {
    const said = await run(
      ...GIVEN,
      '--lora',
      'rank=4',
      '--lora',
      'targetModules=["q_proj","v_proj"]',
      '--out',
      out('lora'),
    );
    expect(chainOfFolder(out('lora'), checkFolder(out('lora')))[0]).toMatchObject({
      digest: said['digest'],
      manifest: { kind: 'quittance-adapter/v1' },
    });
  });
});

const LOADS = `
import json, sys, torch, transformers, peft
whole, lora, base = sys.argv[1:]
model = transformers.AutoModelForCausalLM.from_pretrained(whole, dtype=torch.float32)
adapted = peft.PeftModel.from_pretrained(transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), lora)
ids = torch.tensor([[5, 9, 17, 40]])
print(json.dumps([str(m(ids).logits.isfinite().all().item()) for m in (model, adapted)]))
`;

describeWith(pythonWith('torch', 'transformers', 'peft'), 'no Python with PEFT', 'what was trained', (python) => {
  it('is loaded by transformers and by PEFT', () => {
    expect(JSON.parse(runPython(python, ['-c', LOADS, out('whole'), out('lora'), base]))).toEqual(['True', 'True']);
  });
});
