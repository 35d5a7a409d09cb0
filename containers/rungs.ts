// Whether the rungs of a policy can be tried: each must name a known method with settings that it has. Checked when a
// policy is read, and again by the job that unlearns, as a policy in the store may come from another installation.
import { QuittanceError } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import { ladderFaults } from '#unlearning/methods.ts';

/** POLICY_INVALID, naming the rung (from 1) and each setting at fault. */
export const checkRungs = (policy: GatePolicy, what = 'the gate policy'): GatePolicy => {
  const faults = ladderFaults(policy.ladder);
  if (faults.length === 0) return policy;
  throw new QuittanceError('POLICY_INVALID', {
    message: `${what} has a rung that cannot be tried`,
    expected: 'methods and settings of docs/methods.md',
    got: faults.slice(0, 5).join('; '),
  });
};
