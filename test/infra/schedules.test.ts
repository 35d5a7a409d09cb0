// What starts by itself, and that no event is lost. No event is tried for ever and none is dropped: each schedule and
// rule gives up after so many tries, each function that they call does too, and what is given up goes to a queue at
// which somebody is called. Source: Lambda Developer Guide, "Asynchronous invocation"; EventBridge User Guide, "Using
// dead-letter queues".
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RECERTIFICATION_TRIGGERS, RECERTIFICATIONS, STEP_SCHEDULES } from '#core/schedules.ts';
import { propertiesOf, SETTINGS, synthesise, textOf, type Part, type Synthesised } from './synthesised.ts';

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise(SETTINGS)));
afterAll(() => synthesised.remove());

const PARTS = ['app', 'gpu'] as const;
const all = (type: string) =>
  PARTS.flatMap((part) =>
    Object.entries(synthesised.find(part, type)).map(([id, { Properties }]) => ({ part, id, properties: Properties })),
  );

interface Target {
  Arn: unknown;
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  DeadLetterConfig?: { Arn: unknown };
}
/** Of schedules and rules. */
const targets = () => [
  ...all('AWS::Scheduler::Schedule').map(({ part, id, properties }) => ({
    part,
    id,
    target: properties['Target'] as Target,
  })),
  ...all('AWS::Events::Rule').flatMap(({ part, id, properties }) =>
    (properties['Targets'] as Target[]).map((target) => ({ part, id, target })),
  ),
];
/** Logical id that an ARN refers to. */
const idIn = (arn: unknown) => textOf(arn).split('.')[0]!;
const queueNames = (part: Part) => Object.keys(synthesised.find(part, 'AWS::SQS::Queue'));

describe('an event that cannot be delivered', () => {
  it('is tried so many times and so long, and then kept', () => {
    expect(targets().length).toBeGreaterThanOrEqual(7);
    for (const { part, id, target } of targets()) {
      const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy ?? {};
      expect([id, MaximumRetryAttempts, MaximumEventAgeInSeconds]).toEqual([id, 10, 86_400]);
      expect([id, queueNames(part)]).toEqual([id, expect.arrayContaining([idIn(target.DeadLetterConfig?.Arn)])]);
    }
  });
});

describe('an event that a function cannot handle', () => {
  const called = () =>
    targets().flatMap(({ part, target }) =>
      Object.keys(synthesised.find(part, 'AWS::Lambda::Function')).includes(idIn(target.Arn)) ? [idIn(target.Arn)] : [],
    );
  const handlings = () => all('AWS::Lambda::EventInvokeConfig');

  it('is tried at most twice more within two hours, and then kept with the code why', () => {
    const handled = handlings().map(({ properties }) => (properties['FunctionName'] as { Ref: string }).Ref);
    expect(handled.sort()).toEqual([...new Set(called())].sort());
    for (const { part, properties } of handlings()) {
      expect(properties['MaximumRetryAttempts']).toBeLessThanOrEqual(2);
      expect(properties['MaximumEventAgeInSeconds']).toBe(7_200);
      const { OnFailure } = properties['DestinationConfig'] as { OnFailure: { Destination: unknown } };
      expect(queueNames(part)).toContain(idIn(OnFailure.Destination));
    }
  });

  it('is a reminder only once: a second try would send all the others again', () => {
    const [config] = handlings().filter(({ id }) => id.startsWith('SendReminders'));
    expect(config?.properties['MaximumRetryAttempts']).toBe(0);
  });

  it('carries of an execution its name and status, and neither input nor output', () => {
    const [rule] = all('AWS::Events::Rule').filter(({ id }) => id.startsWith('ExecutionEnded'));
    const [target] = rule?.properties['Targets'] as { InputTransformer: { InputPathsMap: Record<string, string> } }[];
    expect(Object.values(target?.InputTransformer.InputPathsMap ?? {}).sort()).toEqual([
      '$.detail.executionArn',
      '$.detail.status',
    ]);
  });
});

describe('a queue of what was given up', () => {
  it('is encrypted, keeps a message for two weeks, and calls somebody from the first one on', () => {
    const alarms = all('AWS::CloudWatch::Alarm').map(({ properties }) => properties);
    const queues = all('AWS::SQS::Queue');
    expect(queues).toHaveLength(2);
    for (const { id, properties } of queues) {
      expect(properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
      const names = [`${id}.QueueName`, properties['QueueName']];
      const watching = alarms.filter(({ Dimensions }) =>
        ((Dimensions ?? []) as { Name: string; Value: unknown }[]).some(
          ({ Name, Value }) => Name === 'QueueName' && names.includes(textOf(Value)),
        ),
      );
      expect([id, watching]).toMatchObject([
        id,
        [
          {
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Threshold: 0,
            ComparisonOperator: 'GreaterThanThreshold',
            AlarmActions: [expect.anything()],
          },
        ],
      ]);
    }
  });
});

describe('what starts by itself', () => {
  it('re-certifies daily and quarterly by the clock of the place, and on a change', () => {
    const schedules = propertiesOf(synthesised, 'app', 'AWS::Scheduler::Schedule').map(([, p]) => [
      p['ScheduleExpression'],
      p['ScheduleExpressionTimezone'],
    ]);
    expect(schedules.sort()).toEqual([
      ['cron(0 4 * * ? *)', 'Europe/Berlin'],
      ['cron(0 5 1 1,4,7,10 ? *)', 'Europe/Berlin'],
      ['cron(0 6 2 * ? *)', 'Europe/Berlin'],
      ['cron(0 8 ? * MON-FRI *)', 'Europe/Berlin'],
      ['cron(20 0,4-23 * * ? *)', 'Europe/Berlin'],
      ['cron(30 4 * * ? *)', 'Europe/Berlin'],
      ['cron(50 0,4-23 * * ? *)', 'Europe/Berlin'],
    ]);
    const both = [
      ...RECERTIFICATION_TRIGGERS.map((trigger) => RECERTIFICATIONS[trigger]),
      ...Object.values(STEP_SCHEDULES),
    ];
    // as embedded
    expect(schedules.map(([expression]) => expression)).toEqual(both.map(({ expression }) => expression).sort());
    const inputs = propertiesOf(synthesised, 'app', 'AWS::Scheduler::Schedule').map(([, p]) => [
      p['ScheduleExpression'],
      JSON.parse((p['Target'] as { Input: string }).Input) as unknown,
    ]);
    for (const trigger of RECERTIFICATION_TRIGGERS)
      expect(inputs).toContainEqual([RECERTIFICATIONS[trigger].expression, { model: 'house', trigger }]);
    for (const [, { Target }] of propertiesOf(synthesised, 'app', 'AWS::Scheduler::Schedule'))
      expect(Target).toHaveProperty('DeadLetterConfig');
    const rules = propertiesOf(synthesised, 'app', 'AWS::Events::Rule').map(
      ([, { EventPattern }]) => (EventPattern as { source: string[] }).source[0],
    );
    expect(rules.sort()).toEqual(['aws.states', 'quittance.customer']);
  });
});
