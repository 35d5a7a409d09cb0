// What alerts a person: nine alarms (ten are free), one dashboard (three are free), one topic by e-mail.
import { Duration, type Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Settings } from './settings.ts';
import type { Workflow } from './state-machine.ts';

export interface Watched {
  readonly machines: Readonly<Record<Workflow, StateMachine>>;
  readonly api: HttpApi;
  readonly undelivered: Queue;
  /** Name of the queue of the network gate, which is in another stack; undefined without a gate. */
  readonly gateQueue: string | undefined;
  readonly key: IKey;
}

const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

export const makeAlarms = (stack: Stack, settings: Settings, watched: Watched): Topic => {
  const { machines, api, undelivered, gateQueue, key } = watched;
  const topic = new Topic(stack, 'Alarms', { masterKey: key, enforceSSL: true });
  topic.addSubscription(new EmailSubscription(settings.mail.addresses['default'] ?? settings.mail.from));
  const above = (id: string, description: string, metric: IMetric, threshold = 0) =>
    new Alarm(stack, `${id}Alarm`, {
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  const failed = (name: Workflow) => machines[name].metricFailed({ period: HOUR, statistic: 'Sum' });
  const lambdas = (metricName: string) =>
    new Metric({ namespace: 'AWS/Lambda', metricName, period: HOUR, statistic: 'Sum' });
  above('ErasureFailed', 'a ticket is in remediation, or its failure could not be recorded', failed('erasure'));
  above('UnlearnFailed', 'a run of unlearning failed', failed('unlearn'));
  above('RecertifyFailed', 'a model is not what its certificates say, or could not be tested', failed('recertify'));
  above('ErasureTimedOut', 'an execution reached its limit', machines.erasure.metricTimedOut({ period: DAY }));
  above(
    'Undelivered',
    'an event or a schedule did not reach its target, or its target could not handle it',
    undelivered.metricApproximateNumberOfMessagesVisible(),
  );
  if (gateQueue !== undefined)
    above('GateUndelivered', 'the GPU network was not opened or closed', visibleIn(gateQueue));
  above('ApiErrors', 'the API answers 5xx', api.metricServerError({ period: HOUR, statistic: 'Sum' }), 3);
  above('Throttled', 'Lambdas are throttled', lambdas('Throttles'), 10);
  if (settings.models.length > 0)
    new Alarm(stack, 'NotRecertifiedAlarm', {
      alarmDescription: 'no re-certification ran for a day',
      metric: machines.recertify.metricStarted({ period: DAY, statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  new Dashboard(stack, 'Dashboard', { dashboardName: settings.prefix, widgets: widgets(machines, api, lambdas) });
  return topic;
};

const visibleIn = (QueueName: string) =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensionsMap: { QueueName },
    statistic: 'Maximum',
  });

const widgets = (machines: Watched['machines'], api: HttpApi, lambdas: (name: string) => Metric) => [
  [
    new GraphWidget({
      title: 'executions',
      width: 12,
      left: Object.values(machines).flatMap((machine) => [
        machine.metricStarted(),
        machine.metricSucceeded(),
        machine.metricFailed(),
      ]),
    }),
    new GraphWidget({
      title: 'API',
      width: 12,
      left: [api.metricCount(), api.metricClientError(), api.metricServerError()],
    }),
  ],
  [
    new GraphWidget({
      title: 'Lambdas',
      width: 24,
      left: ['Invocations', 'Errors', 'Throttles'].map(lambdas),
      right: [lambdas('Duration')],
    }),
  ],
];
