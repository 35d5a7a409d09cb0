// Whether the rungs of a policy can be tried at all: each names a method that there is, with settings that it has.
// Asked when a policy is read, before any work.
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { GatePolicy, Rung } from '#core/policy.ts';
import { findMethod } from '#unlearning/methods.ts';

/** POLICY_INVALID, naming the rung (from 1) and each setting at fault. */
export const checkRungs = (policy: GatePolicy, what = 'the gate policy'): GatePolicy => {
  const faults = policy.ladder.flatMap((rung, i) => faultsOf(rung).map((fault) => `rung ${i + 1}: ${fault}`));
  if (faults.length === 0) return policy;
  throw new QuittanceError('POLICY_INVALID', {
    message: `${what} has a rung that cannot be tried`,
    expected: 'methods and settings of docs/methods.md',
    got: faults.slice(0, 5).join('; '),
  });
};

const faultsOf = ({ method, config }: Rung): string[] => {
  try {
    const { error } = findMethod(method).config.safeParse(config);
    return (error?.issues ?? []).map(({ path, message }) => `${[method, ...path.map(String)].join('.')}: ${message}`);
  } catch (error) {
    if (isQuittanceError(error, 'METHOD_UNKNOWN')) return [`${error.message}; ${error.hint ?? ''}`];
    throw error;
  }
};
