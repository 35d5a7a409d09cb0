// The requester is asked what is meant: the case waits with its work, visibly, until the answer comes, the last day for
// it has passed, or the case ends; a hold meanwhile stays a hold. The legal clock does what the law says of it.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { requireAsLogged } from '#core/as-logged.ts';
import { publicStateOf } from '#core/statuses.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { awaitRelease, placeHold, releaseHold } from '#functions/holds.ts';
import { pauseClock, resumeClock } from '#functions/pause-clock.ts';
import { sendReminders } from '#functions/send-reminders.ts';
import { findStep } from '#functions/steps.ts';
import { keepToken } from '#functions/task-tokens.ts';
import { wakeWaiting } from '#functions/turns.ts';
import { receive } from '#core/transitions.ts';
import { damaged } from '#test/support/edited-rows.ts';
import { receivedEvent } from '#test/support/histories.ts';
import { outcome } from '#test/contract/contract.ts';
import { appOf, as } from '#test/support/api-callers.ts';
import { open } from '#test/support/pages.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { file, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';

let harness: TicketHarness;
let ticketId: string;
const ticket = async () => (await harness.ports.tickets.get(ticketId)).ticket;
const ask = (fields: object = {}) =>
  harness.call(pauseClock, { ticketId, reason: 'clarification', by: FILER, ...fields });
const answer = (reason = 'clarification') => harness.call(resumeClock, { ticketId, reason, by: FILER });
const step = (name: string) => harness.call(findStep(name), { ticketId });
const typesOf = async () => (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);
const DAY = 86_400;
const released = async () => {
  for (const by of [FILER, APPROVER]) await harness.call(releaseHold, { ticketId, by, mayConfirm: true });
};
const soon = () => new Date(harness.ports.clock.now().getTime() + 5 * DAY * 1000).toISOString().slice(0, 10);
const reminded = async (days: number) => {
  harness.clock.advance(days * DAY);
  await harness.call(sendReminders, {});
};

beforeEach(async () => {
  harness = await ticketHarness();
  ticketId = await file(harness);
});

