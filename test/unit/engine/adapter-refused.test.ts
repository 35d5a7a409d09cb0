// Adapter folders that do not fit their base, or say what is not computed here, each refused by name.
import { afterAll, describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { readAdapter, readAdapterConfig } from '#engine/formats/peft.ts';
import { openSafetensors, writeSafetensors, type TensorToWrite } from '#engine/formats/safetensors.ts';
import { tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir: scratch, remove } = temporaryFolder();
afterAll(remove);

const MODELS = join(ROOT, 'test/golden/models');

describe('an adapter folder that does not fit is refused', () => {
  const source = join(MODELS, 'qwen2/lora');
  const dir = join(scratch, 'adapter');
  const damage = (
    change: (config: Record<string, unknown>) => Record<string, unknown>,
    tensors?: (own: TensorToWrite[]) => TensorToWrite[],
  ) => {
    rmSync(dir, { recursive: true, force: true });
    cpSync(source, dir, { recursive: true });
    writeFileSync(
      join(dir, 'adapter_config.json'),
      JSON.stringify(change(readJsonFile(join(source, 'adapter_config.json')))),
    );
    if (!tensors) return;
    const file = openSafetensors(join(source, 'adapter_model.safetensors'));
    const own = [...file.tensors].map(([name, { shape }]) => ({ name, shape, data: file.read(name) }));
    file.close();
    writeSafetensors(join(dir, 'adapter_model.safetensors'), tensors(own));
  };
  const refused = (code: string, word: string) => {
    const model = loadModel(join(MODELS, 'qwen2'));
    const message = expect.stringContaining(word) as unknown as string;
    expect(() => readAdapter(dir, model)).toThrow(expect.objectContaining({ code, message }));
    model.dispose();
  };
  const same = (config: Record<string, unknown>) => config;

  const options: [string, unknown][] = [
    ['peft_type', 'LOHA'],
    ['bias', 'all'],
    ['peft_type', 'IA3'],
    ['peft_type', 'ADALORA'],
    ['peft_type', 'OFT'],
    ['lora_bias', true],
    ['ensure_weight_tying', true],
    ['target_parameters', ['mlp.experts']],
    ['target_modules', '.*(([a-z._0-9]+)+)+!'],
    ['target_modules', '(?i).*q_proj'],
    ['target_modules', '.*q_proj\\Z'],
    ['exclude_modules', '(q|k)_\\1'],
    ['rank_pattern', { '*_proj': 8 }],
    ['alpha_pattern', { '(?P<one>q)_proj': 8 }],
    ['trainable_token_indices', [1]],
    ['init_lora_weights', 'pissa'],
    ['init_lora_weights', 'pissa_niter_4'],
    ['init_lora_weights', 'olora'],
    ['init_lora_weights', 'loftq'],
    ['init_lora_weights', 'corda'],
    ['init_lora_weights', 'lora_ga'],
    ['loftq_config', { loftq_bits: 4 }],
    ['use_a_trick', true],
  ];
  for (const [field, value] of options) {
    it(`${field} ${JSON.stringify(value)} is named`, () => {
      damage((config) => ({ ...config, [field]: value }));
      refused('MODEL_UNSUPPORTED', field);
    });
  }

  it.each([true, false, null, 'gaussian', 'orthogonal', 'eva'])('init_lora_weights %p is none of that', (value) => {
    const json = readJsonFile(join(source, 'adapter_config.json'));
    expect(readAdapterConfig({ ...json, init_lora_weights: value })).toEqual(readAdapterConfig(json));
  });

  it('nor is an empty list of what is not supported', () => {
    const json = readJsonFile(join(source, 'adapter_config.json'));
    const empty = { modules_to_save: [], exclude_modules: [], target_parameters: [], trainable_token_indices: [] };
    expect(readAdapterConfig({ ...json, ...empty, use_bdlora: {} })).toEqual(readAdapterConfig(json));
  });

  it('an empty list of targets', () => {
    damage((config) => ({ ...config, target_modules: [] }));
    refused('MODEL_INVALID', 'adapter_config.json');
  });

  it('another rank than the tensors have', () => {
    damage((config) => ({ ...config, r: 5 }));
    refused('MODEL_INVALID', 'lora_A');
  });

  it('a rank of a pattern, a layer or a module that does not fit', () => {
    damage((config) => ({ ...config, rank_pattern: { q_proj: 3 } }));
    refused('MODEL_INVALID', 'q_proj.lora_A');
    damage((config) => ({ ...config, rank_pattern: { q_proj: 0 } }));
    refused('MODEL_INVALID', 'adapter_config.json');
    damage((config) => ({ ...config, target_modules: ['q_proj', 'v_proj'], layers_to_transform: [0] }));
    refused('MODEL_INVALID', 'lora_');
    damage((config) => ({ ...config, exclude_modules: ['q_proj'] }));
    refused('MODEL_INVALID', 'q_proj');
    damage((config) => ({ ...config, use_dora: true }));
    refused('MODEL_INVALID', 'lora_magnitude_vector');
    damage((config) => ({ ...config, modules_to_save: ['lm_head'] }));
    refused('MODEL_INVALID', 'lm_head');
    damage((config) => ({ ...config, modules_to_save: ['score'] }));
    refused('INVALID_INPUT', 'score');
    damage((config) => ({ ...config, target_modules: ['c_attn', 'c_proj'] }));
    refused('INVALID_INPUT', 'c_attn');
  });

  it('a rank that is no number', () => {
    damage((config) => ({ ...config, r: 'four' }));
    refused('MODEL_INVALID', 'adapter_config.json');
  });

  it('a factor that is missing, and one too many', () => {
    damage(same, (own) => own.slice(1));
    refused('MODEL_INVALID', 'lora_');
    damage(same, (own) => [
      ...own,
      { name: 'base_model.model.lm_head.lora_A.weight', shape: [1], data: Float32Array.of(1) },
    ]);
    refused('MODEL_INVALID', 'lm_head');
  });

  it('a NaN among the factors', () => {
    damage(same, (own) =>
      own.map((tensor, i) => (i === 0 ? { ...tensor, data: new Float32Array(tensor.data.length).fill(NaN) } : tensor)),
    );
    refused('WEIGHTS_INVALID', 'not finite');
  });

  it('a truncated file', () => {
    damage(same);
    const path = join(dir, 'adapter_model.safetensors');
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    refused('WEIGHTS_INVALID', 'adapter_model.safetensors');
  });

  it('the embedding of another base', () => {
    const adapter = join(ROOT, 'test/golden/adapters/embedding');
    const base = loadModel(join(MODELS, 'olmo2'));
    const fits = readAdapter(adapter, base);
    const embedding = base.parameters.get('embed.w')!;
    tf.tidy(() => embedding.assign(tf.mul(embedding, 1.1)));
    const message = expect.stringContaining('embed_tokens.base_layer.weight') as unknown as string;
    expect(() => readAdapter(adapter, base)).toThrow(expect.objectContaining({ code: 'BASE_MISMATCH', message }));
    fits.dispose();
  });

  it('another method than LoRA, with what is supported', () => {
    expect(() => readAdapterConfig({ alpha_init: 1, peft_type: 'ADALORA', target_r: 8 })).toThrow(
      expect.objectContaining({
        code: 'MODEL_UNSUPPORTED',
        expected: expect.stringContaining('modules_to_save') as unknown as string,
        got: '"ADALORA"',
      }),
    );
  });

  it('and leaves no tensor behind', () => {
    damage((config) => ({ ...config, r: 5 }));
    const model = loadModel(join(MODELS, 'qwen2'));
    const before = tf.memory().numTensors;
    expect(() => readAdapter(dir, model)).toThrow();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
