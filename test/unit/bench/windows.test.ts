// Tickets drawn from what the demo's model really said about people whom it never saw, with whatever makes one person's
// records alike: the gate passes at least 95 % of them at each number of records, and none of those about people whom
// the model knows.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { controlTables, drawn, drawTicket, pushedDown, ticketTables, type Group } from '#bench/windows.ts';
import { judge } from '#core/gate.ts';
import { random } from '#engine/random.ts';
import { readPolicy } from '#entry/policies.ts';

const Kept = z.array(z.array(z.tuple([z.string().regex(/^[01]{5}$/), z.number(), z.number()])));
const kept = z
  .object({ controls: Kept, standIns: Kept, taught: Kept })
  .parse(JSON.parse(readFileSync(new URL('../../golden/never-trained/values.json', import.meta.url), 'utf8')));

const groupOf = (people: z.infer<typeof Kept>): Group =>
  people.map((rows) =>
    rows.map(([flags, value, answer]) => {
      const flag = (i: number) => flags.charAt(i) === '1';
      return {
        ...{ exact: flag(0), forced: flag(1), leak: flag(2), leakHeldOut: flag(3), degenerate: flag(4) },
        ...{ value, answer },
      };
    }),
  );

const [controls, standIns, taught] = [groupOf(kept.controls), groupOf(kept.standIns), groupOf(kept.taught)];
const tables = controlTables(controls, random('windows:controls'));
const [now, before, chat] = [readPolicy('gate-v2'), readPolicy('gate-v1'), readPolicy('chat-v2')];
const DRAWS = 100;

describe('tickets about people whom the model never saw', () => {
  it.each([1, 2, 3, 5, 7, 10, 20, 40, 100])('of %i records pass at least 95 times in 100', (n) => {
    for (const policy of n > 20 ? [now] : [now, chat])
      expect(drawn(standIns, tables, policy, n, DRAWS, 'test').passed).toBeGreaterThanOrEqual(0.95);
  });

  it.each([1, 3, 20])('of %i records failed most of the time by bounds that do not follow n', (n) => {
    expect(drawn(standIns, tables, before, n, DRAWS, 'test').passed).toBeLessThan(0.65);
  });

  it.each([5, 10, 20])('of %i records fail where their values were pushed down by 4 nats', (n) => {
    const { passed } = drawn(pushedDown(standIns, 4), tables, now, n, DRAWS, 'test');
    expect(passed).toBeLessThan(n < 7 ? 0.5 : 0.05);
  });
});

describe('tickets about people whom the model knows', () => {
  it.each([1, 2, 3, 5, 20, 100])('of %i records all fail', (n) => {
    expect(drawn(taught, tables, now, n, DRAWS, 'test').passed).toBe(0);
  });
});

describe('a drawn ticket', () => {
  it('is of one person while one has so many records, and has no record twice', () => {
    const own = drawTicket(standIns, 20, random('one'));
    expect(standIns.some((rows) => rows.length === 20 && own.every((row) => rows.includes(row)))).toBe(true);
    expect(new Set(drawTicket(standIns, 70, random('more'))).size).toBe(70);
  });

  it('is judged on every check of the policy', () => {
    const { gates } = judge(ticketTables(drawTicket(standIns, 20, random('one')), tables), now);
    expect(gates.filter(({ verdict }) => verdict === 'not_available')).toEqual([]);
  });
});
