// The stop switch: at 80 % of the month's budget a mail is sent, and at 100 % the Budgets service attaches a policy to
// the jobs' roles that denies new jobs. Only a person removes it (docs/operations.md).
import type { Stack } from 'aws-cdk-lib';
import { CfnBudget, CfnBudgetsAction } from 'aws-cdk-lib/aws-budgets';
import {
  Effect,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
  type IRole,
} from 'aws-cdk-lib/aws-iam';
import type { Settings } from './settings.ts';

export const makeBudget = (stack: Stack, settings: Settings, roles: readonly IRole[]): void => {
  const address = settings.mail.addresses['default'] ?? settings.mail.from;
  const subscribers = [{ subscriptionType: 'EMAIL', address }];
  const budgetName = `${settings.prefix}-month`;
  const budget = new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: settings.budgetUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:application$${settings.prefix}`] },
    },
    notificationsWithSubscribers: [
      {
        notification: {
          comparisonOperator: 'GREATER_THAN',
          notificationType: 'ACTUAL',
          threshold: 80,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'EMAIL', address }],
      },
    ],
  });
  const stop = new ManagedPolicy(stack, 'NoNewJobs', {
    description: 'denies the submission of jobs: attached by the budget, removed by a person',
    document: new PolicyDocument({
      statements: [new PolicyStatement({ effect: Effect.DENY, actions: ['batch:SubmitJob'], resources: ['*'] })],
    }),
  });
  const action = new CfnBudgetsAction(stack, 'StopJobs', {
    budgetName,
    actionType: 'APPLY_IAM_POLICY',
    actionThreshold: { type: 'PERCENTAGE', value: 100 },
    approvalModel: 'AUTOMATIC',
    notificationType: 'ACTUAL',
    executionRoleArn: switchRole(stack, stop, roles).roleArn,
    definition: {
      iamActionDefinition: { policyArn: stop.managedPolicyArn, roles: roles.map(({ roleName }) => roleName) },
    },
    subscribers: subscribers.map(({ subscriptionType, address: to }) => ({ type: subscriptionType, address: to })),
  });
  action.addResourceDependency(budget);
};

const switchRole = (stack: Stack, stop: ManagedPolicy, roles: readonly IRole[]): Role =>
  new Role(stack, 'BudgetRole', {
    assumedBy: new ServicePrincipal('budgets.amazonaws.com'),
    inlinePolicies: {
      Grants: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
            resources: roles.map(({ roleArn }) => roleArn),
            conditions: { ArnEquals: { 'iam:PolicyARN': stop.managedPolicyArn } },
          }),
        ],
      }),
    },
  });
