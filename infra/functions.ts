// Lambdas and their roles: a role may do what it is granted and write its own log, nothing else.
// Trap: a schedule or rule only hands its event to Lambda's queue, which drops the event after the last try unless the
// function has a destination for it.
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption, type IQueue } from 'aws-cdk-lib/aws-sqs';
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
  /** For a function that schedules and rules call. */
  readonly events?: EventHandling;
}

export interface EventHandling {
  /** How often Lambda tries an event again after the function failed, 0 to 2. */
  readonly retries: number;
  /** What could not be handled, with the code why; a message there raises an alarm. */
  readonly undelivered: IQueue;
}

/** Older events are dropped, because by then the next one has come or a person has looked. */
const EVENT_AGE = Duration.hours(2);

/** The queue for events that no function took or could handle. */
export const makeUndelivered = (stack: Stack, id: string, queueName?: string): Queue =>
  new Queue(stack, id, {
    ...(queueName === undefined ? {} : { queueName }),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });

/** Time limit of the API in seconds; API Gateway gives up at 30. */
export const API_TIMEOUT_SECONDS = 29;
const MEMORY_MIB = 1024;

export const makeLambda = (stack: Stack, id: string, options: LambdaOptions): Lambda => {
  const { name, description, prefix, access, events } = options;
  const logGroup = new LogGroup(stack, `${id}Log`, {
    logGroupName: `/aws/lambda/${prefix}-${name}`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY, // logs of operation are no evidence
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
    ...(events === undefined ? {} : handling(events)),
  });
};

const handling = ({ retries, undelivered }: EventHandling) => ({
  retryAttempts: retries,
  maxEventAge: EVENT_AGE,
  onFailure: new SqsDestination(undelivered),
});

export const policyOf = (grants: readonly Grant[]): PolicyDocument =>
  new PolicyDocument({ statements: grants.map(statementOf) });

const writeLog = (logGroupArn: string): Grant => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [logGroupArn],
});
