// Letters that the mail service put off go by themselves: after growing waits, never twice, to an end, and not where
// the case was decided otherwise meanwhile.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Mail, MailAnswer } from '#core/mail.ts';
import { RETRY_AFTER_HOURS } from '#core/mail.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { keptLetters } from '#functions/kept-letters.ts';
import { waitingLabel } from '#functions/letters-waiting.ts';
import { writeLetter } from '#functions/letters.ts';
import { retryLetters } from '#functions/retry-letters.ts';
import { sendLetter } from '#functions/send-letter.ts';
import { outcome } from '#test/contract/contract.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { file, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';

const by = 'legal.lou';
const HOUR = 3600;
const PUT_OFF: MailAnswer = { result: 'deferred', code: '451' };
const TAKEN: MailAnswer = { result: 'accepted', code: '250' };

let harness: TicketHarness;
let mails: Mail[];
let answer: MailAnswer | 'killed';
let id: string;

beforeEach(async () => {
  mails = [];
  answer = PUT_OFF;
  const mailer = {
    ...{ way: 'smtp' as const, domain: 'example.org' },
    send: async (mail: Mail) => {
      mails.push(mail);
      if (answer === 'killed') throw new Error('killed');
      return answer;
    },
  };
  harness = await ticketHarness({ mailer });
  id = await file(harness, { subject: { name: SUBJECT, identifiers: ['mira@example.org'] } });
});

const write = (change: Record<string, unknown> = {}) =>
  harness.call(writeLetter, { ticketId: id, kind: 'acknowledgement', language: 'de', by, ...change });
const last = async () => keptLetters(await harness.ports.tickets.events(id), harness.ports.clock.now()).at(-1)!;
const press = async (change: Record<string, unknown> = {}) =>
  harness.call(sendLetter, { ticketId: id, number: (await last()).number, by, ...change });
const sweep = () => harness.call(retryLetters, {});
const unsent = () => harness.notices.filter(({ template }) => template === 'letter-unsent');

