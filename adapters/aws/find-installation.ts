// Where the stores of an installation are, from the outputs of its app stack. Trap: CloudFormation answers for a stack
// that does not exist with the same error name as for a malformed request, so the form of the prefix is checked first.
import { DescribeStacksCommand, type CloudFormationClient, type Stack } from '@aws-sdk/client-cloudformation';
import { variableOf } from '#core/deployment-outputs.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { calling, isNamed } from './failures.ts';

const PREFIX = /^[a-z][a-z0-9-]{1,19}$/;

/**
 * Environment variables of the ports, as the installation's functions have them. USAGE, NOT_FOUND, or INVALID_INPUT
 * where it is not completely deployed.
 */
export const findInstallation = async (
  client: Pick<CloudFormationClient, 'send'>,
  prefix: string,
): Promise<Record<string, string>> => {
  if (!PREFIX.test(prefix))
    throw usageError(`'${prefix.slice(0, 40)}' is no installation's prefix`, 'such as quittance');
  const name = `${prefix}-app`;
  const stack = await calling('CloudFormation', () => describe(client, name));
  if (!stack)
    throw new QuittanceError('NOT_FOUND', {
      message: `there is no installation '${prefix}' in this account and region`,
      expected: `a stack ${name}`,
      hint: 'look at AWS_REGION and the account; npx cdk list names the stacks of an installation',
    });
  const variables = (stack.Outputs ?? []).flatMap(({ OutputKey = '', OutputValue = '' }) => {
    const variable = variableOf(OutputKey);
    return variable === undefined ? [] : [[variable, OutputValue] as const];
  });
  if (variables.length > 0) return Object.fromEntries(variables);
  throw new QuittanceError('INVALID_INPUT', {
    message: `the stack ${name} does not say where its stores are`,
    got: stack.StackStatus ?? 'no status',
    hint: 'deploy it whole, with this version: npx cdk deploy --all',
  });
};

const describe = async (client: Pick<CloudFormationClient, 'send'>, name: string): Promise<Stack | undefined> => {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return stack;
  } catch (error) {
    if (isNamed(error, 'ValidationError')) return undefined;
    throw error;
  }
};
