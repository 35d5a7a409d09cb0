// For who registers models by command (`quittance model … --installation PREFIX`), and for who ends signing keys
// (`quittance people retire`, `quittance keys rotate`): a policy each with the rights that it takes, to be attached to
// a person's role, and outputs that say where the stores are. Traps: who registers may not delete; what registration
// stores is content-addressed and found again. Who ends keys may unwrap none, and sign nothing.
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { outputOf } from '#core/deployment-outputs.ts';
import { policyOf } from './functions.ts';
import { arnOf, grantsOf, type Grant, type GrantTable, type PortName } from './grants.ts';
import { explainWildcards } from './nag.ts';
import type { Resources } from './stateful-stack.ts';

/** Ports of models/register.ts and of the commands that read the registry. */
export const REGISTRAR_USES: readonly PortName[] = ['artifacts', 'models', 'pseudonyms', 'serving', 'clock'];

/** Ports of functions/end-key.ts; the rows of keys are beside them. */
export const KEEPER_USES: readonly PortName[] = ['tickets', 'artifacts', 'clock'];

/** Policies and outputs for the commands of operators. */
export const makeOperators = (stack: Stack, prefix: string, table: GrantTable, { tables }: Resources): void => {
  const { environment } = grantsOf([...REGISTRAR_USES, ...KEEPER_USES], table);
  for (const [variable, value] of Object.entries(environment)) new CfnOutput(stack, outputOf(variable), { value });
  makeRegistrar(stack, prefix, table);
  makeKeeper(stack, prefix, table, tables.keys.arn);
};

const makeKeeper = (stack: Stack, prefix: string, table: GrantTable, keysTable: string): void => {
  const rows: Grant = {
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
    resources: [keysTable],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['people#*', 'signer#*'] } },
  };
  const given = [...grantsOf(KEEPER_USES, table).grants.map(withoutDeleting), rows, findStores(stack, prefix)];
  const policy = new ManagedPolicy(stack, 'EndKeys', {
    managedPolicyName: `${prefix}-end-keys`,
    description: 'for who ends signing keys by command: attach it to their role',
    document: policyOf(given),
  });
  explainWildcards(policy, given);
};

const makeRegistrar = (stack: Stack, prefix: string, table: GrantTable): void => {
  const { grants } = grantsOf(REGISTRAR_USES, table);
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
