// tokenizer_config.json, special_tokens_map.json and generation_config.json: what would give other tokens or other
// answers is honoured or refused by name.
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelParts } from '#engine/formats/folder.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const source = join(dir, 'source');
type Json = Record<string, unknown>;

beforeEach(() => {
  rmSync(source, { recursive: true, force: true });
  cpSync(join(ROOT, 'test/golden/models/llama3'), source, { recursive: true });
});
const read = (name: string) => JSON.parse(readFileSync(join(source, name), 'utf8')) as Json;
const write = (name: string, json: Json) => writeFileSync(join(source, name), JSON.stringify(json));
const tokenizerConfig = (json: Json) => write('tokenizer_config.json', json);
const remarks = () => readModelParts(source).remarks;
const refused = (code: string, word: string) =>
  expect(() => readModelParts(source)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(word) as unknown as string }),
  );

/** Puts the golden tokenizer's only special token before each text. */
const beginning = () => {
  const single = [{ SpecialToken: { id: '<|end|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  const special_tokens = { '<|end|>': { id: '<|end|>', ids: [0], tokens: ['<|end|>'] } };
  write('tokenizer.json', {
    ...read('tokenizer.json'),
    post_processor: { type: 'TemplateProcessing', single, special_tokens },
  });
};

describe('tokenizer_config.json', () => {
  it('as published models have it says nothing', () => {
    tokenizerConfig({
      add_bos_token: false,
      add_prefix_space: false,
      added_tokens_decoder: {
        0: { content: '<|end|>', lstrip: false, rstrip: false, single_word: false, normalized: true, special: true },
      },
      additional_special_tokens: [],
      bos_token: '<|end|>',
      chat_template: '{{ messages[0].content }}',
      clean_up_tokenization_spaces: true,
      eos_token: { content: '<|end|>', lstrip: false },
      extra_special_tokens: {},
      legacy: false,
      model_max_length: 1e30,
      pad_token: null,
      something_new: null,
      split_special_tokens: false,
      tokenizer_class: 'PreTrainedTokenizerFast',
    });
    expect(remarks()).toEqual([]);
  });

  it('must agree with tokenizer.json on what stands before a text', () => {
    tokenizerConfig({ bos_token: '<|end|>', add_bos_token: true });
    refused('TOKENIZER_INVALID', 'add_bos_token');
    beginning();
    expect(remarks()).toEqual([]);
    expect(readModelParts(source).tokenizer.encodeWithSpecials('th')).toEqual([0, 63]);
    tokenizerConfig({ bos_token: '<|end|>', add_bos_token: false });
    refused('TOKENIZER_INVALID', 'add_bos_token');
  });

  it('and after it', () => {
    tokenizerConfig({ eos_token: '<|end|>', add_eos_token: true });
    refused('TOKENIZER_INVALID', 'add_eos_token');
  });

  it('and on a blank before it', () => {
    tokenizerConfig({ add_prefix_space: true });
    refused('TOKENIZER_INVALID', 'add_prefix_space');
  });

  it('names tokens that tokenizer.json lacks', () => {
    tokenizerConfig({ pad_token: '[PAD]', additional_special_tokens: ['<|turn|>'] });
    expect(remarks()).toEqual([expect.stringContaining("'[PAD]'"), expect.stringContaining("'<|turn|>'")]);
  });

  it('refuses those that others would give a row of the embedding', () => {
    const json = read('tokenizer.json') as { model: { vocab: Record<string, number>; merges: unknown[] } };
    delete json.model.vocab['th']; // one row is free now
    write('tokenizer.json', { ...json, model: { ...json.model, merges: [] } });
    tokenizerConfig({ additional_special_tokens: ['<|turn|>'] });
    refused('TOKENIZER_INVALID', "'<|turn|>'");
  });

  it.each([
    ['another id', { 5: { content: '<|end|>', special: true } }],
    ['another flag', { 0: { content: '<|end|>', special: true, lstrip: true } }],
    ['another token', { 64: { content: '<|turn|>', special: true } }],
  ])('must not add tokens in another way: %s', (_, decoder) => {
    tokenizerConfig({ added_tokens_decoder: decoder });
    refused('TOKENIZER_INVALID', 'added_tokens_decoder');
  });

  it.each([
    ['split_special_tokens', true],
    ['auto_map', { AutoTokenizer: ['tokenization_own.Own', null] }],
    ['reverse_words', true],
    ['do_lower_case', true],
  ])('names %s', (key, value) => {
    tokenizerConfig({ [key]: value });
    refused('MODEL_UNSUPPORTED', key);
  });
});

it('special_tokens_map.json is read in the same way', () => {
  write('special_tokens_map.json', { eos_token: '<|end|>', unk_token: '[?]' });
  expect(remarks()).toEqual([expect.stringContaining("special_tokens_map.json: unk_token '[?]'")]);
});

describe('generation_config.json', () => {
  it('as published models have it says nothing', () => {
    write('generation_config.json', {
      _from_model_config: true,
      bos_token_id: 1,
      do_sample: true,
      eos_token_id: [5, 7],
      max_length: 4096,
      num_beams: 1,
      repetition_penalty: 1,
      suppress_tokens: [],
      temperature: 0.6,
      top_p: 0.9,
      transformers_version: '4.45.0',
    });
    expect(remarks()).toEqual([]);
    expect(readModelParts(source).config.eosIds).toEqual([5, 7]);
  });

  it('ends nowhere where its list of ends is empty', () => {
    write('generation_config.json', { eos_token_id: [] });
    expect(readModelParts(source).config.eosIds).toEqual([]);
  });

  it('has defaults of requests that are named', () => {
    write('generation_config.json', { repetition_penalty: 1.1 });
    expect(remarks()).toEqual([expect.stringContaining('repetition_penalty 1.1')]);
  });

  it.each([
    ['suppress_tokens', [3]],
    ['bad_words_ids', [[4]]],
    ['forced_eos_token_id', 7],
    ['no_repeat_ngram_size', 3],
    ['guidance_scale', 1.5],
    ['stop_strings', ['\n']],
    ['think_twice', true],
  ])('names %s, which would change answers', (key, value) => {
    write('generation_config.json', { [key]: value });
    refused('MODEL_UNSUPPORTED', key);
  });

  it.each([[64], [-1], ['7'], [[1, 64]]])('ends with tokens of the model: %j', (eos) => {
    write('generation_config.json', { eos_token_id: eos });
    refused('MODEL_INVALID', 'eos_token_id');
  });
});
