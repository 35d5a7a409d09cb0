// Every act on a case by its form, as people without script do it: who is offered what, what a wrong field is told, and
// what two presses of a button, two people at once and a session that ended come to.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { placeHold } from '#functions/holds.ts';
import { recordFailure } from '#functions/record-failure.ts';
import { requestIdentity } from '#functions/request-identity.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { ticketHarness, file, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { appOf, as, JSON_BODY, problemOf, statusOf } from '../../support/api-callers.ts';
import { fieldsOf, fillIn, open, send } from '../../support/pages.ts';
import { walkedToApproval, type WalkedTicket } from '../../support/hand-walked.ts';

let walked: WalkedTicket;
let app: Hono<Env>;
const at = (tail = '') => `/tickets/${walked.ticketId}${tail}`;
const ticket = async () => (await walked.harness.ports.tickets.get(walked.ticketId)).ticket;
const offered = async (who: string) =>
  [...(await open(app, at(), who)).text.matchAll(/class="button[^"]*" href="[^"]*\/([a-z-]+)"/g)].map(([, act]) => act);

beforeEach(async () => {
  walked = await walkedToApproval();
  app = appOf(walked);
});

describe('a case offers', () => {
  it('what role and state allow, and nothing else', async () => {
    expect(await offered('approver')).toEqual(['approval', 'refuse', 'withdraw', 'cancel']);
    expect(await offered('filer')).toEqual(['extend', 'pause', 'hold', 'refuse', 'withdraw', 'cancel']);
    expect(await offered('auditor')).toEqual([]);
    await walked.harness.call(placeHold, { ticketId: walked.ticketId, by: FILER, code: 'litigation' });
    expect(await offered('approver')).toEqual(['release']);
    await fillIn(app, at('/release'), 'filer');
    const clock = ['extend', 'pause']; // the legal clock goes on during a hold
    const others = [await offered('filer'), await offered('second'), await offered('approver')];
    expect(others).toEqual([clock, clock, ['release']]);
  });

  it('no form for what is not to be done now', async () => {
    expect((await open(app, at('/release'), 'approver')).status).toBe(409);
    expect((await open(app, at('/hold'), 'auditor')).status).toBe(403);
  });
});

