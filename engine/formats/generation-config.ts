// generation_config.json. The ids that end an answer are read. Sampling defaults are not taken over, because each
// request here states how it samples. Fields that forbid or force tokens change what the model says and are not
// implemented, so they are refused by name.
import { z } from 'zod';
import { modelInvalid } from './invalid.ts';
import { checkKeys, rules, type KeyRules } from './known-keys.ts';

export const GENERATION_CONFIG = 'generation_config.json';

const KNOWN: KeyRules = {
  eos_token_id: 'read',
  ...rules('harmless', 'bos_token_id', 'pad_token_id', 'decoder_start_token_id', 'transformers_version'),
  ...rules(
    'harmless',
    '_from_model_config',
    'trust_remote_code',
    'do_sample',
    'temperature',
    'top_k',
    'top_p',
    'min_p',
  ),
  ...rules(
    'harmless',
    'typical_p',
    'epsilon_cutoff',
    'eta_cutoff',
    'top_h',
    'max_length',
    'max_new_tokens',
    'max_time',
  ),
  ...rules('harmless', 'use_cache', 'cache_implementation', 'cache_config', 'max_cache_len', 'return_legacy_cache'),
  ...rules('harmless', 'output_attentions', 'output_hidden_states', 'output_scores', 'output_logits'),
  ...rules('harmless', 'return_dict_in_generate', 'num_return_sequences', 'early_stopping', 'length_penalty'),
  ...rules(
    'harmless',
    'remove_invalid_values',
    'renormalize_logits',
    'low_memory',
    'disable_compile',
    'compile_config',
  ),
  ...rules('harmless', 'is_assistant', 'num_assistant_tokens', 'num_assistant_tokens_schedule', 'speculation_type'),
  ...rules('harmless', 'assistant_confidence_threshold', 'assistant_early_exit', 'assistant_lookbehind'),
  ...rules('harmless', 'assistant_ensemble_weight', 'target_lookbehind', 'prompt_lookup_num_tokens'),
  ...rules('harmless', 'max_matching_ngram_size', 'prefill_chunk_size', 'continuous_batching_config'),
  ...rules({ only: [0] }, 'no_repeat_ngram_size', 'encoder_no_repeat_ngram_size', 'min_length', 'min_new_tokens'),
  ...rules({ only: [0] }, 'penalty_alpha', 'diversity_penalty'),
  ...rules({ only: [1] }, 'guidance_scale', 'encoder_repetition_penalty', 'num_beams', 'num_beam_groups'),
  ...rules({ only: [false] }, 'token_healing', 'use_mtp'),
  ...rules({ only: [null] }, 'bad_words_ids', 'force_words_ids', 'constraints', 'forced_bos_token_id'),
  ...rules({ only: [null] }, 'forced_eos_token_id', 'suppress_tokens', 'begin_suppress_tokens', 'sequence_bias'),
  ...rules({ only: [null] }, 'exponential_decay_length_penalty', 'watermarking_config', 'stop_strings', 'dola_layers'),
};

const UNAPPLIED = 'is a default of requests elsewhere; here answers are judged and served without it';

/**
 * MODEL_UNSUPPORTED names a field that would force or forbid tokens, or that is not known; returns remarks on fields
 * that are not applied.
 */
export const checkGenerationConfig = (json: Readonly<Record<string, unknown>>): string[] =>
  checkKeys(GENERATION_CONFIG, json, {
    ...KNOWN,
    repetition_penalty: json['repetition_penalty'] === 1 ? 'harmless' : { unapplied: UNAPPLIED },
  });

/** Ids that end an answer. MODEL_INVALID where they are no tokens of the model. */
export const generationEnds = (json: Readonly<Record<string, unknown>>, vocabSize: number): number[] => {
  const Id = z
    .int()
    .nonnegative()
    .max(vocabSize - 1);
  const eos = z
    .union([Id, z.array(Id)])
    .nullish()
    .safeParse(json['eos_token_id']);
  if (eos.success) return [eos.data ?? []].flat();
  throw modelInvalid(`${GENERATION_CONFIG}: eos_token_id`, {
    expected: `ids from 0 to ${vocabSize - 1}`,
    got: JSON.stringify(json['eos_token_id']),
  });
};
