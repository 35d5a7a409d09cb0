// What happens by the clock (core/schedules.ts, as embedded) or on an event: re-certification, reminders, histories.
// Trap: what cannot be delivered goes to a queue that raises an alarm, after tries that have an end; its messages hold
// model names, ids and states, no personal data.
import { Duration, TimeZone, type Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import {
  RECERTIFICATIONS,
  RECERTIFICATION_TRIGGERS,
  STEP_SCHEDULES,
  type RecertificationTrigger,
  type Recurrence,
  type ScheduledStep,
} from '#core/schedules.ts';
import { explainWildcard } from './nag.ts';
import type { Workflow } from './state-machine.ts';
import type { Settings } from './settings.ts';

export interface Scheduled {
  readonly machines: Readonly<Record<Workflow, StateMachine>>;
  readonly steps: ReadonlyMap<ScheduledStep, Lambda>;
  readonly exportHistory: Lambda;
  /** Where that goes which could not be delivered. */
  readonly undelivered: IQueue;
}

/** Tries at handing an event over, and for how long: a day later the next schedule has come, or a person has. */
export const delivery = (undelivered: IQueue) => ({
  deadLetterQueue: undelivered,
  retryAttempts: 10,
  maxEventAge: Duration.hours(24),
});

/** Source and type of the event by which a controller's own pipeline says that a model changed; detail { model }. */
export const MODEL_CHANGED = { source: 'quittance.customer', detailType: 'Model Changed' };

/** Why the CDK's own grant to a schedule holds a wildcard. */
export const EVERY_VERSION = 'a schedule may call every version of the one function';

/** Many models are not tested in the same minute. */
const SPREAD: Readonly<Record<RecertificationTrigger, Duration>> = {
  daily: Duration.minutes(30),
  quarterly: Duration.minutes(60),
};

const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

export const makeSchedules = (stack: Stack, settings: Settings, scheduled: Scheduled): void => {
  for (const model of settings.models) recertifications(stack, settings, scheduled, model);
  for (const [name, step] of scheduled.steps) stepByTheClock(stack, settings, scheduled, name, step);
  modelChanges(stack, scheduled);
  endedExecutions(stack, scheduled);
};

const at = ({ expression }: Recurrence, { timeZone }: Settings): ScheduleExpression =>
  ScheduleExpression.expression(expression, TimeZone.of(timeZone));

const recertifications = (stack: Stack, settings: Settings, { machines, undelivered }: Scheduled, model: string) => {
  for (const trigger of RECERTIFICATION_TRIGGERS)
    new Schedule(stack, `${capitalised(trigger)}-${model.replace(/[^a-z0-9]/g, '-')}`, {
      description: `${RECERTIFICATIONS[trigger].purpose}: ${model}`,
      schedule: at(RECERTIFICATIONS[trigger], settings),
      timeWindow: TimeWindow.flexible(SPREAD[trigger]),
      target: new StepFunctionsStartExecution(machines.recertify, {
        input: ScheduleTargetInput.fromObject({ model, trigger }),
        ...delivery(undelivered),
      }),
    });
};

/** Ids of the schedules in the template, which must not change. */
const SCHEDULE_IDS: Readonly<Record<ScheduledStep, string>> = {
  'send-reminders': 'Reminders',
  'write-portfolio': 'Portfolio',
  'destroy-drafts': 'OldDrafts',
  'retry-letters': 'Letters',
  'wake-answered': 'Answers',
};

const stepByTheClock = (
  stack: Stack,
  settings: Settings,
  { undelivered }: Scheduled,
  name: ScheduledStep,
  step: Lambda,
) => {
  new Schedule(stack, SCHEDULE_IDS[name], {
    description: STEP_SCHEDULES[name].purpose,
    schedule: at(STEP_SCHEDULES[name], settings),
    target: new LambdaInvoke(step, { input: ScheduleTargetInput.fromObject({}), ...delivery(undelivered) }),
  });
  explainWildcard(stack, `${step.functionArn}:*`, EVERY_VERSION);
};

const modelChanges = (stack: Stack, { machines, undelivered }: Scheduled) =>
  new Rule(stack, 'ModelChanged', {
    description: 'a controller says that a model changed: the full suite',
    eventPattern: {
      source: [MODEL_CHANGED.source],
      detailType: [MODEL_CHANGED.detailType],
      detail: { model: [{ exists: true }] },
    },
    targets: [
      new SfnStateMachine(machines.recertify, {
        input: RuleTargetInput.fromObject({ model: EventField.fromPath('$.detail.model'), trigger: 'change' }),
        ...delivery(undelivered),
      }),
    ],
  });

const endedExecutions = (stack: Stack, { machines, exportHistory, undelivered }: Scheduled) =>
  new Rule(stack, 'ExecutionEnded', {
    description: 'the history of every execution is kept as evidence',
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: Object.values(machines).map(({ stateMachineArn }) => stateMachineArn),
      },
    },
    targets: [new LambdaFunction(exportHistory, { event: ENDED, ...delivery(undelivered) })],
  });

/** Of the event what the export needs: its input, output and cause stay out of queues. */
const ENDED = RuleTargetInput.fromObject({
  detail: {
    executionArn: EventField.fromPath('$.detail.executionArn'),
    status: EventField.fromPath('$.detail.status'),
  },
});
