// Typed reading of a `config.json`: a missing, mistyped or absurd field is named, and what changes the computation but is not implemented is refused by
// name. Trap: sizes are somebody else's claim; they are bounded here, before anything is built from them.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Activation, Position, RopeScaling } from './config.ts';

export const Ids = z.union([z.int(), z.array(z.int())]).nullish();
export const Raw = z.looseObject({ model_type: z.string(), eos_token_id: Ids, bos_token_id: Ids, pad_token_id: Ids });
export type Raw = z.infer<typeof Raw>;

export const unsupported = (field: string, got: unknown, expected: string) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `config.json: ${field} is not supported`,
    expected,
    got: JSON.stringify(got),
  });

/** Typed access to the loose object: a missing or mistyped field is named. */
export class Fields {
  readonly raw: Raw;
  constructor(raw: Raw) {
    this.raw = raw;
  }
  int(name: string, fallback?: number, most = 2 ** 24): number {
    const value = this.raw[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value > most) {
      throw this.#invalid(name, `an integer from 1 to ${most}`);
    }
    return value;
  }
  layers(name: string): number {
    return this.int(name, undefined, 1024);
  }
  positive(name: string, fallback: number): number {
    const value = this.number(name, fallback);
    if (value <= 0) throw this.#invalid(name, 'a positive number');
    return value;
  }
  number(name: string, fallback?: number): number {
    const value = this.raw[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#invalid(name, 'a number');
    return value;
  }
  flag(name: string, fallback: boolean): boolean {
    const value = this.raw[name] ?? fallback;
    if (typeof value !== 'boolean') throw this.#invalid(name, 'true or false');
    return value;
  }
  only(name: string, allowed: readonly unknown[]): void {
    const value = this.raw[name] ?? allowed[0];
    if (!allowed.includes(value)) throw unsupported(name, value, allowed.map((a) => JSON.stringify(a)).join(' or '));
  }
  #invalid(name: string, expected: string) {
    return new QuittanceError('MODEL_INVALID', {
      message: `config.json: ${name}`,
      expected,
      got: this.raw[name] === undefined ? 'nothing' : JSON.stringify(this.raw[name]),
    });
  }
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu: 'gelu',
  relu: 'relu',
};

export const activation = (name: unknown, field: string): Activation => {
  const found = typeof name === 'string' ? ACTIVATIONS[name] : undefined;
  if (!found) throw unsupported(field, name, Object.keys(ACTIVATIONS).join(', '));
  return found;
};

const Factor = z.number().positive().optional();
const RopeParameters = z.looseObject({
  rope_theta: Factor,
  rope_type: z.string().optional(),
  type: z.string().optional(),
  partial_rotary_factor: Factor,
  factor: Factor,
  low_freq_factor: Factor,
  high_freq_factor: Factor,
  original_max_position_embeddings: Factor,
});

/** `rope_scaling` (transformers 4) and `rope_parameters` (5) as one object. */
const ropeParameters = ({ raw }: Fields): z.infer<typeof RopeParameters> => {
  const both = z.tuple([RopeParameters.nullish(), RopeParameters.nullish()]);
  const parsed = both.safeParse([raw['rope_scaling'], raw['rope_parameters']]);
  if (parsed.success) return { ...parsed.data[0], ...parsed.data[1] };
  throw new QuittanceError('MODEL_INVALID', { message: 'config.json: rope_parameters', cause: parsed.error });
};

/** The rotary embedding; `names` are the family's own fields for base and rotated fraction. */
export const rope = (
  f: Fields,
  headDim: number,
  names: { theta: string; fraction: string; fractionDefault: number },
): Position => {
  const parameters = ropeParameters(f);
  const theta = parameters.rope_theta ?? f.positive(names.theta, 10_000);
  const fraction = parameters.partial_rotary_factor ?? f.positive(names.fraction, names.fractionDefault);
  const rotaryDim = Math.floor(headDim * fraction);
  if (rotaryDim % 2 !== 0 || rotaryDim < 2 || rotaryDim > headDim) {
    throw new QuittanceError('MODEL_INVALID', {
      message: `config.json: ${names.fraction}`,
      expected: `an even number of rotated dimensions, at most ${headDim}`,
      got: `${rotaryDim}`,
    });
  }
  return { kind: 'rope', theta, rotaryDim, scaling: ropeScaling(f, parameters) };
};

const ropeScaling = ({ raw }: Fields, p: z.infer<typeof RopeParameters>): RopeScaling => {
  const kind = p.rope_type ?? p.type ?? 'default';
  if (kind === 'default') return { kind: 'none' };
  if (kind === 'linear' && p.factor !== undefined) return { kind, factor: p.factor };
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original } = p;
  if (kind === 'llama3' && factor && low && high && original) {
    return { kind, factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions: original };
  }
  throw unsupported(
    raw['rope_parameters'] ? 'rope_parameters' : 'rope_scaling',
    p,
    'a rope_type of default, linear or llama3 with all its fields',
  );
};
