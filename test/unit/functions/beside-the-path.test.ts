// What happens to a ticket beside its way: it is put on hold, withdrawn, or its deadline is extended.
import { describe, expect, it } from '@jest/globals';
import { admitForgetSet } from '#functions/admit-forget-set.ts';
import { extendDeadline } from '#functions/extend-deadline.ts';
import { awaitRelease, placeHold, releaseHold } from '#functions/holds.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { requestIdentity } from '#functions/request-identity.ts';
import { suppressOutput } from '#functions/suppress-output.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { outcome } from '#test/contract/contract.ts';
import { LOW, REFUSED, status } from '#test/support/filed-tickets.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { FILER } from '#bench/house/requests.ts';

describe('a hold', () => {
  it('stops every step, is lifted by two people, and lets the workflow go on when it is', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    await harness.call(verifyIdentity, { ticketId });
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    const steps = [verifyIdentity, triageTicket, admitForgetSet, suppressOutput];
    const codes = await Promise.all(steps.map((step) => outcome(harness.call(step, { ticketId }))));
    expect(codes).toEqual(steps.map(() => 'TICKET_ON_HOLD'));
    await harness.call(awaitRelease, { ticketId, taskToken: 'waiting' });
    const release = (by: string) => harness.call(releaseHold, { ticketId, by });
    for (const by of [FILER, FILER, 'filerfinn']) expect(await release(by)).toEqual({ outcome: 'proposed' });
    expect([await status(harness, ticketId), harness.engine.answered.has('waiting')]).toEqual(['ON_HOLD', false]);
    expect(await outcome(harness.call(releaseHold, { ticketId, by: 'desk.dora', mayConfirm: false }))).toBe(
      'ACCESS_DENIED',
    );
    expect(await release('legal.lou')).toEqual({ outcome: 'done' });
    expect([await status(harness, ticketId), harness.engine.answered.has('waiting')]).toEqual(['TRIAGE', true]);
  });
});

describe('a withdrawal', () => {
  it('ends the waiting workflow and starts the one that notifies and purges', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { identity: LOW });
    await harness.call(requestIdentity, { ticketId, taskToken: 'waiting' });
    const close = { ticketId, outcome: 'withdrawn', reason: 'by-subject', by: FILER };
    await harness.call(closeTicket, close);
    await harness.call(closeTicket, close);
    expect(harness.engine.answered.get('waiting')).toEqual({ error: 'TICKET_CLOSED' });
    expect(harness.engine.started.map(({ name }) => name)).toEqual([ticketId, `${ticketId}-close`]);
    expect(await outcome(harness.call(triageTicket, { ticketId }))).toBe('TICKET_CLOSED');
  });

  it('by anybody else than the filer, and every refusal, takes two people who ask for the same', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { identity: LOW });
    const close = (by: string, change: object) => harness.call(closeTicket, { ticketId, ...REFUSED, by, ...change });
    const withdrawn = { outcome: 'withdrawn', reason: 'by-subject' };
    expect(await close('legal.lou', withdrawn)).toEqual({ outcome: 'proposed' });
    // another act, or another reason for it, is another proposal
    expect(await close('desk.dora', {})).toEqual({ outcome: 'proposed' });
    expect(await close('legal.lou', { reason: 'art-17-3-b' })).toEqual({ outcome: 'proposed' });
    expect(await outcome(close(FILER, { reason: 'art-17-3-b' }))).toBe('SECOND_PERSON_REQUIRED');
    expect(await status(harness, ticketId)).toBe('RECEIVED');
    expect(await close('desk.dora', { reason: 'art-17-3-b' })).toEqual({ outcome: 'done' });
    expect(await status(harness, ticketId)).toBe('REFUSED');
  });
});

describe('an extension', () => {
  const extend = (harness: TicketHarness, ticketId: string) =>
    harness.call<{ due: { statutoryDue: string } }>(extendDeadline, {
      ticketId,
      reason: 'complexity',
      by: 'legal.lou',
    });

  it('is granted once, with two further months, and told once', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    const due = [
      (await extend(harness, ticketId)).due.statutoryDue,
      (await extend(harness, ticketId)).due.statutoryDue,
    ];
    expect(due).toEqual(['2026-06-02', '2026-06-02']);
    expect(harness.notices.filter(({ template }) => template === 'extension')).toHaveLength(1);
  });

  it('comes too late when the first period is over', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    harness.clock.advance(40 * 86_400);
    expect(await outcome(extend(harness, ticketId))).toBe('TICKET_ILLEGAL_TRANSITION');
  });
});
