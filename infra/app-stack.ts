// The part of an installation that can be destroyed and deployed again: a Lambda for each step, the state machines, the
// API, schedules, alarms, the budget.
import { CfnOutput, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import type { Construct } from 'constructs';
import { must } from '#core/errors.ts';
import { SCHEDULED_STEPS } from '#core/schedules.ts';
import type { Step } from '#core/step.ts';
import { makeAlarms } from './alarms.ts';
import { makeBudget } from './budget.ts';
import { API_TIMEOUT_SECONDS, makeLambda, makeUndelivered } from './functions.ts';
import { arnOf, grantsOf, type Grant, type GrantTable, type PortGrants, type PortName } from './grants.ts';
import { envelopeSigner, portGrants } from './port-grants.ts';
import { makeApi } from './http-api.ts';
import { makeOperators } from './registrar.ts';
import { makeSchedules } from './schedules.ts';
import type { Settings } from './settings.ts';
import { stepTimeouts, workflowPlaceholders } from './state-machine.ts';
import type { Resources } from './stateful-stack.ts';
import { gateQueueName, makeMachines } from './workflow-machines.ts';

export interface AppStackProps extends StackProps {
  readonly settings: Settings;
  readonly resources: Resources;
  readonly steps: readonly Step[];
  /** Ports that the HTTP app uses. */
  readonly apiUses: readonly PortName[];
  /** Folders with the bundles of entry/lambda.ts, lambda-api.ts and lambda-operations.ts. */
  readonly code: Readonly<Record<'steps' | 'api' | 'operations', string>>;
}

export class AppStack extends Stack {
  constructor(scope: Construct, id: string, { settings, resources, steps, apiUses, code, ...props }: AppStackProps) {
    super(scope, id, props);
    const { prefix } = settings;
    const grants = portGrants(resources, this);
    const undelivered = makeUndelivered(this, 'Undelivered');
    const unlogged = { ...grants, signer: envelopeSigner(resources, this) };
    const tableOf = ({ signsAsLog }: Step) => (signsAsLog ? grants : unlogged);
    const functions = this.#stepFunctions(prefix, steps, tableOf, code.steps, undelivered);
    const machines = makeMachines(this, prefix, functions);
    const { api, pool, client } = makeApi(
      this,
      settings,
      this.#httpApp(settings, code.api, grantsOf(apiUses, unlogged)),
    );
    const scheduledSteps = new Map(SCHEDULED_STEPS.map((name) => [name, must(functions.get(name), `step ${name}`)]));
    const exportHistory = this.#exportHistory(prefix, resources, code.operations, undelivered);
    makeSchedules(this, settings, { machines, steps: scheduledSteps, exportHistory, undelivered });
    makeAlarms(this, settings, {
      machines,
      api,
      undelivered,
      gateQueue: settings.gpu.endpoints === 'on-demand' ? gateQueueName(prefix) : undefined,
      key: Key.fromKeyArn(this, 'DataKey', resources.keys.data),
    });
    makeOperators(this, prefix, grants, resources);
    makeBudget(this, settings, [machines.unlearn.role, machines.recertify.role]);
    new EmailIdentity(this, 'Sender', { identity: Identity.email(settings.mail.from) });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'UserPoolId', { value: pool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: client.userPoolClientId });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'the queue of what was not delivered is itself the dead-letter queue',
    });
  }

  #httpApp({ prefix, publicPages }: Settings, code: string, { environment, grants }: PortGrants): Lambda {
    const about = { name: 'api', description: 'the HTTP app' };
    const access = { environment: { ...environment, QUITTANCE_PUBLIC_PAGES: String(publicPages) }, grants };
    return makeLambda(this, 'HttpApp', { ...about, prefix, code, timeoutSeconds: API_TIMEOUT_SECONDS, access });
  }

  #exportHistory(prefix: string, resources: Resources, code: string, undelivered: IQueue): Lambda {
    return makeLambda(this, 'ExportHistory', {
      name: 'export-history',
      description: "keeps an execution's history as evidence",
      prefix,
      code,
      timeoutSeconds: 300,
      access: historyAccess(this, prefix, resources),
      events: { retries: 2, undelivered },
    });
  }

  /**
   * One Lambda for each step that a workflow or a schedule calls, with the rights of the ports that it uses. Acts of
   * people have no Lambda of their own, because it could not know who calls; they go through the HTTP app, which does.
   */
  #stepFunctions(
    prefix: string,
    steps: readonly Step[],
    tableOf: (step: Step) => GrantTable,
    code: string,
    undelivered: IQueue,
  ): Map<string, Lambda> {
    const timeouts = stepTimeouts();
    const make = (step: Step) => {
      const { name, uses } = step;
      const { environment, grants } = grantsOf(uses, tableOf(step));
      return makeLambda(this, idOf(name), {
        name,
        description: `step ${name}`,
        prefix,
        code,
        timeoutSeconds: (timeouts.get(name) ?? WAITING_STEP_SECONDS + LEEWAY_SECONDS) - LEEWAY_SECONDS,
        access: { environment: { QUITTANCE_STEP: name, ...environment }, grants },
        // a retry would send the same notice again, and a person can ask for what was not made
        ...(isScheduled(name) ? { events: { retries: 0, undelivered } } : {}),
      });
    };
    const called = [...workflowPlaceholders(), ...SCHEDULED_STEPS];
    return new Map(steps.filter(({ name }) => called.includes(name)).map((step) => [step.name, make(step)]));
  }
}

/** Time limit of a step that only asks people and does not wait for them. */
const WAITING_STEP_SECONDS = 60;
/**
 * A function's time limit, start included, ends before its state's, so that it is not still running when it is tried
 * again.
 */
const LEEWAY_SECONDS = 10;

/** `judge-evaluation` → `JudgeEvaluation`. */
export const idOf = (name: string): string =>
  name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

const historyAccess = (stack: Stack, prefix: string, { buckets }: Resources): PortGrants => {
  const executions: Grant = {
    actions: ['states:GetExecutionHistory'],
    resources: [`${arnOf(stack, 'states', 'execution', `${prefix}-*`)}:*`],
    reason: "executions of this installation's machines are named at run time",
  };
  const write: Grant = {
    actions: ['s3:PutObject'],
    resources: [`${buckets.ledger.arn}/history/*`],
    reason: 'histories are named after executions',
  };
  const environment = {
    QUITTANCE_OPERATION: 'export-history',
    QUITTANCE_LEDGER_BUCKET: buckets.ledger.name,
  };
  return { environment, grants: [executions, write] };
};

const isScheduled = (name: string): boolean => SCHEDULED_STEPS.some((one) => one === name);
