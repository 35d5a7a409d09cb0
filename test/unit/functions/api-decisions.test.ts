// Decisions over HTTP as a forger, a filer and a slow approver try them: forms that were not ours, people who are not
// the ones, evidence that has changed.
import { describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { ACT_NAMES } from '#portal/acts.ts';
import {
  appOf,
  as,
  evidenceOf,
  FORM_BODY,
  inBrowser,
  JSON_BODY,
  problemOf,
  statusOf,
} from '../../support/api-callers.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { walkedToApproval, type WalkedTicket } from '../../support/hand-walked.ts';

describe('the decision', () => {
  const form = async (app: Hono<Env>, { ticketId }: WalkedTicket, who: string) => {
    const page = await (await app.request(`/tickets/${ticketId}/approval`, { headers: inBrowser(who) })).text();
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? '';
    return { csrf: field('csrf'), evidence: field('evidence') };
  };
  const send = (
    app: Hono<Env>,
    { ticketId }: WalkedTicket,
    fields: Record<string, string>,
    headers: Record<string, string>,
  ) =>
    app.request(`/tickets/${ticketId}/approval`, {
      method: 'POST',
      headers: { ...FORM_BODY, ...headers },
      body: new URLSearchParams(fields).toString(),
    });

  it('is taken from the form of the page and leads back to the ticket', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const fields = await form(app, walked, 'approver');
    const response = await send(app, walked, { ...fields, decision: 'approved', reason: '' }, inBrowser('approver'));
    expect([response.status, response.headers.get('location')]).toEqual([303, `/tickets/${walked.ticketId}`]);
    expect(await statusOf(walked)).toBe('DEPLOYING');
  });

  it('is refused with a reason code', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const fields = await form(app, walked, 'approver');
    expect((await send(app, walked, { ...fields, decision: 'refused' }, inBrowser('approver'))).status).toBe(400);
    await send(app, walked, { ...fields, decision: 'refused', reason: 'not-convinced' }, inBrowser('approver'));
    expect(await statusOf(walked)).toBe('REMEDIATION');
  });

  it.each([
    ['without a token', { csrf: '' }],
    ['with a guessed token', { csrf: 'f'.repeat(64) }],
    ['with a token of half the length', { csrf: 'f'.repeat(32) }],
  ])('%s is a forged form', async (_, change) => {
    const walked = await walkedToApproval();
    const fields = { evidence: await evidenceOf(walked), decision: 'approved', ...change };
    const response = await send(appOf(walked), walked, fields, { cookie: 'session=approver' });
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'CSRF_INVALID' });
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });

  it('with the token of other evidence, of another person or of another ticket is a forged form', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const fields = { ...(await form(app, walked, 'approver')), decision: 'approved' };
    const other = { ...fields, evidence: `sha256:${'0'.repeat(64)}` };
    expect((await problemOf(await send(app, walked, other, { cookie: 'session=approver' }))).code).toBe('CSRF_INVALID');
    expect((await problemOf(await send(app, walked, fields, { cookie: 'session=both' }))).code).toBe('CSRF_INVALID');
    const elsewhere = { ...walked, ticketId: 'T-0000000099' };
    expect((await problemOf(await send(app, elsewhere, fields, { cookie: 'session=approver' }))).code).toBe(
      'CSRF_INVALID',
    );
  });

  it('as JSON from a browser session needs the token too', async () => {
    const walked = await walkedToApproval();
    const body = JSON.stringify({ decision: 'approved', evidence: await evidenceOf(walked) });
    const post = (headers: Record<string, string>) =>
      appOf(walked).request(`/tickets/${walked.ticketId}/approval`, {
        method: 'POST',
        headers: { ...JSON_BODY, ...headers },
        body,
      });
    expect((await problemOf(await post({ cookie: 'session=approver' }))).code).toBe('CSRF_INVALID');
    expect((await post(as('approver'))).status).toBe(200);
  });

  const decide = (app: Hono<Env>, { ticketId }: WalkedTicket, who: string, body: object) =>
    app.request(`/tickets/${ticketId}/approval`, {
      method: 'POST',
      headers: { ...JSON_BODY, ...as(who) },
      body: JSON.stringify(body),
    });

  it('cannot be made by the filer, not even with both roles, nor by claiming to be somebody else', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const body = { decision: 'approved', evidence: await evidenceOf(walked) };
    expect(await problemOf(await decide(app, walked, 'filer', body))).toMatchObject({
      status: 403,
      code: 'ACCESS_DENIED',
    });
    expect(await problemOf(await decide(app, walked, 'both', body))).toMatchObject({
      status: 403,
      code: 'APPROVER_IS_FILER',
    });
    const claim = { ...body, approver: APPROVER };
    expect(await problemOf(await decide(app, walked, 'both', claim))).toMatchObject({
      ...{ status: 400, code: 'INVALID_INPUT', got: 'approver' },
    });
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });

  it('on other evidence is stale, and a second one comes too late', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const evidence = await evidenceOf(walked);
    const stale = { decision: 'approved', evidence: `sha256:${'0'.repeat(64)}` };
    expect(await problemOf(await decide(app, walked, 'approver', stale))).toMatchObject({
      status: 409,
      code: 'APPROVAL_STALE',
    });
    expect((await decide(app, walked, 'approver', { decision: 'approved', evidence })).status).toBe(200);
    const late = await decide(app, walked, 'approver', { decision: 'refused', evidence, reason: 'not-convinced' });
    expect(late.status).toBe(409);
    expect((await app.request(`/tickets/${walked.ticketId}/approval`, { headers: as('approver') })).status).toBe(409);
  });
});

