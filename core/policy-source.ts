// A policy as it is written: whole, or as its differences from another that it names by `extends`. It is made whole
// before it is stored, so that the logged digest covers everything that will be judged by. Trap: merging follows fixed
// rules: a check replaces the base's check with the same id (statistic and quantities), any other check is added after
// the base's, and every other field replaces the base's field as a whole.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { checkId, GatePolicy, parseAs, parsePolicy, type GateCheck } from './policy.ts';

const { kind, version, checks, ladder, certificateDays, gathering, sampling } = GatePolicy.shape;

export const PolicyExtension = z.strictObject({
  kind,
  version,
  extends: z
    .string()
    .meta({ description: 'the policy that this one is written on: a shipped one, or a file beside it', unit: 'name' }),
  checks: checks.optional(),
  without: z.array(z.string()).optional().meta({
    description: 'checks of the base that are left out',
    unit: 'ids: `statistic:of`, or `statistic:of/reference`',
  }),
  ladder: ladder.optional(),
  then: ladder.optional().meta({ description: 'rungs that are tried behind those of the base', unit: 'rungs' }),
  certificateDays: certificateDays.optional(),
  gathering,
  sampling,
});
type PolicyExtension = z.infer<typeof PolicyExtension>;

const isExtension = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'extends');

/**
 * The whole policy. `read` returns the text of a named policy, or throws POLICY_INVALID. Throws POLICY_INVALID for a
 * circle of `extends`, and for everything that `parsePolicy` refuses.
 */
export const resolvePolicy = (
  name: string,
  read: (name: string) => unknown,
  above: readonly string[] = [],
): GatePolicy => {
  const path = [...above, name];
  if (above.includes(name))
    throw new QuittanceError('POLICY_INVALID', {
      message: `the policy '${name}' extends itself`,
      got: path.join(' extends '),
      hint: 'write one of them out in full, without extends',
    });
  const value = read(name);
  if (!isExtension(value)) return parsePolicy(value, `the policy '${name}'`);
  const own = parseAs(PolicyExtension, value, `the policy '${name}'`);
  return parsePolicy(extended(name, resolvePolicy(own.extends, read, path), own), `the policy '${name}'`);
};

const extended = (name: string, base: GatePolicy, own: PolicyExtension): GatePolicy => {
  const { without = [], checks: others = [] } = own;
  const known = base.checks.map(checkId);
  const strange = without.find((id) => !known.includes(id));
  if (strange !== undefined)
    throw new QuittanceError('POLICY_INVALID', {
      message: `the policy '${name}' leaves out a check that '${own.extends}' does not have`,
      got: strange,
      ...didYouMean(strange, known),
    });
  const byId = new Map<string, GateCheck>(base.checks.map((one) => [checkId(one), one]));
  for (const id of without) byId.delete(id);
  for (const one of others) byId.set(checkId(one), one);
  const [shared, chance] = [own.gathering ?? base.gathering, own.sampling ?? base.sampling];
  return {
    kind: own.kind,
    version: own.version,
    checks: [...byId.values()],
    ladder: [...(own.ladder ?? base.ladder), ...(own.then ?? [])],
    certificateDays: own.certificateDays ?? base.certificateDays,
    ...(shared && { gathering: shared }),
    ...(chance && { sampling: chance }),
  };
};
