// Which checks of a gate policy can be made again without the forgotten person's data, which the purge has destroyed:
// those about everybody else.
import type { GateCheck, GatePolicy } from './policy.ts';
import { quantityOf } from './quantities.ts';

const aboutForgotten = ({ of }: GateCheck) => quantityOf(of).needs.includes('forget');

/** The policy without the checks on forget data. */
export const recertificationPolicy = (policy: GatePolicy): GatePolicy => ({
  ...policy,
  checks: policy.checks.filter((check) => !aboutForgotten(check)),
});