describe('other acts', () => {
  it('are done in the name of the one who is signed in', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const act = (who: string, path: string, body: object) =>
      app.request(`/tickets/${walked.ticketId}/${path}`, {
        method: 'POST',
        headers: { ...JSON_BODY, ...as(who) },
        body: JSON.stringify(body),
      });
    expect((await act('auditor', 'hold', { code: 'litigation' })).status).toBe(403);
    expect((await act('filer', 'hold', { code: 'litigation' })).status).toBe(200);
    const { ticket } = await walked.harness.ports.tickets.get(walked.ticketId);
    expect(ticket.status === 'ON_HOLD' && ticket.hold.placedBy).toBe(FILER);
    const released = [
      await act('filer', 'release', {}),
      await act('filer', 'release', {}),
      await act('approver', 'release', {}),
    ];
    expect(await Promise.all(released.map((response) => response.json()))).toEqual([
      ...[{ outcome: 'proposed' }, { outcome: 'proposed' }, { outcome: 'done' }],
    ]);
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });

  it('refuse by name what a body says of who acts, on what, or how it ends', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const before = await walked.harness.ports.tickets.get(walked.ticketId);
    const sent = async (path: string, body: object) => {
      const headers = { ...JSON_BODY, ...as('both') };
      const response = await app.request(`/tickets/${walked.ticketId}/${path}`, {
        ...{ method: 'POST', headers, body: JSON.stringify(body) },
      });
      const { status, code, got } = await problemOf(response);
      return [status, code, got];
    };
    for (const path of [...ACT_NAMES, 'close', 'letters/refusal', 'notes'])
      for (const [name, value] of [
        ['by', APPROVER],
        ['asserted', true],
        ['mayConfirm', true],
        ['ticketId', 'T-another000'],
      ] as const)
        expect([path, ...(await sent(path, { [name]: value }))]).toEqual([path, 400, 'INVALID_INPUT', name]);
    expect(await sent('refuse', { outcome: 'withdrawn' })).toEqual([400, 'INVALID_INPUT', 'outcome']);
    expect(await sent('extend', { reason: 'complexity', by: APPROVER, asserted: true })).toEqual([
      ...[400, 'INVALID_INPUT', 'by, asserted'],
    ]);
    expect(await walked.harness.ports.tickets.get(walked.ticketId)).toEqual(before);
  });

  it('extend the deadline once, and record an identity in the name of the one who checked it', async () => {
    const walked = await walkedToApproval();
    const act = (path: string, body: unknown) =>
      appOf(walked).request(`/tickets/${walked.ticketId}/${path}`, {
        method: 'POST',
        headers: { ...JSON_BODY, ...as('filer') },
        body: JSON.stringify(body),
      });
    expect((await act('extend', { reason: 'boredom' })).status).toBe(400);
    expect((await act('extend', [])).status).toBe(400);
    const { due } = (await (await act('extend', { reason: 'complexity' })).json()) as { due: { statutoryDue: string } };
    expect(due.statutoryDue).toBe('2026-06-02'); // three months from 2 March, a Tuesday
    const check = {
      method: 'document-seen',
      level: 'substantial',
      verifiedAt: '2026-03-01T09:00:00.000Z',
    };
    expect((await act('identity', check)).status).toBe(200); // known already: nothing changes
    expect((await act('identity', { ...check, method: 'hearsay' })).status).toBe(400);
    expect(await problemOf(await act('identity', { ...check, verifiedBy: APPROVER }))).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
      got: 'verifiedBy',
    });
  });

  it('that end a ticket take two people, the second with the role; what the first proposed is shown', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const close = async (who: string) => {
      const headers = { ...JSON_BODY, ...as(who) };
      const body = JSON.stringify({ outcome: 'refused', reason: 'art-17-3-e' });
      return app.request(`/tickets/${walked.ticketId}/close`, { method: 'POST', headers, body });
    };
    expect((await close('auditor')).status).toBe(403);
    expect(await (await close('filer')).json()).toEqual({ outcome: 'proposed' });
    expect(await problemOf(await close('second'))).toMatchObject({ status: 403, code: 'ACCESS_DENIED' });
    const shown = await app.request(`/tickets/${walked.ticketId}`, { headers: as('auditor') });
    expect(await shown.json()).toMatchObject({ proposal: { act: 'refused', reason: 'art-17-3-e', by: FILER } });
    const page = await app.request(`/tickets/${walked.ticketId}`, { headers: inBrowser('auditor') });
    expect(await page.text()).toContain(`${FILER} proposed on`);
    expect(await (await close('approver')).json()).toEqual({ outcome: 'done' });
    const events = await walked.harness.ports.tickets.events(walked.ticketId);
    expect(events.slice(-2).map(({ type, body }) => [type, body.includes('asserted')])).toEqual([
      ...[
        ['act-proposed', false],
        ['closed', false],
      ],
    ]);
  });

  it('from a form of another site are refused for their media type', async () => {
    const walked = await walkedToApproval();
    const response = await appOf(walked).request(`/tickets/${walked.ticketId}/close`, {
      method: 'POST',
      headers: { cookie: 'session=approver', 'content-type': 'text/plain' },
      body: '{"outcome":"cancelled","reason":"x"}',
    });
    expect((await problemOf(response)).code).toBe('MEDIA_TYPE_UNSUPPORTED');
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });
});
