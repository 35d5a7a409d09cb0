// Letters on their way to the requester: sent once, by whom and when, what is said where it is not known, and nothing
// personal in what stays.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Mail, MailAnswer } from '#core/mail.ts';
import type { Env } from '#functions/api/context.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { keptLetters, type KeptLetter } from '#functions/kept-letters.ts';
import { isDecided } from '#functions/letter-mail.ts';
import { writeLetter } from '#functions/letters.ts';
import { sendLetter } from '#functions/send-letter.ts';
import { commitEvent } from '#functions/step-support.ts';
import { outcome } from '#test/contract/contract.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { file, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { appOf } from '../../support/api-callers.ts';
import { fieldsOf, open, send } from '../../support/pages.ts';

const ADDRESS = 'ottoline@example.org';
const by = 'legal.lou';

let harness: TicketHarness;
let mails: Mail[];
let answer: () => Promise<MailAnswer>;
let id: string;
let app: Hono<Env>;

beforeEach(async () => {
  mails = [];
  answer = async () => ({ result: 'accepted', code: '250' });
  const mailer = {
    ...{ way: 'smtp' as const, domain: 'example.org' },
    send: async (mail: Mail) => {
      mails.push(mail);
      return answer();
    },
  };
  harness = await ticketHarness({ mailer });
  id = await file(harness, { subject: { name: SUBJECT, identifiers: ['4711', ADDRESS] } });
  app = appOf({ harness });
  await write({ kind: 'acknowledgement' });
});

const write = (change: Record<string, unknown>) =>
  harness.call(writeLetter, { ticketId: id, language: 'de', by, ...change });
const letters = async () => keptLetters(await harness.ports.tickets.events(id), harness.ports.clock.now());
/** As logs from before have it: without the ground. */
const written = async (event: { letter: 'hold' | 'refusal'; body: string }) =>
  commitEvent(harness.ports, await harness.ports.tickets.get(id), {
    ...{ type: 'letter-written', language: 'de', by },
    ...event,
  });
const sentNameOf = (message: string) => `sent-${message.slice(1).replace(/@.*/, '')}`;
const last = async () => (await letters()).at(-1)!;
const sending = async (change: Record<string, unknown> = {}) =>
  harness.call(sendLetter, { ticketId: id, number: (await last()).number, by, ...change });

