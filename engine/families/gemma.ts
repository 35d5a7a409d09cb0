// Gemma 1 to 3, text (https://arxiv.org/abs/2403.08295, 2408.00118, 2503.19786): embeddings scaled by √d, norms that
// multiply by 1 + weight, and from Gemma 2 on norms before and after attention and MLP, windows in most layers, bounded
// scores and logits. Traps: `gelu` in Gemma 1 means its tanh form; and Gemma 3 rotates its windowed layers with another
// base than the rest.
import { z } from 'zod';
import { unsupported, type Fields } from '../formats/config-fields.ts';
import type { DecoderConfig } from '../formats/config.ts';
import type { Family, Names } from './family.ts';
import { LLAMA_NAMES, llamaLike, mixed, windowOf, type LlamaLike } from './llama-like.ts';
import { parametersOf, ropeOf } from './rope.ts';

type Read = Omit<DecoderConfig, 'family'>;

/** What all three share. */
const gemmaLike = (f: Fields, defaults: LlamaLike): Read => {
  const config = llamaLike(f, { headDim: 256, maxPositions: 8192, tied: true, ...defaults });
  const bias = f.flag('attention_bias', false);
  return {
    ...config,
    norm: { ...config.norm, plusOne: true },
    scale: { ...config.scale, embed: Math.sqrt(config.hiddenSize) },
    bias: { ...config.bias, qkv: bias, o: bias },
  };
};

/** Activation under either of its two names; older files have both. */
const activationOf = (f: Fields, before: unknown): unknown =>
  f.any('hidden_activation') ?? before ?? 'gelu_pytorch_tanh';

export const gemma: Family = {
  title: 'Gemma 1',
  names: LLAMA_NAMES,
  read: (f) => {
    const named = activationOf(f, f.any('hidden_act'));
    return gemmaLike(f, { activation: named === 'gelu' ? 'gelu_pytorch_tanh' : named });
  },
};

/** Four norms a block. The name of Llama's second norm stands for another position here. */
const FOUR_NORMS: Names = {
  ...LLAMA_NAMES,
  block: {
    ...LLAMA_NAMES.block,
    ln1Out: 'post_attention_layernorm',
    ln2: 'pre_feedforward_layernorm',
    ln2Out: 'post_feedforward_layernorm',
  },
};

/** What Gemma 2 and 3 add. */
const between = (f: Fields, config: Read, cap: Read['cap']): Read => ({
  ...config,
  norms: 'around',
  cap,
  scale: { ...config.scale, attention: 1 / Math.sqrt(f.positive('query_pre_attn_scalar', 256)) },
});

/** A bound. null means none; where the field is absent, the default of the family's class holds. */
const capOf = <K extends keyof Read['cap']>(f: Fields, key: K, name: string, fallback?: number): Read['cap'] => {
  const bound =
    f.given(name) && f.any(name) === undefined ? undefined : f.any(name) === undefined ? fallback : f.positive(name, 1);
  return bound === undefined ? {} : { [key]: bound };
};

export const gemma2: Family = {
  title: 'Gemma 2',
  names: FOUR_NORMS,
  read: (f) => {
    f.any('hidden_act'); // older files have it beside the newer name; the family's class does not read it
    const config = gemmaLike(f, { activation: activationOf(f, undefined) });
    const cap = {
      ...capOf(f, 'attention', 'attn_logit_softcapping', 50),
      ...capOf(f, 'logits', 'final_logit_softcapping', 30),
    };
    return { ...between(f, config, cap), attention: mixed(f, config, windowOf(f, 4096), (l) => l % 2 === 0) };
  },
};

const Nested = z.strictObject({ full_attention: z.unknown(), sliding_attention: z.unknown() }).partial().nullish();

export const gemma3: Family = {
  title: 'Gemma 3, text alone (gemma3_text)',
  names: FOUR_NORMS,
  read: (f) => {
    f.only('attn_logit_softcapping', [null]); // the family's class bounds only the logits
    f.any('hidden_act');
    const parameters = f.any('rope_parameters');
    const nested = Nested.safeParse(parameters);
    if (!nested.success) throw unsupported('rope_parameters', parameters, 'full_attention and sliding_attention');
    const { full_attention, sliding_attention } = nested.data ?? {};
    const local = parametersOf(f, 'rope_parameters', sliding_attention ?? undefined);
    const global = {
      ...parametersOf(f, 'rope_scaling'),
      ...parametersOf(f, 'rope_parameters', full_attention ?? undefined),
    };
    const config = gemmaLike(f, {
      activation: activationOf(f, undefined),
      maxPositions: 131_072,
      turn: (headDim, most) => ropeOf(f, global, headDim, most, { thetaDefault: 1_000_000 }),
    });
    const turned = ropeOf(f, local, config.headDim, config.maxPositions, { theta: 'rope_local_base_freq' });
    const every = f.int('sliding_window_pattern', 6);
    const attention = mixed(f, config, windowOf(f, 4096), (l) => (l + 1) % every !== 0);
    return {
      ...between(f, config, capOf(f, 'logits', 'final_logit_softcapping')),
      attention: attention.map((layer) => (layer.window === undefined ? layer : { ...layer, rope: turned })),
      queryKeyNorm: 'head',
    };
  },
};
