// Letters in the browser: what is written is looked at, kept, looked at as it goes, and sent by a press of its own;
// who looked is in the log, what was typed stays, and nothing is kept or sent twice.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Mail } from '#core/mail.ts';
import type { Env } from '#functions/api/context.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { file, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { appOf, FORM_BODY, inBrowser } from '../../support/api-callers.ts';
import { fieldsOf, open, send, type Page } from '../../support/pages.ts';

const ADDRESS = 'mira@example.org';

let harness: TicketHarness;
let mails: Mail[];
let id: string;
let app: Hono<Env>;
let at: string;

beforeEach(async () => {
  mails = [];
  const mailer = {
    ...{ way: 'smtp' as const, domain: 'example.org' },
    send: async (mail: Mail) => {
      mails.push(mail);
      return { result: 'accepted' as const, code: '250' };
    },
  };
  harness = await ticketHarness({ mailer });
  id = await file(harness, { subject: { name: SUBJECT, identifiers: ['4711', ADDRESS] } });
  app = appOf({ harness });
  at = `/tickets/${id}`;
});

const types = async () => (await harness.ports.tickets.events(id)).map(({ type }) => type);
const typed = async (change: Record<string, string>, from?: Page) => ({
  ...fieldsOf(from ?? (await open(app, `${at}/letter`, 'filer')), `${at}/letter`),
  ...change,
});

describe('writing a letter', () => {
  it('shows it first and keeps nothing; then it is kept once, however often the button is pressed', async () => {
    const before = await types();
    const looked = await send(app, `${at}/letter`, 'filer', await typed({ kind: 'acknowledgement', language: 'de' }));
    expect([looked.status, looked.text.includes('The letter says all that it must')]).toEqual([200, true]);
    expect([looked.text.includes(SUBJECT), await types()]).toEqual([false, before]);
    const fields = await typed({}, looked);
    expect(fields).toMatchObject({ kind: 'acknowledgement', language: 'de' });
    const both = await Promise.all([1, 2].map(() => send(app, `${at}/letters`, 'filer', fields)));
    for (const { status, text } of both)
      expect([status, text.includes(SUBJECT), text.includes(ADDRESS)]).toEqual([200, true, true]);
    expect((await types()).filter((type) => type === 'letter-written')).toHaveLength(1);
    expect(mails).toEqual([]);
  });

  it('says in words what it lacks, beside the draft, and keeps what was typed', async () => {
    const fields = await typed({ kind: 'clarification', language: 'fr', note: '  ' });
    for (const path of [`${at}/letter`, `${at}/letters`]) {
      const page = await send(app, path, 'filer', fields);
      expect(page.text).toMatch(/cannot be kept yet[^]*Write what is asked\./);
      expect(fieldsOf(page, `${at}/letter`)).toMatchObject({ kind: 'clarification', language: 'fr' });
    }
    const personal = await typed({
      kind: 'clarification',
      language: 'en',
      note: `Is it ${ADDRESS}, or www.example.org?`,
    });
    const page = await send(app, `${at}/letters`, 'filer', personal);
    expect(page.text).toMatch(/Take the address out[^]*Take personal data out/);
    expect(fieldsOf(page, `${at}/letter`)['note']).toBe(personal['note']);
    const empty = await send(app, `${at}/letters`, 'filer', await typed({ note: 'Which <b>file</b>?' }));
    expect([empty.status, empty.text.includes('2 fields need another look')]).toEqual([400, true]);
    expect([empty.text.includes('Which &lt;b&gt;file'), await types()]).toEqual([true, ['received']]);
  });

  it('is for those who write letters, with a form of ours, as page and as data', async () => {
    expect((await open(app, `${at}/letter`, 'auditor')).status).toBe(403);
    const fields = await typed({ kind: 'hold', language: 'en', csrf: 'f'.repeat(64) });
    expect((await send(app, `${at}/letters`, 'filer', fields)).status).toBe(403);
    const post = async (path: string, body: object) =>
      app.request(at + path, {
        method: 'POST',
        headers: { authorization: 'Bearer filer', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const kept = await post('/letters', { kind: 'acknowledgement', language: 'en' });
    expect([kept.status, await kept.json()]).toMatchObject([
      201,
      { number: 2, text: expect.stringContaining(SUBJECT) },
    ]);
    const look = await post('/letters/2/look', {});
    expect(await look.json()).toMatchObject({ number: 2, to: ADDRESS, hindrance: null, printable: true, pdf: null });
    expect(look.headers.get('cache-control')).toContain('no-store');
    expect((await post('/letters/9/look', {})).status).toBe(404);
  });
});

describe('a kept letter', () => {
  const keep = async (change: Record<string, string>, who = 'filer') => {
    const page = await open(app, `${at}/letter`, who);
    return send(app, `${at}/letters`, who, { ...fieldsOf(page, `${at}/letter`), ...change });
  };

  it('goes from the page that shows it, with the PDF that the page hands out', async () => {
    const page = await keep({ kind: 'acknowledgement', language: 'de' });
    const pdf = await app.request(`${at}/letters/2/pdf`, {
      method: 'POST',
      headers: { ...inBrowser('filer'), ...FORM_BODY },
      body: new URLSearchParams(fieldsOf(page, `${at}/letters/2/pdf`)).toString(),
    });
    const bytes = Buffer.from(await pdf.arrayBuffer());
    expect([pdf.headers.get('content-type'), bytes.subarray(0, 5).toString()]).toEqual(['application/pdf', '%PDF-']);
    const sent = `${at}/letters/2/send`;
    expect((await send(app, sent, 'filer', fieldsOf(page, sent))).location).toBe(`${at}/letters`);
    expect(mails[0]?.pdf?.name).toBe(`${id}-2.pdf`);
    expect(Buffer.from(mails[0]?.pdf?.bytes ?? []).equals(bytes)).toBe(true);
    expect(await types()).toEqual([
      ...['received', 'letter-written', 'request-viewed', 'request-viewed', 'letter-sending', 'letter-sent'],
    ]);
  });

  it('says why it does not go, and has no button then', async () => {
    const close = (by: string) =>
      harness.call(closeTicket, { ticketId: id, outcome: 'refused', reason: 'art-17-3-e', by });
    await close('filer.fae');
    const own = await keep({ kind: 'refusal', language: 'en', note: 'A lawsuit is pending.' });
    expect(own.text).toMatch(/You wrote this letter/);
    const look = async () => {
      const letters = await open(app, `${at}/letters`, 'approver');
      const [, path = ''] = /action="([^"]*\/look)"/.exec(letters.text) ?? [];
      return send(app, path, 'approver', fieldsOf(letters, path));
    };
    expect((await look()).text).toMatch(/says what is not decided/);
    await close('approver.aino');
    const page = await look();
    expect([page.text.includes('Send it now'), own.text.includes('Send it now')]).toEqual([true, false]);
  });
});
