// The registry of unlearning methods: one line each, in the order in which docs/methods.md lists them.
import { QuittanceError } from '#core/errors.ts';
import { flat } from './flat.ts';
import type { UnlearningMethod } from './method.ts';

export const methods: readonly UnlearningMethod[] = [flat];

/** METHOD_UNKNOWN with the known names. */
export const findMethod = (name: string): UnlearningMethod => {
  const found = methods.find((method) => method.name === name);
  if (!found) {
    throw new QuittanceError('METHOD_UNKNOWN', {
      message: `no unlearning method is called '${name}'`,
      expected: methods.map((m) => m.name).join(', '),
    });
  }
  return found;
};