describe('a question what is meant', () => {
  it('makes the case wait, and the answer lets it go on where it was', async () => {
    await step('verify-identity');
    await ask();
    expect(await ticket()).toMatchObject({ status: 'CLARIFICATION_PENDING', asking: { by: FILER } });
    expect(await outcome(step('triage-ticket'))).toBe('TICKET_ON_HOLD');
    await ask(); // said twice, it is one
    await answer();
    const after = await ticket();
    expect([after.status, 'asking' in after]).toEqual(['TRIAGE', false]);
    await requireAsLogged(after, harness.ports);
    await step('triage-ticket');
    expect((await typesOf()).filter((type) => type === 'clock-paused')).toHaveLength(1);
  });

  it('moves the legal date where its law says so, which none is known to do, and the page says that it runs on', async () => {
    const before = (await ticket()).due.safeDue;
    await ask();
    const { due } = await ticket();
    expect([due.safeDue, due.stopped]).toEqual([before, undefined]);
    const page = await open(appOf({ harness }), `/tickets/${ticketId}`, 'filer');
    expect(page.text).toContain('the legal date runs on meanwhile');
  });

  it('about a fee, or in a case that stands still already, stops no work', async () => {
    await harness.call(pauseClock, { ticketId, reason: 'fee', by: FILER });
    expect(await ticket()).toMatchObject({ status: 'RECEIVED' });
    const expected = '2031-01-01';
    expect(await outcome(harness.call(pauseClock, { ticketId, reason: 'identity', by: FILER, expected }))).toBe(
      'TICKET_ILLEGAL_TRANSITION',
    );
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    await ask();
    expect(await ticket()).toMatchObject({ status: 'ON_HOLD' });
  });

  it('that was asked before a hold is still open after it, unless the answer came', async () => {
    await ask();
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    expect(await ticket()).toMatchObject({ status: 'ON_HOLD', asking: { by: FILER }, from: { status: 'RECEIVED' } });
    await released();
    expect(await ticket()).toMatchObject({ status: 'CLARIFICATION_PENDING', from: { status: 'RECEIVED' } });
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    await answer();
    expect(await ticket()).toMatchObject({ status: 'ON_HOLD' });
    await released();
    await requireAsLogged(await ticket(), harness.ports);
    expect(await ticket()).toMatchObject({ status: 'RECEIVED' });
  });

  it('that nobody answers ends on its last day: the case goes on, and whoever filed hears of it', async () => {
    expect(await outcome(ask({ expected: '2020-01-01' }))).toBe('INVALID_INPUT');
    await ask({ expected: soon() });
    const remind = async () => {
      const before = harness.notices.length;
      await harness.call(sendReminders, {});
      return harness.notices.slice(before).map(({ to, template }) => [to, template]);
    };
    harness.clock.advance(5 * DAY);
    expect(await remind()).toEqual([['requester', 'reminder']]);
    harness.clock.advance(DAY);
    expect(await remind()).toEqual([[FILER, 'no-answer']]);
    expect(await ticket()).toMatchObject({ status: 'RECEIVED' });
    expect(await remind()).toEqual([]);
    await requireAsLogged(await ticket(), harness.ports);
  });

  it('whose answer is recorded while the workflow cannot be told is told of by the same call again', async () => {
    await ask();
    await harness.call(awaitRelease, { ticketId, taskToken: 'waits' });
    const told = harness.faults.writes.filter((write) => write.startsWith('workflows.sendTaskSuccess#')).length;
    harness.faults.arm(`workflows.sendTaskSuccess#${told + 1}`, 'before');
    await expect(answer()).rejects.toThrow('injected');
    expect(await ticket()).toMatchObject({ status: 'RECEIVED' });
    expect(harness.engine.answered.has('waits')).toBe(false);
    await answer();
    expect(harness.engine.answered.has('waits')).toBe(true);
    expect((await typesOf()).filter((type) => type === 'clock-resumed')).toHaveLength(1);
    expect(await outcome(answer())).toBe('TICKET_ILLEGAL_TRANSITION'); // nothing is left to tell
  });

  it('that is asked again while its end is told is waited for until the new last day', async () => {
    await ask({ expected: soon() });
    const { notifier } = harness.ports;
    const { notify } = notifier;
    notifier.notify = async (notice) => {
      if (notice.template === 'no-answer') await ask({ expected: '2031-01-01' });
      return notify(notice);
    };
    await reminded(6);
    expect(await ticket()).toMatchObject({ status: 'CLARIFICATION_PENDING', asking: { until: '2031-01-01' } });
  });

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['is answered', () => ask(), () => answer()],
    ['is never answered', () => ask({ expected: soon() }), () => reminded(6)],
    ['was a hold', () => harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' }), () => released()],
  ])('%s, after which a case that waits for its turn gets the one that came up meanwhile', async (_w, stop, goOn) => {
    for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output']) await step(name);
    await keepToken(harness.ports.vault, ticketId, 'turn', 'waits'); // another run was in the way
    await stop();
    await wakeWaiting(harness.ports, 'house'); // that run ends
    expect(harness.engine.answered.has('waits')).toBe(false);
    await goOn();
    expect(await ticket()).toMatchObject({ status: 'SCHEDULED' });
    expect(harness.engine.answered.has('waits')).toBe(true);
  });

  it('gets its turn although the row of another ticket of the model is damaged', async () => {
    for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output']) await step(name);
    await keepToken(harness.ports.vault, ticketId, 'turn', 'waits');
    const calendar = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
    const filed = { ...receivedEvent(), id: 'T-00000002', model: 'house' };
    await harness.ports.tickets.create(receive(filed, { subjectKey: 'b'.repeat(64), calendar }, new Date()));
    await wakeWaiting(damaged(harness, 'T-00000002'), 'house');
    expect(harness.engine.answered.has('waits')).toBe(true);
  });

  it('asked again with a last day is waited for until then, also on hold', async () => {
    await ask();
    for (const expected of ['2031-01-01', '2031-02-01', '2031-02-01']) await ask({ expected });
    expect(await ticket()).toMatchObject({ status: 'CLARIFICATION_PENDING', asking: { until: '2031-02-01' } });
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    await ask({ expected: '2031-03-01' });
    expect(await ticket()).toMatchObject({ status: 'ON_HOLD', asking: { until: '2031-03-01' } });
    expect((await typesOf()).filter((type) => type === 'clock-paused')).toHaveLength(4);
    await requireAsLogged(await ticket(), harness.ports);
    await answer();
    expect(await outcome(ask({ expected: '2031-03-01' }))).toBe('TICKET_ILLEGAL_TRANSITION');
  });

  it('that was open when the request was filed makes the work wait when it is asked then', async () => {
    const since = '2026-03-01T09:00:00.000Z';
    const pauses = [{ reason: 'clarification' as const, since }];
    harness = await ticketHarness();
    ticketId = await file(harness, { receivedAt: '2026-02-28T09:00:00.000Z', pauses });
    const { due } = await ticket();
    await ask({ expected: '2031-01-01' });
    expect(await ticket()).toMatchObject({
      status: 'CLARIFICATION_PENDING',
      asking: { at: since, until: '2031-01-01' },
    });
    expect((await ticket()).due).toEqual(due); // the clock has it once
    await requireAsLogged(await ticket(), harness.ports);
    await answer();
    expect(await ticket()).toMatchObject({ status: 'RECEIVED' });
  });

  it('may end the case, by two people', async () => {
    await ask();
    for (const by of [FILER, APPROVER])
      await harness.call(closeTicket, { ticketId, outcome: 'expired', reason: 'no-answer', by });
    const ended = await ticket();
    expect(ended).toMatchObject({ status: 'EXPIRED', from: { status: 'RECEIVED' } });
    expect('asking' in ended).toBe(false);
  });

  it('is seen on the page, in the list, and by the requester', async () => {
    await ask({ expected: '2031-01-01' });
    const app = appOf({ harness });
    const page = await open(app, `/tickets/${ticketId}`, 'filer');
    expect(page.text).toContain('The person was asked what is meant.');
    expect(page.text).toContain('2031-01-01');
    expect(page.text).toContain(`/tickets/${ticketId}/continue`);
    const listed = await app.request('/tickets.json?view=blocked', { headers: as('filer') });
    expect(await listed.json()).toMatchObject({
      tickets: [{ id: ticketId, status: 'CLARIFICATION_PENDING', blockedBy: 'an answer of the requester' }],
    });
    expect(publicStateOf(await ticket())).toEqual({ state: 'asked' });
  });
});
