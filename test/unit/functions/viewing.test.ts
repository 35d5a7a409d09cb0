// The encrypted request as those who decide read it: who may, that each look is logged without its content, and that
// nothing can be read of a case that is purged.
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { assembleBundle } from '#core/bundle.ts';
import { QuittanceError } from '#core/errors.ts';
import { verifyBundle } from '#core/verify.ts';
import type { Env } from '#functions/api/context.ts';
import { admitForgetSet } from '#functions/admit-forget-set.ts';
import { confirmSubject } from '#functions/confirm-subject.ts';
import { placeHold } from '#functions/holds.ts';
import { recordFailure } from '#functions/record-failure.ts';
import { suppressOutput } from '#functions/suppress-output.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { viewRequest } from '#functions/view-request.ts';
import { outcome } from '#test/contract/contract.ts';
import { appOf, as, FORM_BODY, inBrowser, JSON_BODY, problemOf } from '#test/support/api-callers.ts';
import { walkAttempts, walkedToEnd, walkToEnd } from '#test/support/hand-walked.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { APPROVER, RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';

const ALIAS = 'Otta "the fox" Marchbanks';
let harness: TicketHarness;
let app: Hono<Env>;
let ticketId: string;

beforeEach(async () => {
  harness = await ticketHarness();
  app = appOf({ harness });
  ticketId = await file(harness, { subject: { name: SUBJECT, aliases: [ALIAS] }, note: 'Tell & <tell> my sister.' });
});

const ask = (who: string, id = ticketId) =>
  app.request(`/tickets/${id}/request`, { method: 'POST', headers: { ...as(who), ...JSON_BODY }, body: '{}' });
const events = async () => harness.ports.tickets.events(ticketId);

describe('the encrypted request', () => {
  it('is shown to an approver, whole, and kept by nobody on the way', async () => {
    const response = await ask('approver');
    expect(await response.json()).toEqual({
      ticketId,
      subject: { name: SUBJECT, aliases: [ALIAS], identifiers: [] },
      note: 'Tell & <tell> my sister.',
      records: RECORDS,
    });
    expect(response.headers.get('cache-control')).toContain('no-store');
  });

  it.each(['filer', 'auditor'])('is not shown to the role %s, and nothing is logged', async (who) => {
    const before = await events();
    expect((await problemOf(await ask(who))).code).toBe('ACCESS_DENIED');
    expect(await events()).toEqual(before);
  });

  it('leaves who looked and when in the log, each time, and a commitment in place of what was seen', async () => {
    await ask('approver');
    await ask('approver');
    const bodies = (await events()).map(({ body }) => JSON.parse(body) as { event: Record<string, unknown> });
    const seen = bodies.map(({ event }) => event).filter(({ type }) => type === 'request-viewed');
    expect(seen).toEqual(
      Array(2).fill({ type: 'request-viewed', by: APPROVER, shown: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    );
    expect(inspect([await harness.ports.tickets.list(), await events(), harness.notices], { depth: 20 })).not.toMatch(
      /Ottoline|Marchbanks|Velletri|sister/,
    );
  });

  it('is handed over only when the look is in the log', async () => {
    harness.faults.arm('tickets.commit#1', 'before');
    expect((await ask('approver')).status).toBe(500);
    expect((await events()).map(({ type }) => type)).toEqual(['received']);
  });

  it('is not opened by a GET, which writes nothing', async () => {
    const page = await app.request(`/tickets/${ticketId}/request`, { headers: inBrowser('approver') });
    expect(page.status).toBe(200);
    for (const { value } of RECORDS) expect(await page.clone().text()).not.toContain(value);
    expect((await events()).map(({ type }) => type)).toEqual(['received']);
  });

  it('is shown in a browser by the form of the case alone, its words escaped', async () => {
    const page = await (await app.request(`/tickets/${ticketId}/request`, { headers: inBrowser('approver') })).text();
    const token = /action="\/tickets\/[^"]+\/request">\s*<input type="hidden" name="csrf" value="([0-9a-f]+)"/.exec(
      page,
    )?.[1];
    const send = (csrf: string) =>
      app.request(`/tickets/${ticketId}/request`, {
        method: 'POST',
        headers: { ...inBrowser('approver'), ...FORM_BODY },
        body: new URLSearchParams({ csrf }).toString(),
      });
    const shown = await send(token ?? '');
    const text = await shown.text();
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'no-store, private, max-age=0']);
    expect(text).toContain('Tell &amp; &lt;tell&gt; my sister.');
    for (const { value } of RECORDS) expect(text).toContain(value);
    expect((await send('0'.repeat(64))).status).toBe(403);
    const filers = await (await app.request(`/tickets/${ticketId}/request`, { headers: inBrowser('filer') })).text();
    expect(filers).not.toContain('name="csrf"');
  });

  it('can be read while the ticket is on hold, and the hold stays', async () => {
    await harness.call(placeHold, { ticketId, by: 'lena', code: 'litigation' });
    expect((await ask('approver')).status).toBe(200);
    expect((await harness.ports.tickets.get(ticketId)).ticket.status).toBe('ON_HOLD');
  });

  it('is read although the workflow moves the ticket meanwhile', async () => {
    const { tickets } = harness.ports;
    let others = 2;
    const commit: typeof tickets.commit = async (transition, version) => {
      if (others-- > 0) throw new QuittanceError('TICKET_CONFLICT', { message: 'moved' });
      return tickets.commit(transition, version);
    };
    const ports = { ...harness.ports, tickets: { ...tickets, commit } };
    await viewRequest.handle({ ticketId, by: APPROVER }, ports);
    expect((await events()).at(-1)?.type).toBe('request-viewed');
  });

  it('is gone with the purge, and it is said', async () => {
    const walked = await walkedToEnd();
    const response = await appOf(walked).request(`/tickets/${walked.ticketId}/request`, {
      method: 'POST',
      headers: { ...as('approver'), ...JSON_BODY },
      body: '{}',
    });
    expect(await problemOf(response)).toMatchObject({
      status: 410,
      code: 'TICKET_PURGED',
      got: expect.stringMatching(/^purged 20/),
      hint: expect.stringContaining('the log, the evidence and the report'),
    });
  });

  it('of a ticket that is none is not found', async () => {
    expect(await outcome(harness.call(viewRequest, { ticketId: 'T-0000000000', by: APPROVER }))).toBe(
      'TICKET_NOT_FOUND',
    );
    expect((await ask('approver', 'T-..%2f..%2fkeys')).status).toBe(404);
  });
});

