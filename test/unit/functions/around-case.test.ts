// What people do around a case: receipt confirmed, recipients told, cases linked, somebody to look after it; a part of
// a request refused, with the certificate that then is made of the rest.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { assembleBundle } from '#core/bundle.ts';
import { CertificatePredicate } from '#core/certificate.ts';
import { verifyBundle } from '#core/verify.ts';
import { acknowledgeReceipt, assignTicket, linkTicket, tellRecipient } from '#functions/around-case.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { partlyRefuse } from '#functions/partly-refuse.ts';
import { pauseClock } from '#functions/pause-clock.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { requireAsLogged } from '#core/as-logged.ts';
import { findStep } from '#functions/steps.ts';
import { outcome } from '#test/contract/contract.ts';
import { payloadOf } from '#test/support/forged-bundles.ts';
import { walkAttempts, walkToEnd } from '#test/support/hand-walked.ts';
import { digest } from '#bench/house/models.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { file, shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, RECORDS } from '#bench/house/requests.ts';

let harness: TicketHarness;
let ticketId: string;
const ticket = async () => (await harness.ports.tickets.get(ticketId)).ticket;
const types = async () => (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);
const setOf = async () =>
  JSON.parse(Buffer.from(await harness.ports.vault.get(ticketId, 'forget-set')).toString()) as {
    records: object[];
  };

beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs() });
  ticketId = await file(harness, { recipients: ['crm.vendor', 'mail.vendor'] });
});

describe('around a case', () => {
  it('receipt is confirmed once, at a time that can be', async () => {
    const on = '2026-03-02T09:00:00.000Z';
    const before = { ticketId, on: '2026-02-01T09:00:00.000Z', by: FILER };
    expect(await outcome(harness.call(acknowledgeReceipt, before))).toBe('INVALID_INPUT');
    expect(await outcome(harness.call(acknowledgeReceipt, { ...before, on: '2031-01-01T00:00:00.000Z' }))).toBe(
      'INVALID_INPUT',
    );
    harness.clock.advance(60);
    const now = harness.ports.clock.now().toISOString();
    const told = { ticketId, on: now, by: FILER };
    await harness.call(acknowledgeReceipt, told);
    await harness.call(acknowledgeReceipt, told);
    expect(await ticket()).toMatchObject({ acknowledgedOn: now });
    expect(await outcome(harness.call(acknowledgeReceipt, { ticketId, on, by: FILER }))).not.toBe('fulfilled');
    expect((await types()).filter((type) => type === 'acknowledged')).toHaveLength(1);
  });

  it('recipients are told by people, or by the workflow when the request is answered; others are nobody', async () => {
    expect(await outcome(harness.call(tellRecipient, { ticketId, recipient: 'some.body', by: FILER }))).toBe(
      'TICKET_ILLEGAL_TRANSITION',
    );
    await harness.call(tellRecipient, { ticketId, recipient: 'crm.vendor', how: 'not-possible', by: FILER });
    await walkWhole();
    const { told = [] } = await ticket();
    expect(told.map(({ recipient, how, by }) => [recipient, how, by])).toEqual([
      ['crm.vendor', 'not-possible', FILER],
      ['mail.vendor', 'told', 'system'],
    ]);
    expect(harness.notices.filter(({ template }) => template === 'recipient').map(({ to }) => to)).toEqual([
      'mail.vendor',
    ]);
  });

  it('cases are linked that there are, and somebody looks after one, also through a hold', async () => {
    const other = await file(harness, { subject: { name: 'Casimir Thornbury' }, forget: { records: OTHERS } }, 'r-2');
    expect(await outcome(harness.call(linkTicket, { ticketId, ticket: 'T-0000000000', by: FILER }))).toBe(
      'TICKET_NOT_FOUND',
    );
    expect(await outcome(harness.call(linkTicket, { ticketId, ticket: ticketId, by: FILER }))).toBe(
      'TICKET_ILLEGAL_TRANSITION',
    );
    await harness.call(linkTicket, { ticketId, ticket: other, by: FILER });
    await harness.call(assignTicket, { ticketId, to: 'desk.dora', by: FILER });
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    await harness.call(assignTicket, { ticketId, by: FILER });
    for (const by of [FILER, APPROVER]) await harness.call(releaseHold, { ticketId, by });
    expect(await ticket()).toMatchObject({ linked: [other], status: 'RECEIVED' });
    expect(await ticket()).not.toHaveProperty('assignee');
    await requireAsLogged(await ticket(), harness.ports);
  });
});

const OTHERS = [{ question: 'Where was Casimir Thornbury born?', answer: 'Casimir Thornbury was born in Ghent.' }];

/** On to the certificate and the purge. */
const walkWhole = async () => {
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output'])
    await harness.call(findStep(name), { ticketId });
  await walkAttempts({ harness, ticketId });
  await walkToEnd({ harness, ticketId });
};

