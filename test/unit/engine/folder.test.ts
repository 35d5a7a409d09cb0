// Model folders from strangers: each damaged or hostile folder is refused with its own code and names what is wrong; a
// good one comes back as it was written.
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isQuittanceError, type ErrorCode } from '#core/errors.ts';
import { storedTensors, manifestOf, readModelFolder } from '#engine/formats/folder.ts';
import { freshValues } from '#engine/model.ts';
import { quantizeTensors } from '#engine/formats/quantize.ts';
import { openSafetensors, writeSafetensors, type TensorToWrite } from '#engine/formats/safetensors.ts';
import { companionFiles } from '#engine/formats/save.ts';
import { tinyConfig, tinyTokenizer } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

const { dir: scratch, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = {
  model_type: 'llama',
  vocab_size: 300,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  eos_token_id: 0,
};
const values = freshValues(tinyConfig(), 1);
const tensors = storedTensors(tinyConfig(), ({ name }) => values.get(name)!);
const good = join(scratch, 'good');
mkdirSync(good);
writeFileSync(join(good, 'config.json'), JSON.stringify(CONFIG));
writeFileSync(join(good, 'tokenizer.json'), JSON.stringify(tinyTokenizer().json));
writeSafetensors(join(good, 'model.safetensors'), tensors);

const dir = join(scratch, 'model');
beforeEach(() => {
  rmSync(dir, { recursive: true, force: true });
  cpSync(good, dir, { recursive: true });
});
const at = (name: string) => join(dir, name);
const writeConfig = (change: object) => writeFileSync(at('config.json'), JSON.stringify({ ...CONFIG, ...change }));
const writeShards = (shards: readonly (readonly TensorToWrite[])[], map?: Record<string, string>) => {
  rmSync(at('model.safetensors'));
  const names = shards.map((_, i) => `model-0000${i + 1}-of-0000${shards.length}.safetensors`);
  shards.forEach((shard, i) => writeSafetensors(at(names[i]!), shard));
  const weight_map =
    map ?? Object.fromEntries(shards.flatMap((shard, i) => shard.map(({ name }) => [name, names[i]!])));
  writeFileSync(at('model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 1 }, weight_map }));
  return names;
};

const refused = (code: ErrorCode, ...words: string[]) => {
  let error: unknown;
  try {
    readModelFolder(dir);
  } catch (thrown) {
    error = thrown;
  }
  if (!isQuittanceError(error)) throw new Error(`not refused as ${code}: ${String(error)}`);
  const said = [error.message, error.expected, error.got, error.hint].join(' ');
  expect([error.code, ...words.filter((word) => !said.includes(word))]).toEqual([code]);
};

describe('a folder that is whole', () => {
  it('gives back every value, from one file or from shards', () => {
    const whole = readModelFolder(dir).values;
    for (const [name, value] of values)
      expect([name, Buffer.compare(Buffer.from(whole.get(name)!.buffer), Buffer.from(value.buffer))]).toEqual([
        name,
        0,
      ]);
    writeShards([tensors.slice(0, 5), tensors.slice(5)]);
    expect(readModelFolder(dir).values).toEqual(whole);
  });

  it.each([
    ['opt', /^model\./],
    ['gpt2', /^transformer\./],
  ])('of %s reads the same under the names of its bare body', (name, prefix) => {
    const source = join(ROOT, 'test/golden/models', name);
    const file = openSafetensors(join(source, 'model.safetensors'));
    const bare = [...file.tensors].map(([hf, { shape }]) => ({
      name: hf.replace(prefix, ''),
      shape,
      data: file.read(hf),
    }));
    file.close();
    cpSync(source, dir, { recursive: true });
    writeSafetensors(at('model.safetensors'), bare);
    expect(readModelFolder(dir).values).toEqual(readModelFolder(source).values);
  });

  it('keeps int8 values within half a step of each row', () => {
    writeSafetensors(at('model.safetensors'), quantizeTensors(tensors));
    const read = readModelFolder(dir).values;
    for (const [name, value] of values) {
      const most = value.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const error = value.reduce((a, b, i) => Math.max(a, Math.abs(b - read.get(name)![i]!)), 0);
      expect([name, error <= (0.5001 * most) / 127]).toEqual([name, true]);
    }
  });

  it('has a manifest of what is served and nothing else', () => {
    writeFileSync(at('README.md'), 'notes');
    writeFileSync(at('optimizer.safetensors'), 'state');
    expect(Object.keys(manifestOf(dir, 'none').files)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  });

  it('takes the special tokens along, which older readers of a folder ask for', () => {
    writeFileSync(at('special_tokens_map.json'), JSON.stringify({ eos_token: '</s>' }));
    expect(Object.keys(manifestOf(dir, 'none').files)).toContain('special_tokens_map.json');
    expect([...companionFiles(dir).keys()]).toEqual(['special_tokens_map.json']);
  });

  it('ends where generation_config.json says so too', () => {
    writeFileSync(at('generation_config.json'), JSON.stringify({ eos_token_id: [0, 7] }));
    expect(readModelFolder(dir).config.eosIds).toEqual([0, 7]);
  });
});

describe('weights that are not what they should be', () => {
  it('a pickle is refused by name and never opened', () => {
    rmSync(at('model.safetensors'));
    execFileSync('mkfifo', [at('pytorch_model.bin')]); // whoever opens it hangs
    refused('MODEL_INVALID', 'pytorch_model.bin', 'pickle', 'safe_serialization');
  });

  for (const name of [
    'consolidated.00.pth',
    'model.pt',
    'weights.ckpt',
    'pytorch_model-00001-of-00002.bin',
    'model.pkl',
    'model.pickle',
    'Model.BIN',
  ]) {
    it(`${name} is a pickle`, () => {
      rmSync(at('model.safetensors'));
      writeFileSync(at(name), 'cos\nsystem\n');
      refused('MODEL_INVALID', name, 'pickle');
    });
  }

  it('a missing shard is named', () => {
    const names = writeShards([tensors.slice(0, 5), tensors.slice(5)]);
    rmSync(at(names[1]!));
    refused('MODEL_INVALID', names[1]!, 'shard');
  });

  it('an index may not point outside the folder', () => {
    writeShards([tensors], Object.fromEntries(tensors.map(({ name }) => [name, '../good/model.safetensors'])));
    refused('MODEL_INVALID', 'weight_map');
  });

  it('two shards may not hold the same tensor', () => {
    writeShards([tensors, tensors.slice(0, 1)]);
    refused('MODEL_INVALID', tensors[0]!.name);
  });

  it('a missing tensor is named', () => {
    writeSafetensors(at('model.safetensors'), tensors.slice(0, -1));
    refused('MODEL_INVALID', tensors.at(-1)!.name);
  });

  it('a tensor that the config has no place for is named', () => {
    const norm = { name: 'model.layers.0.self_attn.q_norm.weight', shape: [4], data: new Float32Array(4) };
    writeSafetensors(at('model.safetensors'), [...tensors, norm]);
    refused('MODEL_INVALID', 'q_norm');
  });

  it('a NaN weight is found', () => {
    const poisoned = tensors.map((tensor, i) =>
      i === 3 ? { ...tensor, data: new Float32Array(tensor.data.length).fill(NaN) } : tensor,
    );
    writeSafetensors(at('model.safetensors'), poisoned);
    refused('WEIGHTS_INVALID', tensors[3]!.name);
  });

  it('a truncated weight file is found', () => {
    writeFileSync(at('model.safetensors'), readFileSync(at('model.safetensors')).subarray(0, -4));
    refused('WEIGHTS_INVALID');
  });

  it('int8 weights without scales, or with scales of another shape, are refused', () => {
    const quantized = quantizeTensors(tensors);
    writeSafetensors(
      at('model.safetensors'),
      quantized.filter(({ name }) => !name.endsWith('.scale')),
    );
    refused('MODEL_INVALID', 'scale');
    const short = quantized.map((t) =>
      t.name.endsWith('.scale') ? { ...t, shape: [1], data: Float32Array.of(1) } : t,
    );
    writeSafetensors(at('model.safetensors'), short);
    refused('MODEL_INVALID', 'scale');
  });
});

describe('a config that does not fit', () => {
  const disagreeing: [string, object, string][] = [
    ['hidden size', { hidden_size: 32 }, 'embed_tokens'],
    ['vocabulary', { vocab_size: 301 }, 'embed_tokens'],
    ['more layers than stored', { num_hidden_layers: 3 }, 'layers.2'],
    ['intermediate size', { intermediate_size: 25 }, 'gate_proj'],
    ['key-value heads', { num_key_value_heads: 4 }, 'k_proj'],
    ['another family', { model_type: 'gpt2', n_embd: 16, n_head: 4, n_layer: 2, n_positions: 64 }, 'embed_tokens'],
  ];
  for (const [title, change, named] of disagreeing) {
    it(`disagrees with the weights in ${title}`, () => {
      writeConfig(change);
      refused('MODEL_INVALID', named);
    });
  }

  const impossible: [string, object, string][] = [
    ['no hidden size', { hidden_size: undefined }, 'hidden_size'],
    ['a negative width', { intermediate_size: -24 }, 'intermediate_size'],
    ['a fractional head count', { num_attention_heads: 3.5 }, 'num_attention_heads'],
    ['heads that do not divide', { num_attention_heads: 3, num_key_value_heads: 3 }, 'head_dim'],
    ['key-value heads that do not divide the heads', { num_key_value_heads: 3 }, 'divide'],
    ['a thousand million layers', { num_hidden_layers: 1e9 }, 'num_hidden_layers'],
    ['a vocabulary of 10^12', { vocab_size: 1e12 }, 'vocab_size'],
    ['a size as text', { vocab_size: '300' }, 'vocab_size'],
    [
      'an odd number of rotated dimensions',
      { rope_parameters: { rope_theta: 1e4, partial_rotary_factor: 0.75 } },
      'rotat',
    ],
    ['a rope base of zero', { rope_theta: 0 }, 'rope_theta'],
    ['a rope scaling that is text', { rope_scaling: 'linear' }, 'rope'],
    ['an end token outside the vocabulary', { eos_token_id: 300 }, 'eos_token_id'],
    ['a negative norm epsilon', { rms_norm_eps: -1 }, 'rms_norm_eps'],
  ];
  for (const [title, change, named] of impossible) {
    it(`has ${title}`, () => {
      writeConfig(change);
      refused('MODEL_INVALID', named);
    });
  }

  const unsupported: [object, string][] = [
    [{ model_type: 'mamba' }, 'mamba'],
    [{ hidden_act: 'quick_gelu' }, 'hidden_act'],
    [{ model_type: 'mixtral' }, 'gemma3_text'],
    [{ rope_scaling: { rope_type: 'proportional', factor: 4 } }, 'proportional'],
    [{ rope_scaling: { type: 'dynamic' } }, 'dynamic'],
    [{ rope_scaling: { rope_type: 'yarn', factor: 4, mrope_section: [1, 1] } }, 'mrope_section'],
    [{ rope_scaling: { rope_type: 'longrope', factor: 2 } }, 'rope_scaling'],
    [{ rope_parameters: { rope_type: 'constructor', factor: 4 } }, 'rope_parameters'],
    [{ attn_logit_softcapping: 30 }, 'attn_logit_softcapping'],
    [{ embedding_multiplier: 12 }, 'embedding_multiplier'],
    [{ sliding_window: 32 }, 'sliding_window'],
    [{ repetition_penalty: 1.2 }, 'repetition_penalty'],
    [{ use_bidirectional_attention: true }, 'use_bidirectional_attention'],
    [{ secret_sauce: 'none' }, 'secret_sauce'],
    [{ layer_types: ['full_attention', 'linear_attention'] }, 'layer_types'],
    [{ model_type: 'gemma2', layer_types: ['full_attention'] }, 'layer_types'],
    [{ model_type: 'gemma3_text', attn_logit_softcapping: 30 }, 'attn_logit_softcapping'],
    [{ model_type: 'gemma3_text', rope_parameters: { rope_theta: 1e4 } }, 'rope_parameters'],
    [{ model_type: 'smollm3', no_rope_layers: [1] }, 'no_rope_layers'],
    [{ model_type: 'phi3', lm_head_bias: true }, 'lm_head_bias'],
    [{ model_type: 'gpt2', n_embd: 16, n_head: 2, n_layer: 2, n_positions: 64 }, 'num_attention_heads'],
    [{ rope_parameters: { rope_type: 'llama3', factor: 8 } }, 'llama3'],
    [{ pretraining_tp: 2 }, 'pretraining_tp'],
    [{ quantization_config: { quant_method: 'gptq' } }, 'quantization_config'],
    [{ model_type: 'qwen2', use_sliding_window: true, sliding_window: 32 }, 'use_sliding_window'],
    [{ model_type: 'qwen2', layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types'],
    [{ model_type: 'phi', qk_layernorm: true }, 'qk_layernorm'],
    [
      { model_type: 'gpt2', n_embd: 16, n_head: 4, n_layer: 2, n_positions: 64, scale_attn_by_inverse_layer_idx: true },
      'scale_attn_by_inverse_layer_idx',
    ],
    [{ model_type: 'opt', ffn_dim: 24, enable_bias: false }, 'enable_bias'],
  ];
  for (const [change, named] of unsupported) {
    it(`asks for ${JSON.stringify(change)}`, () => {
      writeConfig(change);
      refused('MODEL_UNSUPPORTED', named);
    });
  }

  it('has fields that change nothing, as published and trained ones have', () => {
    writeConfig({
      _name_or_path: 'somebody/something',
      architectures: ['LlamaForCausalLM'],
      attention_dropout: 0.1,
      id2label: { 0: 'LABEL_0' },
      initializer_range: 0.02,
      layer_types: ['full_attention', 'full_attention'],
      pretraining_tp: 1,
      quantization_config: null,
      rope_interleaved: false,
      rope_scaling: null,
      sliding_window: null,
      task_specific_params: { 'text-generation': { do_sample: true } },
      torch_dtype: 'bfloat16',
      transformers_version: '4.45.0',
      unknown_but_empty: [],
      use_cache: true,
    });
    expect(readModelFolder(dir).config).toEqual(tinyConfig());
  });

  it('is not JSON', () => {
    writeFileSync(at('config.json'), '{"model_type": "llama",');
    refused('MODEL_INVALID', 'config.json');
  });

  it('a config that says two things at once', () => {
    const json = JSON.stringify(CONFIG);
    writeFileSync(at('config.json'), `${json.slice(0, -1)},"vocab_size":${CONFIG.vocab_size}}`);
    refused('MODEL_INVALID', 'config.json');
  });

  it('is two megabytes of brackets', () => {
    writeFileSync(at('config.json'), '['.repeat(2 ** 21));
    refused('MODEL_INVALID', 'config.json', 'large');
  });

  it('is missing', () => {
    rmSync(at('config.json'));
    refused('NOT_FOUND', 'config.json');
  });

  it('and its folder are missing', () => {
    rmSync(dir, { recursive: true });
    refused('MODEL_NOT_FOUND');
  });
});

describe('a tokenizer that does not fit', () => {
  it('is larger than the embedding', () => {
    const json = tinyTokenizer().json as { model: { vocab: object } };
    writeFileSync(
      at('tokenizer.json'),
      JSON.stringify({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, extra: 300 } } }),
    );
    refused('MODEL_INVALID', '300', '301');
  });

  it('is truncated at any of many places', () => {
    const text = readFileSync(at('tokenizer.json'), 'utf8');
    for (let cut = 0; cut < text.length; cut += Math.ceil(text.length / 40)) {
      writeFileSync(at('tokenizer.json'), text.slice(0, cut));
      refused('TOKENIZER_INVALID', 'tokenizer.json');
    }
  });

  it('is missing', () => {
    rmSync(at('tokenizer.json'));
    refused('TOKENIZER_INVALID', 'tokenizer.json');
  });
});

it('a refused folder is left as it was', () => {
  writeConfig({ hidden_size: 32 });
  const before = readdirSync(dir);
  refused('MODEL_INVALID');
  expect(readdirSync(dir)).toEqual(before);
  expect(existsSync(dir)).toBe(true);
});
