// Schedules of an engine: rows with the absolute time of the next start, on the same alarms as every other deadline.
// Trap: neither a crash nor a clock that is set back may start an execution twice, so start and next time are one
// commit, and the execution's name follows from the due time.
import type { Json } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Clock } from '#core/ports.ts';
import { toJson } from './json.ts';
import type { Runner } from './runner.ts';
import { nextTime, scheduledName } from './schedule.ts';
import type { Schedule } from './store.ts';

export interface ScheduleRequest {
  readonly name: string;
  readonly workflow: string;
  /** `rate(N minutes|hours|days)`, `cron(…) in ZONE`, `daily at HH:MM` (UTC) or `at(YYYY-MM-DDTHH:MM:SSZ)`. */
  readonly expression: string;
  readonly input: unknown;
}

export interface ScheduleSummary {
  readonly name: string;
  readonly workflow: string;
  readonly expression: string;
  readonly nextAt: Date;
}

type Begin = (workflow: string, name: string, input: Json) => string;

export class Schedules {
  readonly #runner: Runner;
  readonly #clock: Clock;
  readonly #begin: Begin;
  /** Owners of the alarms, by schedule name. */
  readonly #owners = new Map<string, object>();

  constructor(runner: Runner, clock: Clock, begin: Begin) {
    this.#runner = runner;
    this.#clock = clock;
    this.#begin = begin;
  }

  /** With an unchanged expression, a schedule that is set again keeps its next time. */
  async set({ name, workflow, expression, input }: ScheduleRequest): Promise<void> {
    const now = this.#clock.now().getTime();
    const same = this.#runner.store.schedules().find((each) => each.name === name && each.expression === expression);
    const nextAt = same?.nextAt ?? nextTime(expression, now, now);
    if (nextAt === undefined)
      throw new QuittanceError('INVALID_INPUT', { message: 'the time of this schedule has passed', got: expression });
    const schedule: Schedule = { name, workflow, expression, input: toJson(input ?? {}), nextAt };
    await this.#runner.turn(() => {
      this.#runner.storeSchedule(schedule);
      this.#arm(schedule);
    });
  }

  async remove(name: string): Promise<void> {
    await this.#runner.turn(() => {
      this.#runner.removeSchedule(name);
      this.#disarm(name);
    });
  }

  list(): ScheduleSummary[] {
    return this.#runner.store
      .schedules()
      .map(({ name, workflow, expression, nextAt }) => ({ name, workflow, expression, nextAt: new Date(nextAt) }));
  }

  /** Within a turn. A next time that was computed under a clock far ahead is computed again with the present one. */
  resume(): void {
    const now = this.#runner.now();
    for (const schedule of this.#runner.store.schedules()) {
      const expected = nextTime(schedule.expression, now, now) ?? schedule.nextAt;
      this.#arm({ ...schedule, nextAt: Math.min(schedule.nextAt, expected) });
    }
  }

  #arm(schedule: Schedule): void {
    this.#disarm(schedule.name);
    const owner = {};
    this.#owners.set(schedule.name, owner);
    this.#runner.alarms.set(owner, schedule.nextAt, () => this.#fire(schedule));
  }

  #disarm(name: string): void {
    const owner = this.#owners.get(name);
    if (owner !== undefined) this.#runner.alarms.set(owner, undefined, () => undefined);
    this.#owners.delete(name);
  }

  /** A schedule whose workflow no longer exists stays due and is listed as such. */
  #fire(schedule: Schedule): void {
    const { name, workflow, expression, input, nextAt: dueAt } = schedule;
    try {
      this.#begin(workflow, scheduledName(name, dueAt), input);
    } catch (error) {
      if (!isQuittanceError(error, 'EXECUTION_EXISTS')) return;
    }
    const nextAt = nextTime(expression, dueAt, this.#runner.now());
    if (nextAt === undefined) return this.#runner.removeSchedule(name);
    const next = { ...schedule, nextAt };
    this.#runner.storeSchedule(next);
    this.#arm(next);
  }
}
