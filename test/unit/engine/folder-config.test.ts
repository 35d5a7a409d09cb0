// A config.json that does not fit its weights, or is none: each is refused by what is wrong in it; fields that change
// nothing are let be.
import { describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { readModelFolder } from '#engine/formats/folder.ts';
import { TINY_JSON, tinyConfig } from '#test/support/engine.ts';

import { folderToDamage } from '#test/support/damaged-folder.ts';

const { dir, at, writeConfig, refused } = folderToDamage();

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
    const json = JSON.stringify(TINY_JSON);
    writeFileSync(at('config.json'), `${json.slice(0, -1)},"vocab_size":${TINY_JSON.vocab_size}}`);
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
