// Which checks of a gate policy can be made again without the forgotten person's data, which the purge has destroyed: those about everybody else.
import type { GateCheck, GatePolicy } from './gate.ts';

const aboutForgotten = ({ of }: GateCheck) => of.startsWith('forget.');

/** The policy without the checks on forget data. */
export const recertificationPolicy = (policy: GatePolicy): GatePolicy => ({
  ...policy,
  checks: policy.checks.filter((check) => !aboutForgotten(check)),
});
