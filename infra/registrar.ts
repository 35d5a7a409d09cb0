// For who registers models by command (`quittance model … --installation PREFIX`): a policy with the rights that it
// takes, to be attached to a person's role, and outputs that say where the stores are. Trap: it may not delete; what
// registration stores is content-addressed and found again.
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { outputOf } from '#core/deployment-outputs.ts';
import { policyOf } from './functions.ts';
import { arnOf, grantsOf, type Grant, type GrantTable, type PortName } from './grants.ts';
import { explainWildcards } from './nag.ts';

/** Ports of models/register.ts and of the commands that read the registry. */
export const REGISTRAR_USES: readonly PortName[] = ['artifacts', 'models', 'pseudonyms', 'serving', 'clock'];

export const makeRegistrar = (stack: Stack, prefix: string, table: GrantTable): void => {
  const { environment, grants } = grantsOf(REGISTRAR_USES, table);
  for (const [variable, value] of Object.entries(environment)) new CfnOutput(stack, outputOf(variable), { value });
  const given = [...grants.map(withoutDeleting), findStores(stack, prefix)];
  const policy = new ManagedPolicy(stack, 'RegisterModels', {
    managedPolicyName: `${prefix}-register-models`,
    description: 'for who registers models by command: attach it to their role',
    document: policyOf(given),
  });
  explainWildcards(policy, given);
};

const withoutDeleting = (grant: Grant): Grant => ({
  ...grant,
  actions: grant.actions.filter((action) => !/:Delete/.test(action)),
});

const findStores = (stack: Stack, prefix: string): Grant => ({
  actions: ['cloudformation:DescribeStacks'],
  resources: [`${arnOf(stack, 'cloudformation', 'stack', `${prefix}-app`, '/')}/*`],
  reason: "a stack's ARN ends in an id that is not known before it exists",
});
