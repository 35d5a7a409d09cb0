// Which checks of a gate policy can be made again after the purge, which destroyed the forgotten person's data: those
// that are about everybody else.
import type { GateCheck, GatePolicy } from './policy.ts';
import { quantityOf } from './quantities.ts';

const aboutForgotten = ({ of }: GateCheck) => quantityOf(of).needs.includes('forget');

/** The policy without the checks on forget data. */
export const recertificationPolicy = (policy: GatePolicy): GatePolicy => ({
  ...policy,
  checks: policy.checks.filter((check) => !aboutForgotten(check)),
});
