import { describe, expect, it } from '@jest/globals';
import { QuittanceError } from '#core/errors.ts';
import { sendReminders } from '#functions/send-reminders.ts';
import { advance, receive } from '#core/transitions.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { damaged } from '#test/support/edited-rows.ts';
import { receivedEvent } from '#test/support/histories.ts';

const FILED = new Date('2026-03-02T09:00:00.000Z');
const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
const filed = (id = 'T-00000001') =>
  receive({ ...receivedEvent(), id }, { subjectKey: id.at(-1)!.repeat(64), calendar: CALENDAR }, FILED);

const reminded = async (days: number, ...events: Parameters<typeof advance>[1][]) => {
  const harness = memoryHarness();
  let transition = filed();
  await harness.ports.tickets.create(transition);
  for (const [i, event] of events.entries()) {
    transition = advance(transition.ticket, event, FILED);
    await harness.ports.tickets.commit(transition, i + 1);
  }
  harness.clock.advance(days * 86_400);
  await sendReminders.handle({}, harness.ports);
  await sendReminders.handle({}, harness.ports);
  return harness.notices.map(({ to, template }) => [to, template]);
};

describe('reminders', () => {
  it('go to nobody while the work goes on by itself', async () => {
    expect(await reminded(1)).toEqual([]);
  });

  it('go to the requester whose proof is awaited, once a day however often the schedule fires', async () => {
    expect(await reminded(1, { type: 'identity-requested' })).toEqual([['requester', 'reminder']]);
  });

  it('go to the filer of a ticket that nobody works on', async () => {
    const [step, code] = ['verify-identity', 'SERVICE_UNAVAILABLE'];
    expect(await reminded(1, { type: 'failed', step, code })).toEqual([[filed().ticket.filer, 'reminder']]);
  });

  it('go to all the others when one is refused, and the refusal is told', async () => {
    const harness = memoryHarness();
    for (const id of ['T-00000001', 'T-00000002', 'T-00000003']) {
      const one = filed(id);
      await harness.ports.tickets.create(one);
      await harness.ports.tickets.commit(advance(one.ticket, { type: 'identity-requested' }, FILED), 1);
    }
    const notifier: typeof harness.ports.notifier = {
      notify: async (notice) => {
        if (notice.id.startsWith('T-00000001'))
          throw new QuittanceError('NOTICE_REFUSED', { message: 'the mail service will not send a notice' });
        return harness.ports.notifier.notify(notice);
      },
    };
    const sending = sendReminders.handle({}, { ...harness.ports, notifier });
    await expect(sending).rejects.toMatchObject({ code: 'NOTICE_REFUSED' });
    expect(harness.notices.map(({ references }) => references['ticketId']).sort()).toEqual([
      'T-00000002',
      'T-00000003',
    ]);
  });

  it('go to all the others when a row is damaged, and the row is named', async () => {
    const harness = memoryHarness();
    for (const id of ['T-00000001', 'T-00000002']) {
      const one = filed(id);
      await harness.ports.tickets.create(one);
      await harness.ports.tickets.commit(advance(one.ticket, { type: 'identity-requested' }, FILED), 1);
    }
    const sending = sendReminders.handle({}, damaged(harness, 'T-00000001'));
    await expect(sending).rejects.toMatchObject({ code: 'STORE_CORRUPT', got: 'T-00000001' });
    expect(harness.notices.map(({ references }) => references['ticketId'])).toEqual(['T-00000002']);
    const notifier = { notify: () => Promise.reject(new QuittanceError('NOTICE_REFUSED', { message: 'no such box' })) };
    const refused = sendReminders.handle({}, { ...damaged(harness, 'T-00000001'), notifier });
    await expect(refused).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringMatching(/^the row of ticket T-00000001 .*; no such box$/),
    });
  });

  describe('of cases that go on without an answer', () => {
    const EXPECTED = '2026-03-05';
    const asked = async () => {
      const harness = memoryHarness();
      for (const id of ['T-00000001', 'T-00000002']) {
        const one = filed(id);
        const question = { type: 'clock-paused', reason: 'clarification', since: FILED.toISOString() } as const;
        const wait = { stops: true, expected: EXPECTED, by: one.ticket.filer } as const;
        await harness.ports.tickets.create(one);
        await harness.ports.tickets.commit(advance(one.ticket, { ...question, ...wait }, FILED), 1);
      }
      harness.clock.advance(5 * 86_400);
      const statuses = async () => (await harness.ports.tickets.list()).map(({ status }) => status).sort();
      const ids = () => harness.notices.map(({ id }) => id).sort();
      return { harness, statuses, ids };
    };

    it('are sent though one of them cannot go on, which is told', async () => {
      const { harness, statuses, ids } = await asked();
      const tickets: typeof harness.ports.tickets = {
        ...harness.ports.tickets,
        commit: async (transition, version) => {
          if (transition.ticket.id === 'T-00000001') throw new QuittanceError('TICKET_CONFLICT', { message: 'moved' });
          return harness.ports.tickets.commit(transition, version);
        },
      };
      const sending = sendReminders.handle({}, { ...harness.ports, tickets });
      await expect(sending).rejects.toMatchObject({ code: 'TICKET_CONFLICT' });
      expect(await statuses()).toEqual(['CLARIFICATION_PENDING', 'RECEIVED']);
      expect(ids()).toContain('T-00000001.reminder.2026-03-07');
      await sendReminders.handle({}, harness.ports);
      expect(await statuses()).toEqual(['RECEIVED', 'RECEIVED']);
      const told = ids().filter((id) => id.includes('no-answer'));
      expect(told).toEqual(['T-00000001', 'T-00000002'].map((id) => `${id}.no-answer.${EXPECTED}`));
    });

    it.each([
      ['that is lost is sent with the next try', 'SERVICE_UNAVAILABLE', 'CLARIFICATION_PENDING'],
      ['that the mail service refuses holds up no case', 'NOTICE_REFUSED', 'RECEIVED'],
    ] as const)('and one %s', async (_what, code, status) => {
      const { harness, statuses, ids } = await asked();
      const notifier: typeof harness.ports.notifier = {
        notify: async (notice) => {
          if (notice.id.startsWith('T-00000001.no-answer')) throw new QuittanceError(code, { message: 'not sent' });
          return harness.ports.notifier.notify(notice);
        },
      };
      await expect(sendReminders.handle({}, { ...harness.ports, notifier })).rejects.toMatchObject({ code });
      expect(await statuses()).toEqual([status, 'RECEIVED'].sort());
      await sendReminders.handle({}, harness.ports);
      expect(await statuses()).toEqual(['RECEIVED', 'RECEIVED']);
      const told = ids().includes(`T-00000001.no-answer.${EXPECTED}`);
      expect(told).toBe(code === 'SERVICE_UNAVAILABLE');
    });
  });

  it('go to the filer when the date is near, and not when the ticket is closed', async () => {
    expect(await reminded(27)).toEqual([[filed().ticket.filer, 'deadline-near']]);
    const closed = { type: 'closed', outcome: 'withdrawn', reason: 'by-subject', by: filed().ticket.filer } as const;
    expect(await reminded(27, closed)).toEqual([]);
  });
});