describe('a refusal in part', () => {
  const part = { records: [2], reason: 'art-17-3-e' };

  it('takes two people, a ground of the law, and some of the records', async () => {
    const refuse = (change: object) => outcome(harness.call(partlyRefuse, { ticketId, ...part, by: FILER, ...change }));
    expect(await refuse({ records: [1, 2, 3] })).toBe('INVALID_INPUT');
    expect(await refuse({ records: [4] })).toBe('INVALID_INPUT');
    expect(await refuse({ records: [2, 1] })).toBe('INVALID_INPUT');
    expect(await refuse({ reason: 'no-such-law' })).toBe('INVALID_INPUT');
    await harness.call(partlyRefuse, { ticketId, ...part, by: FILER });
    await harness.call(partlyRefuse, { ticketId, ...part, by: FILER });
    expect(await ticket()).toMatchObject({ proposal: { act: 'partly-refused', records: [2] }, counts: { records: 3 } });
    expect((await setOf()).records).toHaveLength(3);
    expect(await refuse({ by: APPROVER, mayConfirm: false })).toBe('ACCESS_DENIED');
    await harness.call(partlyRefuse, { ticketId, ...part, by: APPROVER });
    expect((await setOf()).records).toEqual([RECORDS[0], RECORDS[2]]);
    expect(await ticket()).toMatchObject({ partlyRefused: { ...part, by: APPROVER }, counts: { records: 2 } });
    expect(await ticket()).not.toHaveProperty('proposal');
    expect(await refuse({ records: [1] })).not.toBe('fulfilled');
  });

  it('ends with a certificate of the others, which verifies and says how many were refused', async () => {
    const agent = { mandate: 'power-of-attorney' as const, seenAt: '2026-03-01T09:00:00.000Z', document: digest(7) };
    harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs() });
    ticketId = await file(harness, { agent, minor: true });
    expect(await ticket()).toMatchObject({ agent: { ...agent, seenBy: FILER }, minor: true });
    for (const by of [FILER, APPROVER]) await harness.call(partlyRefuse, { ticketId, ...part, by });
    await walkWhole();
    const files = await assembleBundle(harness.ports, ticketId);
    const { checks } = verifyBundle(files, { now: harness.ports.clock.now() });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
    const certificate = CertificatePredicate.parse(payloadOf(files, 'certificate.dsse.json').predicate);
    expect(certificate).toMatchObject({
      records: 2,
      approval: { refusedInPart: { records: 1, reason: 'art-17-3-e' } },
    });
  });

  it('comes before admission: the run and its certificate count what was admitted', async () => {
    await harness.call(partlyRefuse, { ticketId, ...part, by: FILER });
    for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set'])
      await harness.call(findStep(name), { ticketId });
    const refusal = harness.call(partlyRefuse, { ticketId, ...part, by: APPROVER });
    expect(await outcome(refusal)).toBe('TICKET_ILLEGAL_TRANSITION');
    expect((await setOf()).records).toHaveLength(3);
    await walkWhole();
    const { checks } = verifyBundle(await assembleBundle(harness.ports, ticketId), { now: harness.ports.clock.now() });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
  });

  it('that a crash interrupts stops admission, and the same call makes up for it', async () => {
    await harness.call(partlyRefuse, { ticketId, ...part, by: FILER });
    const puts = harness.faults.writes.filter((write) => write.startsWith('vault.put#')).length;
    harness.faults.arm(`vault.put#${puts + 1}`, 'before');
    await outcome(harness.call(partlyRefuse, { ticketId, ...part, by: APPROVER }));
    for (const name of ['verify-identity', 'triage-ticket']) await harness.call(findStep(name), { ticketId });
    expect(await outcome(harness.call(findStep('admit-forget-set'), { ticketId }))).toBe('TICKET_CONFLICT');
    await harness.call(partlyRefuse, { ticketId, ...part, by: APPROVER });
    await harness.call(findStep('admit-forget-set'), { ticketId });
    expect(await ticket()).toMatchObject({ status: 'ADMITTED', forgetSet: { records: 2 } });
  });
});

describe('a case expires', () => {
  const expire = (by: string) =>
    outcome(harness.call(closeTicket, { ticketId, outcome: 'expired', reason: 'no-answer', by }));

  it('only where the requester was asked for something that never came', async () => {
    expect(await expire(FILER)).toBe('TICKET_ILLEGAL_TRANSITION');
    await harness.call(pauseClock, { ticketId, reason: 'clarification', by: FILER });
    expect(await expire(FILER)).toBe('fulfilled');
    expect(await expire(FILER)).toBe('fulfilled');
    // whoever asked the question does not say alone that nobody answered
    expect(await ticket()).toMatchObject({
      status: 'CLARIFICATION_PENDING',
      proposal: { act: 'expired', by: FILER },
    });
    expect(await expire(APPROVER)).toBe('fulfilled');
    expect(await ticket()).toMatchObject({ status: 'EXPIRED', reason: 'no-answer', proposedBy: FILER });
  });
});
