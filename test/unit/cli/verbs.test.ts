// Each verb of `quittance ticket` that acts, on a ticket in each status, once and again: where it says nothing it has
// changed something, and else it is refused by name.
import { describe, expect, it } from '@jest/globals';
import { doOrGoOn } from '#cli/ticket/again.ts';
import { STEPS } from '#cli/ticket/acts.ts';
import { isQuittanceError } from '#core/errors.ts';
import { advance, receive } from '#core/transitions.ts';
import { steps } from '#functions/steps.ts';
import { ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { GOOD, type Type } from '#test/support/guarded-tickets.ts';
import { eventFor, receivedEvent } from '#test/support/histories.ts';

const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };

const PATH: readonly Type[] = [
  ...(['identity-verified', 'triaged', 'forget-set-admitted', 'output-suppressed', 'run-planned'] as const),
  ...(['unlearned', 'evaluated', 'approved', 'deployed', 'served-verified', 'certified', 'purged'] as const),
];
const along = (last: Type): readonly Type[] => PATH.slice(0, PATH.indexOf(last) + 1);
const STATES: Readonly<Record<string, readonly Type[]>> = {
  received: [],
  'waiting for identity': ['identity-requested'],
  ...Object.fromEntries(PATH.map((type) => [`after ${type}`, along(type)])),
  'on hold': ['hold-placed'],
  'on hold before the approval': [...along('evaluated'), 'hold-placed'],
  'in remediation': [...along('evaluated'), 'failed'],
  'with a stopped clock': ['identity-verified', 'clock-paused'],
  extended: ['identity-verified', 'extended'],
  closed: ['identity-verified', 'act-proposed', 'closed'],
};

/** A ticket that these events led to, in the harness's store. */
const stored = async (harness: TicketHarness, types: readonly Type[]): Promise<string> => {
  const { tickets, clock, vault } = harness.ports;
  const first = receive(receivedEvent(), { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, clock.now());
  await vault.createKey(first.ticket.id);
  await tickets.create(first);
  let { ticket } = first;
  for (const [i, type] of types.entries()) {
    const who = type === 'act-proposed' ? { ...GOOD, who: 'legal.lou' } : GOOD;
    const next = advance(ticket, eventFor(type, ticket, who), clock.now());
    await tickets.commit(next, i + 1);
    ({ ticket } = next);
  }
  return ticket.id;
};

const INPUT: Readonly<Record<keyof typeof STEPS, object>> = {
  confirm: { reason: 'nickname', note: 'they are called so by everybody' },
  identity: { identity: { method: 'signed-in', level: 'substantial', verifiedAt: '2026-01-01T00:00:00.000Z' } },
  extend: { reason: 'complexity' },
  pause: { reason: 'clarification' },
  continue: { reason: 'clarification' },
  close: { outcome: 'cancelled', reason: 'by-mistake' },
  withdraw: { outcome: 'withdrawn', reason: 'by-requester' },
  hold: { code: 'litigation' },
  release: {},
  resume: {},
  'refuse-part': { records: [1], reason: 'art-17-3-e' },
  appeal: {},
  'decide-appeal': { outcome: 'granted' },
  acknowledge: {},
  'tell-recipient': { recipient: 'crm.vendor' },
  assign: { to: 'desk.dora' },
  link: { ticket: 'T-9876543210' },
};

describe.each(Object.keys(STATES))('on a ticket %s', (state) => {
  it.each(Object.keys(STEPS) as (keyof typeof STEPS)[])('%s', async (verb) => {
    const harness = await ticketHarness();
    const ticketId = await stored(harness, STATES[state]!);
    const { step: name, ...act } = STEPS[verb];
    const step = steps.find((one) => one.name === name)!;
    const fields = { ticketId, by: 'clerk.cleo', asserted: true, ...INPUT[verb] };
    const work = {
      ports: harness.ports,
      unfinished: [],
      engine: {
        listExecutions: async () =>
          harness.engine.started.map((one) => ({ executionId: one.name, name: one.name, status: 'RUNNING' as const })),
      },
    };
    const trace = async () => [(await harness.ports.tickets.events(ticketId)).length, harness.engine.started.length];
    for (const time of ['once', 'again', 'a third time']) {
      const before = await trace();
      const said = await doOrGoOn(work, ticketId, { verb, fields, ...act }, () => harness.call(step, fields)).then(
        () => 'done',
        (error: unknown) => (isQuittanceError(error) ? error.code : error),
      );
      const changed = JSON.stringify(await trace()) !== JSON.stringify(before);
      expect([time, said, said === 'done']).toEqual([time, said, changed]);
      expect(said).not.toBe('INTERNAL');
      expect(typeof said).toBe('string');
    }
  });
});
