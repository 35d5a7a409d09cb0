// A composed decoder in transformers, by the logits processor of docs/examples/withheld.py: greedy answers are the same
// as here, in both forms, with and without the published filter.
import { afterAll, describe, expect, it } from '@jest/globals';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Combination } from '#core/model.ts';
import { composedFrom, firstLayers } from '#engine/composed.ts';
import { saveComposed } from '#engine/formats/save-made.ts';
import { saveModel } from '#engine/formats/save.ts';
import { generate } from '#engine/generate.ts';
import { attachLora, LoraConfig, shapeLora, type LoraModel } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { pythonWith, runPython } from '#test/support/python.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = {
  ...{ model_type: 'llama', architectures: ['LlamaForCausalLM'], vocab_size: 300, hidden_size: 16 },
  ...{ intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ max_position_embeddings: 64, eos_token_id: 0, tie_word_embeddings: false },
};
const PROMPTS = [5, 9, 7].map((length, i) => tokens(length, i));
const NEW = 8;

const SCRIPT = `
import json, sys
sys.path.insert(0, sys.argv[1])
import torch
from withheld import load
model, processor = load(sys.argv[2], dtype=torch.float32)
said = []
for prompt in json.loads(sys.argv[3]):
    ids = torch.tensor([prompt])
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=${NEW}, do_sample=False,
                         logits_processor=[processor], pad_token_id=0)
    said.append([t for t in out[0, len(prompt):].tolist() if t != 0])
print(json.dumps(said))
`;

/** A LoRA whose both factors are far from zero. */
const adapted = (base: Model): LoraModel => {
  const lora = shapeLora(base.config, LoraConfig.parse({ rank: 2, alpha: 4 }));
  const stream = random('assistant');
  const noise = (shape: readonly number[]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.3 * stream.normal());
  return attachLora(base, lora, new Map(lora.specs.map(({ name, shape }) => [name, noise(shape)])));
};

const FORMS: readonly Combination[] = [
  { form: 'offset', weight: 1.1 },
  { form: 'difference', alpha: 0.75, filter: 0 },
  { form: 'difference', alpha: 0.75, filter: 0.01 },
];

const python = pythonWith('torch', 'transformers', 'peft');
if (!python) process.stdout.write('skipped: no Python with torch, transformers and peft (set QUITTANCE_PYTHON)\n');
(python ? describe : describe.skip)('a composed decoder in transformers', () => {
  it.each(FORMS.map((form, i) => [`${form.form} ${i}`, form] as const))('says the same: %s', (name, combination) => {
    const target = tinyModel();
    const folder = join(dir, name.replace(' ', '-'));
    saveModel(`${folder}-target`, target, { configJson: CONFIG });
    const assistant = adapted(firstLayers(target, 1));
    saveComposed(folder, `${folder}-target`, [assistant], combination);
    const model = composedFrom(target, [assistant], combination);
    const ours = generate(model, PROMPTS, { maxTokens: NEW }).map(({ ids }) => ids);
    const printed = runPython(python!, ['-c', SCRIPT, resolve('docs/examples'), folder, JSON.stringify(PROMPTS)]);
    expect(z.array(z.array(z.int())).parse(JSON.parse(printed))).toEqual(ours);
    expect(ours.flat().length).toBeGreaterThan(NEW);
    model.dispose();
  });
});
