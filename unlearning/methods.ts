// The registry of unlearning methods: one line each, in the order in which docs/methods.md lists them.
import { QuittanceError } from '#core/errors.ts';
import { dpo } from './dpo.ts';
import { flat } from './flat.ts';
import { gradAscent } from './grad-ascent.ts';
import { gradDiff } from './grad-diff.ts';
import { klMin } from './kl-min.ts';
import type { UnlearningMethod } from './method.ts';
import { npo, npoRt } from './npo.ts';
import { idk, preferenceOptimization } from './preference-optimization.ts';
import { simNpo } from './simnpo.ts';

export const methods: readonly UnlearningMethod[] = [
  flat,
  gradAscent,
  gradDiff,
  klMin,
  idk,
  preferenceOptimization,
  dpo,
  npo,
  npoRt,
  simNpo,
];

/** METHOD_UNKNOWN with the known names. */
export const findMethod = (name: string): UnlearningMethod => {
  const found = methods.find((method) => method.name === name);
  if (!found) {
    throw new QuittanceError('METHOD_UNKNOWN', {
      message: `no unlearning method is called '${name}'`,
      expected: methods.map((m) => m.name).join(', '),
      hint: 'docs/methods.md has each with its settings',
    });
  }
  return found;
};