describe('a letter that was put off', () => {
  it('goes by itself after its wait, as the same person sent it, and once', async () => {
    await write();
    await press();
    expect(await sweep()).toEqual({ tried: 0, taken: 0 });
    harness.clock.advance(HOUR - 60);
    expect(await sweep()).toEqual({ tried: 0, taken: 0 });
    answer = TAKEN;
    harness.clock.advance(60);
    expect(await sweep()).toEqual({ tried: 1, taken: 1 });
    harness.clock.advance(100 * HOUR);
    expect(await sweep()).toEqual({ tried: 0, taken: 0 });
    expect([mails.length, (await last()).sending]).toMatchObject([2, { stand: 'accepted', by, tries: 2, next: null }]);
    const events = (await harness.ports.tickets.events(id)).map(({ body }) => JSON.parse(body) as { event: object });
    expect(events.at(-2)).toMatchObject({ event: { type: 'letter-sending', retry: true, by } });
    expect([new Set(mails.map((mail) => mail.id)).size, unsent()]).toEqual([2, []]);
  });

  it('is tried after growing waits, and when they are over whoever sent it hears of it, once', async () => {
    await write();
    await press();
    for (const [i, hours] of RETRY_AFTER_HOURS.entries()) {
      const { next, tries } = (await last()).sending!;
      const wait = (Date.parse(next ?? '') - harness.ports.clock.now().getTime()) / 3_600_000;
      expect([tries, wait]).toEqual([i + 1, hours]);
      harness.clock.advance(hours * HOUR);
      expect(await sweep()).toEqual({ tried: 1, taken: 0 });
    }
    expect((await last()).sending).toMatchObject({ stand: 'deferred', tries: 7, next: null });
    harness.clock.advance(48 * HOUR);
    expect(await sweep()).toEqual({ tried: 0, taken: 0 });
    expect(unsent()).toMatchObject([{ to: by, references: { ticketId: id, letter: '2', result: 'deferred' } }]);
    await press({ by: 'approver.aino' }); // a person begins anew, and hears of it as well
    expect((await last()).sending).toMatchObject({ tries: 1, next: expect.any(String) });
    for (const hours of RETRY_AFTER_HOURS) {
      harness.clock.advance(hours * HOUR);
      await sweep();
    }
    const told = unsent().map(({ to, id: notice }) => [to, notice]);
    expect([told.map(([to]) => to), new Set(told.map(([, notice]) => notice)).size]).toEqual([
      [by, 'approver.aino'],
      2,
    ]);
  });

  it('and then may have been sent is left to a person', async () => {
    await write();
    await press();
    answer = 'killed';
    harness.clock.advance(HOUR);
    await expect(sweep()).rejects.toThrow('killed');
    answer = TAKEN;
    harness.clock.advance(HOUR);
    expect([await sweep(), (await last()).sending?.stand]).toEqual([{ tried: 0, taken: 0 }, 'unknown']);
    expect(mails).toHaveLength(2);
  });

  it.each(['refused', 'unavailable', 'unknown'] as const)(
    'and then %s is not tried again; its sender is told',
    async (result) => {
      await write();
      await press();
      answer = { result, code: '550' };
      harness.clock.advance(HOUR);
      expect(await sweep()).toEqual({ tried: 1, taken: 0 });
      harness.clock.advance(4 * HOUR);
      expect(await sweep()).toEqual({ tried: 0, taken: 0 });
      expect(unsent()).toMatchObject([{ references: { result } }]);
    },
  );

  it('goes once where two schedules and a person come at the same time', async () => {
    await write();
    await press();
    answer = TAKEN;
    harness.clock.advance(HOUR);
    await Promise.all([outcome(sweep()), outcome(sweep()), outcome(press())]);
    expect([mails.length, (await last()).sending?.stand, unsent()]).toEqual([2, 'accepted', []]);
  });

  it.each(['T-00000000000000000000', 'T-ffffffffffffffffffff'])(
    'goes although another case (%s) cannot be read, and that is said',
    async (broken) => {
      await write();
      await press();
      const { tickets, vault, clock } = harness.ports;
      await vault.createKey(broken);
      await vault.label(broken, [await waitingLabel(harness.ports, broken, clock.now())]);
      const events: typeof tickets.events = async (asked) => {
        if (asked === broken) throw new Error('a row of this case is broken');
        return tickets.events(asked);
      };
      answer = TAKEN;
      harness.clock.advance(HOUR);
      const ports = { ...harness.ports, tickets: { ...tickets, events } };
      await expect(retryLetters.handle({}, ports)).rejects.toThrow('broken');
      expect([mails.length, (await last()).sending?.stand]).toEqual([2, 'accepted']);
    },
  );

  it('asks for nothing that came meanwhile, and its sender hears of that once', async () => {
    await write({ kind: 'identity', note: 'Bitte nennen Sie uns Ihre Kundennummer.' });
    await press();
    await harness.call(closeTicket, { ticketId: id, outcome: 'withdrawn', reason: 'by-requester', by });
    await harness.call(closeTicket, {
      ticketId: id,
      outcome: 'withdrawn',
      reason: 'by-requester',
      by: 'approver.aino',
    });
    answer = TAKEN;
    for (let hour = 0; hour < 3; hour++) {
      harness.clock.advance(HOUR);
      expect(await sweep()).toEqual({ tried: 0, taken: 0 });
    }
    expect([mails.length, unsent()]).toMatchObject([1, [{ to: by, references: { result: 'overtaken' } }]]);
    expect(await press()).toMatchObject({ result: 'accepted' }); // somebody who looked at it may
  });

  it('is tried as it was sent: in the name of somebody who only said so', async () => {
    await write();
    await press({ asserted: true });
    answer = TAKEN;
    harness.clock.advance(HOUR);
    await sweep();
    const events = (await harness.ports.tickets.events(id)).map(({ body }) => JSON.parse(body) as { event: object });
    expect(events.slice(-2)).toMatchObject([{ event: { retry: true, asserted: true } }, { event: { asserted: true } }]);
  });

  it('is not sent where the case was decided otherwise since', async () => {
    const close = (reason: string, who: string) =>
      harness.call(closeTicket, { ticketId: id, outcome: 'refused', reason, by: who });
    await close('art-17-3-e', by);
    await close('art-17-3-e', 'approver.aino');
    await write({ kind: 'refusal', note: 'Ein Rechtsstreit ist anhängig.' });
    await press({ by: 'approver.aino' });
    const { tickets } = harness.ports;
    const decided = { ...(await tickets.get(id)) };
    harness.clock.advance(HOUR);
    const reopened = { ...decided.ticket, reason: 'art-17-3-b' } as typeof decided.ticket;
    const other = {
      ...tickets,
      get: async () => ({ ...decided, ticket: reopened }),
      events: tickets.events.bind(tickets),
    };
    expect(await retryLetters.handle({}, { ...harness.ports, tickets: other })).toEqual({ tried: 0, taken: 0 });
    expect([mails.length, unsent()]).toMatchObject([
      1,
      [{ to: 'approver.aino', references: { result: 'not-decided' } }],
    ]);
  });

  it('that nobody tried for days is not sent out of the blue', async () => {
    await write();
    await press();
    harness.clock.advance(40 * HOUR);
    expect([await sweep(), (await last()).sending?.next]).toEqual([{ tried: 0, taken: 0 }, null]);
  });
});
