// The legal clock of filed tickets: where their days are counted, what waiting for the requester does to them, and
// what of it may be written down late.
import { describe, expect, it } from '@jest/globals';
import { canonicalize, type Json } from '#core/canonical.ts';
import { requireAsLogged } from '#core/as-logged.ts';
import type { Deadlines } from '#core/deadlines.ts';
import { placeOf } from '#core/place.ts';
import { type RegimeName, regimeOf } from '#core/regimes.ts';
import type { Ticket } from '#core/ticket.ts';
import { dueAt } from '#core/ticket-clock.ts';
import { extendDeadline } from '#functions/extend-deadline.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { placeHold } from '#functions/holds.ts';
import { pauseClock, resumeClock } from '#functions/pause-clock.ts';
import { Preview, previewTicket } from '#functions/preview-ticket.ts';
import { recordIdentity } from '#functions/record-identity.ts';
import { requestIdentity } from '#functions/request-identity.ts';
import { sendReminders } from '#functions/send-reminders.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { workItem } from '#portal/worklist.ts';
import { outcome } from '#test/contract/contract.ts';
import { requestOf } from '#bench/house/requests.ts';
import { file, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';

const ticketOf = async ({ ports }: TicketHarness, id: string): Promise<Ticket> => (await ports.tickets.get(id)).ticket;
const US = { regime: 'ccpa', ground: '1798.105-a' } as const;
const by = 'legal.lou';

describe('days', () => {
  const evening = { ...US, receivedAt: '2026-01-01T05:00:00.000Z' }; // 31 December, 21:00 in Los Angeles

  it('of a Californian request are California’s, whatever the installation’s are', async () => {
    const harness = await ticketHarness(); // of Berlin
    const { due, calendar } = await ticketOf(harness, await file(harness, evening));
    expect([due.statutoryDue, due.safeDue, due.acknowledgement?.safeDue]).toEqual([
      ...['2026-02-14', '2026-02-14', '2026-01-14'],
    ]);
    expect(calendar).toMatchObject({ region: 'US-CA', timeZone: 'America/Los_Angeles' });
  });

  it('are those that the preview told', async () => {
    const harness = await ticketHarness();
    const asked = requestOf({ ...evening, place: { region: 'US-NY', timeZone: 'America/New_York' } });
    const { due } = Preview.parse(await harness.call(previewTicket, { request: asked }));
    const filed = await harness.call<{ due: Deadlines }>(fileTicket, { request: asked, policy: harness.policy });
    expect(filed.due).toEqual(due);
    expect(due.derivation[0]).toBe('received 2026-01-01 (America/New_York)');
  });

  it('are the request’s own, its entity’s, the installation’s in the law’s territory, or the law’s', () => {
    const berlin = { region: 'DE-BE', timeZone: 'Europe/Berlin' };
    const leeds = { region: 'GB-ENG', timeZone: 'Europe/London' };
    const places = { home: berlin, entities: { 'acme-uk': leeds } };
    const where = (asked: Parameters<typeof placeOf>[1], regime: RegimeName) =>
      placeOf(places, asked, regimeOf(regime)).region;
    expect(where({}, 'gdpr')).toBe('DE-BE');
    expect(where({}, 'ccpa')).toBe('US-CA');
    expect(where({ entity: 'acme-uk' }, 'gdpr')).toBe('GB-ENG');
    expect(where({ place: { region: 'US-TX', timeZone: 'America/Chicago' } }, 'ccpa')).toBe('US-TX');
    expect(() => where({ entity: 'toString' }, 'gdpr')).toThrow('entity');
  });

  it.each<[string, Parameters<typeof file>[1]]>([
    ['a law that did not count yet', { regime: 'india-dpdp', ground: 'purpose-over' }],
    ['an entity that is not there', { entity: 'nobody' }],
    ['a question before the request', { pauses: [{ reason: 'fee', since: '2026-02-01T09:00:00.000Z' }] }],
    [
      'an answer that is yet to come',
      { pauses: [{ reason: 'fee', since: '2026-03-01T09:00:00.000Z', until: '2031-01-01T00:00:00.000Z' }] },
    ],
  ])('refuse %s, and store nothing', async (_what, request) => {
    const harness = await ticketHarness();
    const refused = file(harness, { receivedAt: '2026-02-20T09:00:00.000Z', ...request });
    expect(await outcome(refused)).toBe('INVALID_INPUT');
    expect(await harness.ports.tickets.list()).toEqual([]);
  });
});

const LOW = { method: 'e-mail-link', level: 'low', verifiedAt: '2026-03-01T09:00:00.000Z' } as const;
const DAY = 86_400;

describe('waiting for the requester', () => {
  it('lets the British month begin when the proof was checked, also where that is written down later', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { identity: LOW, regime: 'uk-gdpr', receivedAt: '2026-03-02T09:00:00.000Z' });
    await harness.call(verifyIdentity, { ticketId });
    await harness.call(requestIdentity, { ticketId, taskToken: 'token' });
    harness.clock.advance(40 * DAY);
    const open = await ticketOf(harness, ticketId);
    const now = harness.ports.clock.now();
    expect(open.due.stopped).toMatchObject({ reason: 'identity', by: 'statute' });
    expect(workItem(open, now)).toMatchObject({ daysLeft: 30, safeDue: dueAt(open, now.toISOString()).safeDue });
    expect(await harness.call(sendReminders, {})).toMatchObject({ sent: 1 }); // the requester; no date is near
    harness.clock.advance(5 * DAY);
    const identity = { ...LOW, level: 'high', verifiedAt: '2026-04-16T09:00:00.000Z' };
    await harness.call(recordIdentity, { ticketId, identity, by });
    const { due } = await ticketOf(harness, ticketId);
    expect([due.safeDue, due.stopped]).toEqual(['2026-05-16', undefined]);
  });

  it('that lay before the filing counts from its own days', async () => {
    const harness = await ticketHarness();
    const pauses = [
      { reason: 'identity', since: '2026-02-03T09:00:00.000Z', until: '2026-02-20T16:00:00.000Z' },
    ] as const;
    const request = { regime: 'uk-gdpr', receivedAt: '2026-02-02T09:00:00.000Z', pauses } as const;
    const { due } = await ticketOf(harness, await file(harness, { ...request, pauses: [...pauses] }));
    expect([due.statutoryDue, due.safeDue]).toEqual(['2026-03-20', '2026-03-20']);
  });

  it('is written down with days that lie back, and refused where they cannot be so', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { regime: 'uk-gdpr', receivedAt: '2026-02-20T09:00:00.000Z' });
    const pause = (since: string) => harness.call(pauseClock, { ticketId, reason: 'fee', since, by });
    const go = (until: string) => harness.call<{ due: Deadlines }>(resumeClock, { ticketId, reason: 'fee', until, by });
    expect(await outcome(go('2026-02-26T09:00:00.000Z'))).toBe('TICKET_ILLEGAL_TRANSITION');
    expect(await outcome(pause('2026-02-19T09:00:00.000Z'))).toBe('TICKET_ILLEGAL_TRANSITION');
    expect(await outcome(pause('2031-01-01T09:00:00.000Z'))).toBe('TICKET_ILLEGAL_TRANSITION');
    await pause('2026-02-25T09:00:00.000Z');
    expect(await outcome(go('2026-02-24T09:00:00.000Z'))).toBe('TICKET_ILLEGAL_TRANSITION');
    expect((await go('2026-02-27T09:00:00.000Z')).due.safeDue).toBe('2026-03-27');
    expect((await ticketOf(harness, ticketId)).status).toBe('RECEIVED'); // work on it goes on
  });
});