describe('the forms', () => {
  it('extend, hold and release by two people', async () => {
    expect(await fillIn(app, at('/extend'), 'filer', { reason: 'complexity' })).toMatchObject({
      status: 303,
      location: at(),
    });
    expect((await ticket()).due.statutoryDue).toBe('2026-06-02');
    expect((await fillIn(app, at('/hold'), 'filer', { code: 'preservation-order' })).status).toBe(303);
    expect(await statusOf(walked)).toBe('ON_HOLD');
    expect((await fillIn(app, at('/release'), 'filer')).status).toBe(303);
    const second = await open(app, at('/release'), 'approver');
    expect(second.text).toContain(`${FILER} proposed to release the hold`);
    expect((await fillIn(app, at('/release'), 'approver')).status).toBe(303);
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });

  it('write down what the person was asked for, and when it came, in the ticket’s own time', async () => {
    walked.harness.clock.advance(7200);
    expect((await fillIn(app, at('/pause'), 'filer', { reason: 'fee', since: '2026-03-02T11:15' })).status).toBe(303);
    expect(await offered('filer')).toContain('continue');
    const early = await fillIn(app, at('/continue'), 'filer', { reason: 'fee', until: '2026-03-01T10:15' });
    expect([early.status, (await ticket()).clock.length]).toEqual([409, 2]);
    expect((await fillIn(app, at('/continue'), 'filer', { reason: 'fee', until: '2026-03-02T11:45' })).status).toBe(
      303,
    );
    expect((await ticket()).clock.slice(1)).toEqual([
      { type: 'pause', reason: 'fee', at: '2026-03-02T10:15:00.000Z' },
      { type: 'resume', reason: 'fee', at: '2026-03-02T10:45:00.000Z' },
    ]);
  });

  it('refuse: proposed with a ground of the law, which the second person finds filled in', async () => {
    expect((await fillIn(app, at('/refuse'), 'filer', { reason: 'art-17-3-e' })).status).toBe(303);
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
    expect(fieldsOf(await open(app, at('/refuse'), 'approver'), at('/refuse'))['reason']).toBe('art-17-3-e');
    await fillIn(app, at('/refuse'), 'approver');
    expect(await ticket()).toMatchObject({ status: 'REFUSED', reason: 'art-17-3-e', closedBy: APPROVER });
    expect(await offered('approver')).toEqual([]);
    const decisions = await open(app, at('/decisions'), 'auditor');
    for (const said of [FILER, APPROVER, 'Art. 17(3)(e): legal claims']) expect(decisions.text).toContain(said);
  });

  it('withdraw by the filer alone', async () => {
    await fillIn(app, at('/withdraw'), 'filer', { reason: 'by-subject' });
    expect(await ticket()).toMatchObject({ status: 'WITHDRAWN', closedBy: FILER });
  });

  it('send back to the engineers, and on again', async () => {
    const page = await open(app, at('/approval'), 'approver');
    const fields = { ...fieldsOf(page, at('/approval')), decision: 'refused', reason: 'others-harmed' };
    expect((await send(app, at('/approval'), 'approver', fields)).status).toBe(303);
    expect(await ticket()).toMatchObject({ status: 'REMEDIATION', reason: 'others-harmed' });
    expect(await offered('approver')).toEqual(['resume', 'refuse', 'withdraw', 'cancel']);
    expect((await fillIn(app, at('/resume'), 'approver')).status).toBe(303);
    expect(await statusOf(walked)).toBe('SCHEDULED');
  });

  it('record an identity, its time read at the place of the ticket', async () => {
    const harness = await ticketHarness({ policy: shippedPolicy() });
    const identity = { method: 'e-mail-link', level: 'low', verifiedAt: '2026-03-01T09:00:00.000Z' } as const;
    walked = { harness, ticketId: await file(harness, { identity }) };
    app = appOf(walked);
    await harness.call(verifyIdentity, { ticketId: walked.ticketId });
    await harness.call(requestIdentity, { ticketId: walked.ticketId, taskToken: 't-1' });
    const later = await fillIn(app, at('/identity'), 'filer', {
      ...{ method: 'in-person', level: 'high', verifiedAt: '2027-01-01T00:00' },
    });
    expect([later.status, later.text.includes('id="e-verifiedAt"')]).toEqual([400, true]);
    await fillIn(app, at('/identity'), 'filer', { method: 'in-person', level: 'high', verifiedAt: '2026-03-02T10:30' });
    expect(await ticket()).toMatchObject({ identity: { verifiedBy: FILER, verifiedAt: '2026-03-02T09:30:00.000Z' } });
  });

  it('are shown in the language that was chosen', async () => {
    const chosen = await send(app, '/language', 'filer', { language: 'de', back: at('/hold') });
    expect([chosen.status, chosen.location]).toEqual([303, at('/hold')]);
    const headers = { cookie: 'session=filer', accept: 'text/html', 'accept-language': 'fr, de-CH;q=0.8, en;q=0.5' };
    const page = await (await app.request(at('/hold'), { headers })).text();
    expect([page.includes('<html lang="de">'), page.includes('Fall anhalten')]).toEqual([true, true]);
    for (const back of ['//elsewhere.example', 'https://elsewhere.example/', '/a/../b', '/\\elsewhere'])
      expect((await send(app, '/language', 'filer', { language: 'en', back })).location).toBe('/');
  });
});

