// For who registers models by command (`quittance model … --installation PREFIX`), for who ends signing keys
// (`quittance people retire`, `quittance keys rotate service`), and for who replaces the log's (`quittance keys rotate
// log`): a policy each with the rights that it takes, to be attached to a person's role, and outputs that say where the
// stores are. Traps: who registers may not delete; what registration stores is content-addressed and found again. Who
// ends keys may unwrap none, and sign nothing; who replaces the log's brings in the next one (log-key.ts).
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { outputOf } from '#core/deployment-outputs.ts';
import { policyOf } from './functions.ts';
import { arnOf, grantsOf, type Grant, type GrantTable, type PortName } from './grants.ts';
import { replaceLogKey } from './log-key.ts';
import { explainWildcards } from './nag.ts';
import type { Resources } from './stateful-stack.ts';

/** Ports of models/register.ts and of the commands that read the registry. */
export const REGISTRAR_USES: readonly PortName[] = ['artifacts', 'models', 'pseudonyms', 'serving', 'clock'];

/** Ports of functions/end-key.ts; the rows of keys are beside them. */
export const KEEPER_USES: readonly PortName[] = ['tickets', 'artifacts', 'clock'];

/** The same, and the log's head, which no end may lie before. */
export const LOG_KEEPER_USES: readonly PortName[] = [...KEEPER_USES, 'ledger'];

/** Policies and outputs for the commands of operators. */
export const makeOperators = (stack: Stack, prefix: string, table: GrantTable, resources: Resources): void => {
  const { environment } = grantsOf([...REGISTRAR_USES, ...LOG_KEEPER_USES], table);
  for (const [variable, value] of Object.entries(environment)) new CfnOutput(stack, outputOf(variable), { value });
  makeRegistrar(stack, prefix, table);
  makeKeeper(stack, prefix, table, resources.tables.keys.arn);
  makeLogKeeper(stack, prefix, table, resources);
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

const makeLogKeeper = (stack: Stack, prefix: string, table: GrantTable, resources: Resources): void => {
  const noted = grantsOf(KEEPER_USES, table).grants.map(withoutDeleting);
  const head: Grant = { actions: ['dynamodb:GetItem'], resources: [resources.tables.logHead.arn] };
  const given = [...noted, head, ...replaceLogKey(resources, stack), findStores(stack, prefix)];
  const policy = new ManagedPolicy(stack, 'ReplaceLogKey', {
    managedPolicyName: `${prefix}-replace-log-key`,
    description: "for who replaces the log's key by command, and is trusted with it: attach it to their role",
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