describe('an extension', () => {
  it('is told during a hold, which stays', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    await harness.call(placeHold, { ticketId, code: 'litigation', by });
    const before = (await ticketOf(harness, ticketId)).due.statutoryDue;
    const { due } = await harness.call<{ due: Deadlines }>(extendDeadline, { ticketId, reason: 'complexity', by });
    const after = await ticketOf(harness, ticketId);
    expect([after.status, after.due.statutoryDue > before, due]).toEqual(['ON_HOLD', true, after.due]);
    expect(harness.notices.map(({ template }) => template)).toContain('extension');
  });

  it('is refused where the law grants none that is known', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { regime: 'quebec-law-25', ground: 'art-28-1' });
    const extended = harness.call(extendDeadline, { ticketId, reason: 'complexity', by });
    expect(await outcome(extended)).toBe('TICKET_ILLEGAL_TRANSITION');
  });
});

describe('a ticket from before its law’s counting was kept', () => {
  it('is as logged with the dates that were told, and with no other field changed', async () => {
    const harness = await ticketHarness();
    const { id } = await ticketOf(harness, await file(harness));
    const events = (await harness.ports.tickets.events(id)).map((event) => {
      const body = JSON.parse(event.body) as { event: Record<string, Json> };
      delete body.event['counting'];
      return { ...event, body: canonicalize(body as Json) };
    });
    const tickets = { ...harness.ports.tickets, events: async () => events };
    const row = await ticketOf(harness, id);
    const old: Ticket = { ...row, due: { ...row.due, derivation: ['as it was told'] } };
    delete old.counting;
    const check = (ticket: Ticket) => outcome(requireAsLogged(ticket, { ...harness.ports, tickets }));
    expect(await check(old)).toBe('fulfilled');
    expect(await check({ ...old, filer: 'somebody.else' })).toBe('TICKET_NOT_AS_LOGGED');
    const kept = { ...old, counting: regimeOf('gdpr').counting };
    expect(await check(kept)).toBe('TICKET_NOT_AS_LOGGED');
  });
});
