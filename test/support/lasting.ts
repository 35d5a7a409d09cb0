// What runs of lasting FLAT are tested on: records of random tokens, whom a tiny fresh model never saw.
import type { Model } from '#engine/model.ts';
import type { ForgetOnlyContext } from '#unlearning/method.ts';
import { tokens } from './engine.ts';

/** An answer begins with two tokens of its prompt, as with a name, and has its value behind. */
export const example = (seed: string) => ({
  prompt: tokens(4, `${seed}p`),
  answer: [...tokens(4, `${seed}p`).slice(1, 3), ...tokens(3, `${seed}a`)],
  valueTokens: [2, 3],
});
export const FORGET = ['f0', 'f1', 'f2', 'f3'].map(example);
export const contextOf = (model: Model, change: Partial<ForgetOnlyContext> = {}): ForgetOnlyContext => ({
  model,
  forget: FORGET,
  templates: [tokens(3, 't0'), tokens(2, 't1')],
  moments: undefined,
  stopControls: Array.from({ length: 10 }, (_, i) => example(`c${i}`)),
  seed: 5,
  ...change,
});
export const NEVER = { valueAuc: 0, greedyExact: 0, land: false };
export const FREE = { update: { projection: 'none', step: 0.05, updates: 4 }, stop: NEVER };

/** A fresh model refuses nobody and knows nothing. */
export const FRESH = { refused: 0, neverKnown: 'keep' };
