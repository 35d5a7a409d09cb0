// Schedules: when they are due, once for each due time whatever happens to process or clock.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { AslEngine } from '#state-machine/engine.ts';
import { nextTime, scheduledName } from '#state-machine/schedule.ts';
import { closeEngines, manualClock, openEngine, removeScratch, scratch, until } from './asl-harness.ts';

afterEach(closeEngines);
afterAll(removeScratch);

const at = (time: string) => Date.parse(time);
const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown as Error;

describe('the next time', () => {
  it.each([
    ['daily at 03:30', '2026-03-01T00:00:00Z', '2026-03-01T03:30:00Z'],
    ['daily at 03:30', '2026-03-01T03:30:00Z', '2026-03-02T03:30:00Z'],
    ['daily at 00:00', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00Z'],
    ['rate(1 hour)', '2026-03-01T00:20:00Z', '2026-03-01T01:20:00Z'],
    ['rate(90 days)', '2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['at(2026-03-05T00:00:00Z)', '2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z'],
    ['cron(0 4 * * ? *)', '2026-03-01T04:00:00Z', '2026-03-02T04:00:00Z'],
    // Brussels is an hour ahead in winter and two in summer, from 29 March 2026, 01:00 UTC
    ['cron(0 4 * * ? *) in Europe/Brussels', '2026-03-28T12:00:00Z', '2026-03-29T02:00:00Z'],
    ['cron(0 4 * * ? *) in Europe/Brussels', '2026-03-27T12:00:00Z', '2026-03-28T03:00:00Z'],
    ['cron(30 2 * * ? *) in Europe/Brussels', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'], // 29 March has no 02:30
    ['cron(30 2 * * ? *) in Europe/Brussels', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'], // 25 October has two
    ['cron(30 2 * * ? *) in Europe/Brussels', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    ['cron(0 5 1 1,4,7,10 ? *) in Europe/Brussels', '2026-04-01T03:00:00Z', '2026-07-01T03:00:00Z'],
    ['cron(0 8 ? * MON-FRI *) in America/New_York', '2026-03-06T13:00:00Z', '2026-03-09T12:00:00Z'], // over a weekend
    ['cron(0 0 29 FEB ? *)', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00Z'],
    ['cron(59 23 ? * 7 *) in Pacific/Auckland', '2026-12-31T00:00:00Z', '2027-01-02T10:59:00Z'],
  ])('of %s after %s is %s', (expression, now, next) => {
    expect(nextTime(expression, at(now), at(now))).toBe(at(next));
  });

  it('of a rate keeps its rhythm however late it is asked for', () => {
    const anchor = at('2026-03-01T00:00:00Z');
    expect(nextTime('rate(10 minutes)', anchor, at('2026-03-01T05:03:00Z'))).toBe(at('2026-03-01T05:10:00Z'));
  });

  it('of a time that has passed is none', () => {
    expect(nextTime('at(2026-03-05T00:00:00Z)', 0, at('2026-03-05T00:00:00Z'))).toBeUndefined();
  });

  it.each([
    'daily at 24:00',
    'daily at 3:30',
    'rate(0 days)',
    'rate(1 fortnight)',
    'cron(0 0 * * * *)',
    'cron(0 0 ? * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0/5 4 * * ? *)',
    'cron(0 4 * * ? *) in Europe/Atlantis',
    'cron(0 4 * * ?)',
    'cron(0 8 ? * FRI-MON *)',
    'at(tomorrow)',
    '',
  ])('of %j is refused', (expression) => {
    expect(() => nextTime(expression, 0, 0)).toThrow(code('INVALID_INPUT'));
  });
});

const workflows = { check: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } } };
const started = async (engine: AslEngine) => (await engine.listExecutions()).map(({ name }) => name).toSorted();
const daily = { name: 'recertify', workflow: 'check', expression: 'daily at 03:00', input: { model: 'house' } };

const openWith = (clock: ReturnType<typeof manualClock>, database = join(scratch(), 'w.sqlite')) =>
  openEngine({ workflows, clock, database, clockPollMs: 5 });

describe('a schedule', () => {
  it('starts its workflow with its input at each due time, named by it', async () => {
    const clock = manualClock('2026-03-01T00:00:00Z');
    const engine = openWith(clock);
    await engine.schedule(daily);
    clock.advance(3 * 3600_000);
    await until(async () => (await started(engine)).length === 1);
    clock.advance(24 * 3600_000);
    await until(async () => (await started(engine)).length === 2);
    expect(await started(engine)).toEqual(['recertify-20260301T030000Z', 'recertify-20260302T030000Z']);
    expect(await engine.settled('check:recertify-20260301T030000Z')).toEqual({
      status: 'SUCCEEDED',
      output: { model: 'house' },
    });
  });

  it('is made up for once after days without a process, then keeps its time', async () => {
    const clock = manualClock('2026-03-01T00:00:00Z');
    const database = join(scratch(), 'w.sqlite');
    const first = openWith(clock, database);
    await first.schedule(daily);
    await first.close();
    clock.advance(5 * 24 * 3600_000);
    const second = openWith(clock, database);
    await second.resume();
    await until(async () => (await started(second)).length === 1);
    expect(await started(second)).toEqual(['recertify-20260301T030000Z']);
    expect(await second.schedules()).toEqual([
      { name: 'recertify', workflow: 'check', expression: 'daily at 03:00', nextAt: new Date('2026-03-06T03:00:00Z') },
    ]);
  });

  it('does not start twice for one due time when the clock goes back over it and the process restarts', async () => {
    const clock = manualClock('2026-03-01T02:59:00Z');
    const database = join(scratch(), 'w.sqlite');
    const first = openWith(clock, database);
    await first.schedule(daily);
    clock.advance(120_000);
    await until(async () => (await started(first)).length === 1);
    clock.advance(-120_000);
    await first.close();
    const second = openWith(clock, database);
    await second.resume();
    clock.advance(120_000);
    await clock.looked();
    expect(await started(second)).toEqual(['recertify-20260301T030000Z']);
  });

  it('set by a clock that was years ahead is due again when the clock is right', async () => {
    const clock = manualClock('2036-01-01T00:00:00Z');
    const database = join(scratch(), 'w.sqlite');
    const first = openWith(clock, database);
    await first.schedule(daily);
    await first.close();
    clock.advance(at('2026-03-01T00:00:00Z') - at('2036-01-01T00:00:00Z'));
    const second = openWith(clock, database);
    await second.resume();
    clock.advance(3 * 3600_000);
    await until(async () => (await started(second)).length === 1);
    expect(await started(second)).toEqual(['recertify-20260301T030000Z']);
  });

  it('that is set again keeps its time; with another expression, or removed, it does not fire at the old one', async () => {
    const clock = manualClock('2026-03-01T00:00:00Z');
    const engine = openWith(clock);
    await engine.schedule({ ...daily, expression: 'rate(2 hours)' });
    clock.advance(3600_000);
    await engine.schedule({ ...daily, expression: 'rate(2 hours)' });
    expect((await engine.schedules())[0]!.nextAt).toEqual(new Date('2026-03-01T02:00:00Z'));
    await engine.schedule({ ...daily, expression: 'rate(3 hours)' });
    await engine.schedule({ ...daily, name: 'gone', expression: 'rate(1 hours)' });
    await engine.unschedule('gone');
    clock.advance(2 * 3600_000);
    await clock.looked();
    expect(await started(engine)).toEqual([]);
    expect(await engine.schedules()).toHaveLength(1);
  });

  it('at a time fires once and is gone', async () => {
    const clock = manualClock('2026-03-01T00:00:00Z');
    const engine = openWith(clock);
    await engine.schedule({ ...daily, expression: 'at(2026-03-02T00:00:00Z)' });
    clock.advance(48 * 3600_000);
    await until(async () => (await engine.schedules()).length === 0);
    expect(await started(engine)).toEqual(['recertify-20260302T000000Z']);
  });

  it('of an unknown workflow or a time that has passed is refused', async () => {
    const engine = openWith(manualClock());
    await expect(engine.schedule({ ...daily, workflow: 'none' })).rejects.toThrow(code('NOT_FOUND'));
    await expect(engine.schedule({ ...daily, expression: 'at(2020-01-01T00:00:00Z)' })).rejects.toThrow(
      code('INVALID_INPUT'),
    );
  });

  it('names executions by the due time alone', () => {
    expect(scheduledName('s', at('2026-03-01T03:00:00.123Z'))).toBe('s-20260301T030000Z');
  });
});
