// Lambdas and their roles: the rights of a role are the grants that it is given and writing its own log, nothing else.
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { statementOf, type Grant, type PortGrants } from './grants.ts';
import { explainWildcards } from './nag.ts';

export interface LambdaOptions {
  /** After the installation's prefix. */
  readonly name: string;
  readonly description: string;
  readonly prefix: string;
  /** Folder with index.mjs. */
  readonly code: string;
  readonly timeoutSeconds: number;
  readonly access: PortGrants;
}

/** What the API waits for, in seconds; API Gateway gives up at 30. */
export const API_TIMEOUT_SECONDS = 29;
const MEMORY_MIB = 1024;

export const makeLambda = (stack: Stack, id: string, options: LambdaOptions): Lambda => {
  const { name, description, prefix, access } = options;
  const logGroup = new LogGroup(stack, `${id}Log`, {
    logGroupName: `/aws/lambda/${prefix}-${name}`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY, // operational, not evidence
  });
  const role = new Role(stack, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `${prefix}: ${description}`,
    inlinePolicies: { Grants: policyOf([...access.grants, writeLog(logGroup.logGroupArn)]) },
  });
  explainWildcards(role, access.grants);
  return new Lambda(stack, id, {
    functionName: `${prefix}-${name}`,
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(options.code),
    memorySize: MEMORY_MIB,
    timeout: Duration.seconds(options.timeoutSeconds),
    environment: { ...access.environment },
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    role,
  });
};

export const policyOf = (grants: readonly Grant[]): PolicyDocument =>
  new PolicyDocument({ statements: grants.map(statementOf) });

const writeLog = (logGroupArn: string): Grant => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [logGroupArn],
});