describe('what is wrong', () => {
  it('stands beside its field, with what was typed still there, and nothing is stored', async () => {
    const before = await walked.harness.ports.tickets.get(walked.ticketId);
    const page = await fillIn(app, at('/extend'), 'filer', { reason: '' });
    expect(page.status).toBe(400);
    expect(page.text).toContain('id="e-reason"');
    expect(page.text).toContain('aria-invalid="true"');
    expect(page.text).toContain('role="alert"');
    const typed = '"><script>alert(1)</script> {{7*7}} =1+1';
    const other = await fillIn(app, at('/hold'), 'filer', { code: typed });
    expect(other.status).toBe(400);
    expect(other.text).not.toContain('<script>alert');
    expect(await walked.harness.ports.tickets.get(walked.ticketId)).toEqual(before);
  });

  it('comes back as it was typed', async () => {
    const doubt = await ticketHarness({ policy: shippedPolicy() });
    const ticketId = await file(doubt, { subject: { name: 'Philippa Vane' }, subjectReason: 'former-name' });
    for (const step of [verifyIdentity, triageTicket]) await doubt.call(step, { ticketId });
    await doubt.call(recordFailure, { ticketId, error: 'SUBJECT_MISMATCH' });
    walked = { harness: doubt, ticketId };
    app = appOf(walked);
    const page = await fillIn(app, at('/confirm-subject'), 'approver', { reason: 'former-name', note: 'too <b>' });
    expect(page.status).toBe(400);
    expect(fieldsOf(page, at('/confirm-subject'))).toMatchObject({ reason: 'former-name', note: 'too <b>' });
    const done = await send(app, at('/confirm-subject'), 'approver', {
      ...fieldsOf(page, at('/confirm-subject')),
      note: 'Everybody calls her that.',
    });
    expect(done.status).toBe(303);
    expect(await doubt.ports.tickets.get(ticketId)).toMatchObject({ ticket: { subjectConfirmed: { by: APPROVER } } });
  });
});

describe('two at once', () => {
  it('a second press of the same button gets the first answer, one after the other and both at once', async () => {
    const fields = { ...fieldsOf(await open(app, at('/hold'), 'filer'), at('/hold')), code: 'litigation' };
    const pressed = await Promise.all([1, 2, 3].map(() => send(app, at('/hold'), 'filer', fields)));
    expect(pressed.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect((await send(app, at('/hold'), 'filer', fields)).status).toBe(303);
    const events = await walked.harness.ports.tickets.events(walked.ticketId);
    expect(events.filter(({ type }) => type === 'hold-placed')).toHaveLength(1);
    const other = await send(app, at('/hold'), 'filer', { ...fields, code: 'internal-review' });
    expect([other.status, other.text.includes('used before')]).toEqual([422, true]);
  });

  it('a form from before another person acted is 412 with what was typed, and sent again it is done', async () => {
    const path = at('/withdraw');
    const fields = { ...fieldsOf(await open(app, path, 'filer'), path), reason: 'by-agent' };
    await fillIn(app, at('/extend'), 'filer', { reason: 'complexity' });
    const stale = await send(app, path, 'filer', fields);
    expect(stale.status).toBe(412);
    expect(stale.text).toContain('The case was changed after you opened this form');
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
    const again = fieldsOf(stale, path);
    expect(again['reason']).toBe('by-agent');
    expect((await send(app, path, 'filer', again)).status).toBe(303);
    expect(await statusOf(walked)).toBe('WITHDRAWN');
  });

  it('If-Match of an earlier version is 412, of the present one it is done; the key gives the first answer', async () => {
    const post = (version: number | '*', key: string, act = '/extend', body: object = { reason: 'complexity' }) =>
      app.request(at(act), {
        method: 'POST',
        headers: {
          ...{ ...JSON_BODY, ...as('filer'), 'idempotency-key': key },
          'if-match': version === '*' ? version : `"${version}"`,
        },
        body: JSON.stringify(body),
      });
    const shown = await app.request(`${at()}.json`, { headers: as('filer') });
    const { version } = (await shown.json()) as { version: number };
    expect(shown.headers.get('etag')).toBe(`"${version}"`);
    expect(await problemOf(await post(version - 1, 'a'))).toMatchObject({ status: 412, code: 'VERSION_STALE' });
    const first = await (await post(version, 'b')).json();
    expect(await (await post(version, 'b')).json()).toEqual(first);
    // RFC 9110, 13.1.1: it holds for any version that there is
    expect((await post('*', 'c', '/hold', { code: 'litigation' })).status).toBe(200);
  });

  it('a session that ended keeps what was typed and loses nothing', async () => {
    const fields = { ...fieldsOf(await open(app, at('/hold'), 'filer'), at('/hold')), code: 'litigation' };
    const body = new URLSearchParams(fields).toString();
    const headers = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };
    const ended = await app.request(at('/hold'), { method: 'POST', headers, body });
    expect(ended.status).toBe(401);
    const page = { status: 401, text: await ended.text(), location: null };
    expect((await send(app, at('/hold'), 'filer', fieldsOf(page, at('/hold')))).status).toBe(303);
    expect(await statusOf(walked)).toBe('ON_HOLD');
  });
});