describe('a letter', () => {
  it('goes once to the address in the vault, and the log has who, when, how and a commitment alone', async () => {
    expect(await sending()).toEqual({ result: 'accepted', way: 'smtp', code: '250' });
    const [mail] = mails as [Mail];
    expect([mail.to, mail.text.includes(SUBJECT), mail.subject]).toEqual([ADDRESS, true, expect.stringContaining(id)]);
    const stored = await harness.ports.vault.get(id, sentNameOf(mail.id));
    expect(JSON.parse(Buffer.from(stored).toString())).toMatchObject({ to: ADDRESS, text: mail.text, id: mail.id });
    const events = (await harness.ports.tickets.events(id)).slice(-2).map(({ body }) => JSON.parse(body) as object);
    expect(events).toMatchObject([
      { event: { type: 'letter-sending', letter: 2, sent: await harness.ports.vault.commit(id, stored), by } },
      { event: { type: 'letter-sent', letter: 2, attempt: 3, result: 'accepted', code: '250' } },
    ]);
    expect(JSON.stringify([events, harness.notices])).not.toMatch(/ottoline|Guten/i);
    expect(await outcome(sending())).toBe('LETTER_SENT');
    expect(await outcome(sending({ again: true }))).toBe('LETTER_SENT');
    expect(mails).toHaveLength(1);
  });

  it('with several lines, as a browser sends them, is printed as well', async () => {
    await write({ kind: 'clarification', note: 'Welche Akte?\r\n\r\nWelcher Zeitraum?' });
    await sending();
    expect([mails[0]?.text, mails[0]?.pdf?.bytes.length]).toEqual([
      expect.stringContaining('Welche Akte?\n\nWelcher Zeitraum?'),
      expect.any(Number),
    ]);
  });

  it('pressed twice at once is handed over once', async () => {
    const both = await Promise.all([outcome(sending()), outcome(sending())]);
    expect([both.filter((one) => one === 'fulfilled').length, mails.length]).toEqual([1, 1]);
    const { vault, tickets } = harness.ports;
    const [, , sent] = (await tickets.events(id)).map(({ body }) => JSON.parse(body) as { event: { sent: string } });
    const stored = await vault.get(id, sentNameOf(mails[0]!.id));
    expect([sent?.event.sent, (await last()).sending?.message]).toEqual([await vault.commit(id, stored), mails[0]?.id]);
  });

  it('written by two at once goes out as the log has it', async () => {
    const notes = ['Welche Akte?', 'Welcher Zeitraum?'];
    const both = await Promise.all(notes.map((note) => outcome(write({ kind: 'clarification', note }))));
    expect([...both].sort()).toEqual(['TICKET_CONFLICT', 'fulfilled']);
    await sending();
    const told = notes.map((note) => mails[0]?.text.includes(note));
    expect(told).toEqual(both.map((one) => one === 'fulfilled'));
  });

  it('that is not the one that the log commits to stays here; one under an old name is read', async () => {
    const { vault } = harness.ports;
    const bytes = new TextEncoder().encode('Guten Tag');
    await written({ letter: 'hold', body: await vault.commit(id, bytes) });
    await vault.put(id, 'letter-3-hold-de', new TextEncoder().encode('Adieu'));
    expect(await outcome(sending())).toBe('LETTER_NOT_AS_LOGGED');
    await vault.put(id, 'letter-3-hold-de', bytes);
    expect([await sending(), mails[0]?.text]).toMatchObject([{ result: 'accepted' }, 'Guten Tag']);
  });

  it.each(['refused', 'deferred', 'unavailable'] as const)('that was %s may be tried again', async (result) => {
    answer = async () => ({ result, code: '451' });
    expect(await sending()).toMatchObject({ result });
    answer = async () => ({ result: 'accepted', code: '250' });
    expect(await sending()).toMatchObject({ result: 'accepted' });
    expect((await last()).sending).toMatchObject({ stand: 'accepted', attempt: 5 });
  });

  it('of which no answer was written down may have been sent, and goes again only when that is said', async () => {
    answer = async () => {
      throw new Error('killed');
    };
    await expect(sending()).rejects.toThrow('killed');
    answer = async () => ({ result: 'accepted', code: '250' });
    expect([(await last()).sending?.stand, await outcome(sending({ again: true }))]).toEqual([
      'under-way',
      'LETTER_SENT',
    ]);
    harness.clock.advance(200);
    expect([(await last()).sending?.stand, await outcome(sending())]).toEqual(['unknown', 'LETTER_SENT']);
    answer = async () => ({ result: 'deferred', code: '451' });
    expect(await sending({ again: true })).toMatchObject({ result: 'deferred' });
    expect([(await last()).sending?.stand, await outcome(sending())]).toEqual(['unknown', 'LETTER_SENT']);
    answer = async () => ({ result: 'accepted', code: '250' });
    expect(await sending({ again: true })).toMatchObject({ result: 'accepted' });
  });

  it('against the person is not sent where the case was decided on another ground', async () => {
    const close = (reason: string, who: string) =>
      harness.call(closeTicket, { ticketId: id, outcome: 'refused', reason, by: who });
    await close('art-17-3-e', by);
    await write({ kind: 'refusal', note: 'Ein Rechtsstreit ist anhängig.' });
    const body = await harness.ports.vault.commit(id, new TextEncoder().encode('Nein'));
    await written({ letter: 'refusal', body });
    await close('art-17-3-b', by);
    await close('art-17-3-b', 'approver.aino');
    const numbers = (await letters()).map(({ number }) => number).slice(1);
    for (const number of numbers)
      expect(await outcome(sending({ number, by: 'approver.aino' }))).toBe('TICKET_ILLEGAL_TRANSITION');
    await written({ letter: 'refusal', body });
    await harness.ports.vault.put(id, `letter-${(await last()).number}-refusal-de`, new TextEncoder().encode('Nein'));
    expect(await sending({ by: 'approver.aino' })).toMatchObject({ result: 'accepted' });
  });

  it('against the person takes a decision, and another person than its writer', async () => {
    const refusal = { ticketId: id, outcome: 'refused', reason: 'art-17-3-e' };
    await harness.call(closeTicket, { ...refusal, by });
    await write({ kind: 'refusal', note: 'Ein Rechtsstreit ist anhängig.' });
    expect(await outcome(sending({ by: 'approver.aino' }))).toBe('TICKET_ILLEGAL_TRANSITION');
    await harness.call(closeTicket, { ...refusal, by: 'approver.aino' });
    expect(await outcome(sending())).toBe('SECOND_PERSON_REQUIRED');
    expect(await sending({ by: 'approver.aino' })).toMatchObject({ result: 'accepted' });
  });

  it('of a refusal in part is not sent while an appeal is open, nor once it was granted', async () => {
    const { ticket } = await harness.ports.tickets.get(id);
    if (ticket.status === 'PURGED') throw new Error(ticket.status);
    const at = harness.ports.clock.now().toISOString();
    const decided = (outcome?: 'upheld' | 'granted') => {
      const part = { records: [2], reason: 'art-17-3-e', by, at, appeal: { on: at, at, ...(outcome && { outcome }) } };
      const letter = { kind: 'partial-refusal' as const, number: 9, reason: part.reason };
      return isDecided({ ...kept, ...letter }, { ...ticket, partlyRefused: part }, []);
    };
    const [kept] = (await letters()) as [KeptLetter];
    expect([decided(), decided('granted'), decided('upheld')]).toEqual([false, false, true]);
  });

  it('is not sent where there is no address, no way, or no such letter', async () => {
    expect(await outcome(sending({ number: 99 }))).toBe('NOT_FOUND');
    const without = await ticketHarness();
    const other = await file(without);
    await without.call(writeLetter, { ticketId: other, kind: 'acknowledgement', language: 'en', by });
    expect(await outcome(without.call(sendLetter, { ticketId: other, number: 2, by }))).toBe('MAIL_NOT_SET');
    expect(mails).toEqual([]);
  });
});

describe('the page of letters', () => {
  it('leads to a letter before it goes, and says what became of it, without the address', async () => {
    const path = `/tickets/${id}/letters`;
    const page = await open(app, path, 'filer');
    expect([page.text.includes('not sent'), page.text.includes(ADDRESS)]).toEqual([true, false]);
    const look = await send(app, `${path}/2/look`, 'filer', fieldsOf(page, `${path}/2/look`));
    const form = `${path}/2/send`;
    expect([look.text.includes(ADDRESS), mails]).toEqual([true, []]);
    expect((await send(app, form, 'filer', fieldsOf(look, form))).location).toBe(path);
    const after = await open(app, path, 'filer');
    expect(after.text).toMatch(/by SMTP · accepted \(250\)/);
    expect(after.text).not.toContain(form);
    expect((await send(app, form, 'filer', { csrf: 'f'.repeat(64) })).status).toBe(403);
    expect((await open(app, path, 'auditor')).text).not.toContain('/look');
  });
});