describe('a request whose records name somebody else', () => {
  const doubtful = async () => {
    ticketId = await file(harness, { subject: { name: 'Philippa Vane' }, subjectReason: 'former-name' }, 'r-2');
    for (const step of [verifyIdentity, triageTicket]) await harness.call(step, { ticketId });
    await harness.call(recordFailure, { ticketId, error: await outcome(harness.call(admitForgetSet, { ticketId })) });
  };

  beforeEach(async () => {
    harness = await ticketHarness({ jobs: smallJobs({}) });
    app = appOf({ harness });
    await doubtful();
  });

  const page = async (who: string, path: string, fields: Record<string, string> = {}) => {
    const headers = { ...inBrowser(who), ...FORM_BODY };
    const body = new URLSearchParams(fields).toString();
    return app.request(`/tickets/${ticketId}${path}`, { method: 'POST', headers, body });
  };
  const tokenIn = (text: string, act: string) =>
    new RegExp(`/${act}"[^>]*>\\s*<input type="hidden" name="csrf" value="([0-9a-f]+)"`).exec(text)?.[1] ?? '';

  it('says which, and is confirmed by a second person on the page', async () => {
    const one = await (await app.request(`/tickets/${ticketId}/request`, { headers: inBrowser('approver') })).text();
    expect(one).toContain('Another person than the filer confirms whose they are');
    const read = await (await page('approver', '/request', { csrf: tokenIn(one, 'request') })).text();
    expect(read).toContain("records 1–3 as another person's");
    expect(read).toContain('a former name');
    const note = 'The register office says that she was called so.';
    const fields = { csrf: tokenIn(read, 'confirm-subject'), reason: 'former-name', note };
    const done = await page('approver', '/confirm-subject', fields);
    expect([done.status, done.headers.get('location')]).toEqual([303, `/tickets/${ticketId}`]);
    expect(await (await ask('approver')).json()).toMatchObject({ subjectReason: 'former-name', subjectNote: note });
  });

  it('is offered to the filer by no form, whatever their roles', async () => {
    const one = await (await app.request(`/tickets/${ticketId}/request`, { headers: inBrowser('both') })).text();
    const read = await (await page('both', '/request', { csrf: tokenIn(one, 'request') })).text();
    expect(read).not.toContain('confirm-subject');
  });

  it('ends with a bundle that verifies, with the readings and the confirmation in its history', async () => {
    await ask('approver');
    const note = 'The register office says that she was called so.';
    await harness.call(confirmSubject, { ticketId, by: APPROVER, reason: 'former-name', note });
    for (const step of [admitForgetSet, suppressOutput]) await harness.call(step, { ticketId });
    await walkAttempts({ harness, ticketId });
    await ask('approver');
    await walkToEnd({ harness, ticketId });
    const { checks } = verifyBundle(await assembleBundle(harness.ports, ticketId), { now: harness.ports.clock.now() });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
    const types = (await events()).map(({ type }) => type);
    expect(types.filter((type) => /viewed|confirmed/.test(type))).toEqual([
      ...['request-viewed', 'subject-confirmed', 'request-viewed'],
    ]);
  });
});
