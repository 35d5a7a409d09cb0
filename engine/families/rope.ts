// Rotary embeddings as config.json describes them: `rope_scaling` (transformers 4) or `rope_parameters` (5). Trap: an
// unknown kind or field is refused by name. `dynamic` changes nothing until a text is longer than
// max_position_embeddings, and such texts are not read here.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { unsupported, type Fields } from '../formats/config-fields.ts';
import type { Rope, RopeScaling } from '../formats/config.ts';

const Positive = z.number().positive();
const Factors = z.array(Positive);
const Parameters = z.strictObject({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: Positive.nullish(),
  partial_rotary_factor: Positive.nullish(),
  factor: Positive.nullish(),
  original_max_position_embeddings: Positive.nullish(),
  low_freq_factor: Positive.nullish(),
  high_freq_factor: Positive.nullish(),
  attention_factor: Positive.nullish(),
  beta_fast: Positive.nullish(),
  beta_slow: Positive.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
  short_factor: Factors.nullish(),
  long_factor: Factors.nullish(),
  finetuned: z.boolean().nullish(),
});
type Parameters = z.infer<typeof Parameters>;

/** The family's own fields for base and rotated fraction, and its defaults. */
export interface RopeNames {
  theta: string;
  thetaDefault?: number;
  fraction: string;
  fractionDefault?: number;
  /** Older names of kinds, by today's (Phi-3 calls longrope `su` and `yarn`). */
  kinds?: Readonly<Record<string, string>>;
}

const NAMES: RopeNames = { theta: 'rope_theta', fraction: 'partial_rotary_factor' };

/** The rotary embedding of every layer that has one. `maxPositions` as config.json says. */
export const rope = (f: Fields, headDim: number, maxPositions: number, names: Partial<RopeNames> = {}): Rope =>
  ropeOf(
    f,
    { ...parametersOf(f, 'rope_scaling'), ...parametersOf(f, 'rope_parameters') },
    headDim,
    maxPositions,
    names,
  );

export const parametersOf = (f: Fields, name: string, value = f.any(name)): Parameters => {
  const parsed = Parameters.nullish().safeParse(value);
  if (parsed.success) return parsed.data ?? {};
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') throw unsupported(name, value, `without ${issue.keys.join(', ')}`);
  throw new QuittanceError('MODEL_INVALID', { message: `config.json: ${name}`, cause: parsed.error });
};

/** One rotary embedding, from its parameters. */
export const ropeOf = (
  f: Fields,
  parameters: Parameters,
  headDim: number,
  maxPositions: number,
  names: Partial<RopeNames> = {},
): Rope => {
  const { theta, thetaDefault = 10_000, fraction, fractionDefault = 1, kinds = {} } = { ...NAMES, ...names };
  const base = f.positive(theta, thetaDefault);
  const share = f.positive(fraction, fractionDefault);
  const rotaryDim = Math.floor(headDim * (parameters.partial_rotary_factor ?? share));
  if (rotaryDim % 2 !== 0 || rotaryDim < 2 || rotaryDim > headDim) {
    throw new QuittanceError('MODEL_INVALID', {
      message: `config.json: ${fraction}`,
      expected: `an even number of rotated dimensions, at most ${headDim}`,
      got: `${rotaryDim}`,
    });
  }
  const named = parameters.rope_type ?? parameters.type ?? 'default';
  const kind = Object.hasOwn(kinds, named) ? kinds[named] : named;
  const read = kind !== undefined && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const scaling = read?.(parameters, maxPositions, rotaryDim);
  if (!scaling) {
    const expected = `a rope_type of ${Object.keys(KINDS).join(', ')} with all its fields`;
    throw unsupported(
      f.any('rope_parameters') === undefined ? 'rope_scaling' : 'rope_parameters',
      parameters,
      expected,
    );
  }
  return { theta: parameters.rope_theta ?? base, rotaryDim, scaling };
};

type Read = (p: Parameters, maxPositions: number, rotaryDim: number) => RopeScaling | undefined;

const KINDS: Readonly<Record<string, Read>> = {
  default: () => ({ kind: 'none' }),
  linear: ({ factor }) => (factor ? { kind: 'linear', factor } : undefined),
  dynamic: ({ factor }) => (factor ? { kind: 'none' } : undefined),
  llama3: ({ factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original }) =>
    factor && low && high && original
      ? { kind: 'llama3', factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions: original }
      : undefined,
  yarn: (p, maxPositions) => {
    const originalMaxPositions = p.original_max_position_embeddings ?? maxPositions;
    const factor = p.factor ?? maxPositions / originalMaxPositions;
    const { beta_fast, beta_slow, truncate } = p;
    return {
      kind: 'yarn',
      factor,
      betaFast: beta_fast ?? 32,
      betaSlow: beta_slow ?? 1,
      originalMaxPositions,
      attentionFactor: yarnAttention(p, factor),
      truncate: truncate ?? true,
    };
  },
  longrope: (p, maxPositions, rotaryDim) => {
    const { short_factor: short, long_factor: long, original_max_position_embeddings: original } = p;
    if (short?.length !== rotaryDim / 2 || long?.length !== rotaryDim / 2 || !original) return undefined;
    const factor = p.factor ?? maxPositions / original;
    const byLength = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return {
      kind: 'longrope',
      short,
      long,
      originalMaxPositions: original,
      attentionFactor: p.attention_factor ?? byLength,
    };
  },
};

/**
 * Peng et al. 2023, as transformers computes it: 0.1 · mscale · ln factor + 1, of one scale or of the quotient of two.
 */
const yarnAttention = (p: Parameters, factor: number): number => {
  const of = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  if (p.attention_factor) return p.attention_factor;
  return p.mscale && p.mscale_all_dim ? of(p.mscale) / of(p.mscale_all_dim) : of(1);
};
