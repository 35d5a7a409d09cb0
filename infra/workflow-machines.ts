// The three state machines, Standard, from the files in workflows/. A machine's role may call only the functions that
// its file names; its log holds states, times and errors, and no data. Source: Step Functions Developer Guide, "IAM
// policies for integrated services".
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { policyOf } from './functions.ts';
import { arnOf, type Grant } from './grants.ts';
import { explainWildcards } from './nag.ts';
import { substitutionsFor, workflowFile, WORKFLOWS, type Workflow } from './state-machine.ts';

export const JOBS = ['unlearn', 'evaluate', 'recertify'] as const;

/** By name, so that this stack does not depend on the one with the GPUs. */
export const jobQueueArn = (stack: Stack, prefix: string) => arnOf(stack, 'batch', 'job-queue', `${prefix}-gpu`, '/');
export const gateQueueName = (prefix: string): string => `${prefix}-gate-undelivered`;
const jobDefinitionArn = (stack: Stack, prefix: string, job: string) =>
  arnOf(stack, 'batch', 'job-definition', `${prefix}-${job}`, '/');

export const makeMachines = (
  stack: Stack,
  prefix: string,
  functions: ReadonlyMap<string, Lambda>,
): Readonly<Record<Workflow, StateMachine>> => {
  const machineArn = (name: Workflow) => arnOf(stack, 'states', 'stateMachine', `${prefix}-${name}`);
  const known = {
    ...Object.fromEntries([...functions].map(([step, { functionArn }]) => [step, functionArn])),
    ...Object.fromEntries(WORKFLOWS.map((name) => [`workflow-${name}`, machineArn(name)])),
    ...Object.fromEntries(JOBS.map((job) => [`job-${job}`, `${prefix}-${job}`])),
    'job-queue': jobQueueArn(stack, prefix),
  };
  const make = (name: Workflow) => {
    const substitutions = substitutionsFor(name, known);
    return makeMachine(
      stack,
      name,
      prefix,
      substitutions,
      grantsFor(stack, prefix, Object.keys(substitutions), functions),
    );
  };
  return { erasure: make('erasure'), unlearn: make('unlearn'), recertify: make('recertify') };
};

const makeMachine = (
  stack: Stack,
  name: Workflow,
  prefix: string,
  definitionSubstitutions: Record<string, string>,
  grants: readonly Grant[],
): StateMachine => {
  const id = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const role = new Role(stack, `${id}Role`, {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
    inlinePolicies: { Grants: policyOf(grants) },
  });
  explainWildcards(role, [...grants, LOG_DELIVERY]);
  const destination = new LogGroup(stack, `${id}Log`, {
    logGroupName: `/aws/vendedlogs/states/${prefix}-${name}`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return new StateMachine(stack, id, {
    stateMachineName: `${prefix}-${name}`,
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromFile(workflowFile(name)),
    definitionSubstitutions,
    role,
    tracingEnabled: true,
    logs: { destination: destination, level: LogLevel.ALL, includeExecutionData: false },
  });
};

/** Added by the CDK for logging and tracing; neither service knows these actions by resource. */
const LOG_DELIVERY: Grant = {
  actions: [],
  resources: ['*'],
  reason: 'CloudWatch log delivery and X-Ray take no resource for these actions',
};

/** From the names in a file to the rights of its machine's role. */
const grantsFor = (
  stack: Stack,
  prefix: string,
  names: readonly string[],
  functions: ReadonlyMap<string, Lambda>,
): Grant[] => {
  const called = names.flatMap((name) => functions.get(name)?.functionArn ?? []);
  const jobs = JOBS.filter((job) => names.includes(`job-${job}`));
  const children = WORKFLOWS.filter((name) => names.includes(`workflow-${name}`));
  return [
    { actions: ['lambda:InvokeFunction'], resources: called },
    ...(jobs.length > 0 ? jobGrants(stack, prefix, jobs) : []),
    ...children.flatMap((name) => childGrants(stack, `${prefix}-${name}`)),
  ];
};

const jobGrants = (stack: Stack, prefix: string, jobs: readonly string[]): Grant[] => [
  {
    actions: ['batch:SubmitJob'],
    resources: [
      jobQueueArn(stack, prefix),
      ...jobs.flatMap((job) => {
        const arn = jobDefinitionArn(stack, prefix, job);
        return [arn, `${arn}:*`];
      }),
    ],
    reason: 'a job definition gets a new revision with every deployment',
  },
  {
    actions: ['batch:DescribeJobs', 'batch:TerminateJob'],
    resources: ['*'],
    reason: 'Batch takes no resource for DescribeJobs, and the ids of the jobs to end are not known at deployment',
  },
  managedRule(stack, 'StepFunctionsGetEventsForBatchJobsRule'),
];

const childGrants = (stack: Stack, machine: string): Grant[] => [
  { actions: ['states:StartExecution'], resources: [arnOf(stack, 'states', 'stateMachine', machine)] },
  {
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    resources: [`${arnOf(stack, 'states', 'execution', machine)}:*`],
    reason: 'child executions are named after tickets that are not known at deployment',
  },
  managedRule(stack, 'StepFunctionsGetEventsForStepFunctionsExecutionRule'),
];

/** The rule by which Step Functions learns that a job or execution has ended. */
const managedRule = (stack: Stack, rule: string): Grant => ({
  actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
  resources: [arnOf(stack, 'events', 'rule', rule, '/')],
});
