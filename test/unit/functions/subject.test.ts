// Rows of somebody else: refused at filing, and where the filer gives a reason, held back until a second person has
// confirmed them.
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { SubjectReason } from '#core/subject.ts';
import { admitForgetSet } from '#functions/admit-forget-set.ts';
import { confirmSubject } from '#functions/confirm-subject.ts';
import { recordFailure } from '#functions/record-failure.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { outcome } from '#test/contract/contract.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, RECORDS, SUBJECT } from '#bench/house/requests.ts';

const STRANGER = { subject: { name: 'Philippa Vane' } };
const NOTE = 'Philippa Vane married in 2019; the register office confirmed the name before.';
const ticketOf = async (harness: TicketHarness, id: string) => (await harness.ports.tickets.get(id)).ticket;

/** A ticket whose records name another person than its subject, as the workflow leaves it. */
const doubtful = async (subjectReason: SubjectReason = 'former-name') => {
  const harness = await ticketHarness();
  const ticketId = await file(harness, { ...STRANGER, subjectReason });
  for (const step of [verifyIdentity, triageTicket]) await harness.call(step, { ticketId });
  const error = await outcome(harness.call(admitForgetSet, { ticketId }));
  await harness.call(recordFailure, { ticketId, error });
  return { harness, ticketId, error };
};
const confirm = (harness: TicketHarness, ticketId: string, by: string, change: object = {}) =>
  harness.call(confirmSubject, { ticketId, by, reason: 'former-name', note: NOTE, ...change });

describe('records that do not name the subject', () => {
  it('are refused at filing, by number, and nothing is written', async () => {
    const harness = await ticketHarness();
    await expect(file(harness, STRANGER)).rejects.toMatchObject({
      code: 'SUBJECT_MISMATCH',
      got: 'records 1–3 of another person',
    });
    expect([await harness.ports.tickets.list(), harness.faults.writes]).toEqual([[], []]);
  });

  it('are refused where one of many is, too', async () => {
    const harness = await ticketHarness();
    const other = { question: 'Is Casimir Thornbury tall?', answer: 'Yes, very.' };
    await expect(file(harness, { forget: { records: [...RECORDS, other] } })).rejects.toMatchObject({
      got: 'record 4 of another person',
    });
  });

  it('are taken where the person goes by another name, too', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { subject: { name: 'Philippa Vane', aliases: [SUBJECT.toUpperCase()] } });
    for (const step of [verifyIdentity, triageTicket, admitForgetSet]) await harness.call(step, { ticketId });
    expect((await ticketOf(harness, ticketId)).status).toBe('ADMITTED');
  });

  it('wait with a reason for a second person, before anything is withheld', async () => {
    const { harness, ticketId, error } = await doubtful();
    expect(error).toBe('SUBJECT_MISMATCH');
    expect(await ticketOf(harness, ticketId)).toMatchObject({ status: 'REMEDIATION', reason: 'SUBJECT_MISMATCH' });
    expect(harness.notices.at(-1)).toMatchObject({ to: 'approvers', template: 'remediation' });
  });

  it('are admitted once that person has confirmed them', async () => {
    const { harness, ticketId } = await doubtful();
    expect(await confirm(harness, ticketId, APPROVER)).toMatchObject({ records: [1, 2, 3] });
    expect(harness.engine.started.at(-1)).toMatchObject({ workflow: 'erasure', input: { ticketId } });
    await harness.call(admitForgetSet, { ticketId });
    expect(await ticketOf(harness, ticketId)).toMatchObject({
      status: 'ADMITTED',
      subjectConfirmed: { by: APPROVER, reason: 'former-name', records: [1, 2, 3] },
    });
  });

  it.each([FILER, 'filer-finn', 'filerfinn'])('are not confirmed by the filer, called %s', async (by) => {
    const { harness, ticketId } = await doubtful();
    const before = await harness.ports.vault.list(ticketId);
    expect(await outcome(confirm(harness, ticketId, by))).toBe('SECOND_PERSON_REQUIRED');
    expect([(await ticketOf(harness, ticketId)).status, await harness.ports.vault.list(ticketId)]).toEqual([
      'REMEDIATION',
      before,
    ]);
  });

  it.each([
    ['no reason in words', { note: '  ok   ' }],
    ['a reason that is no code of ours', { reason: 'Philippa said so' }],
  ])('are not confirmed with %s', async (_what, change) => {
    const { harness, ticketId } = await doubtful();
    expect(await outcome(confirm(harness, ticketId, APPROVER, change))).toBe('INVALID_INPUT');
  });

  it('leave the words of the reason in the vault, and a code and a commitment in the log', async () => {
    const { harness, ticketId } = await doubtful();
    await confirm(harness, ticketId, APPROVER);
    expect(Buffer.from(await harness.ports.vault.get(ticketId, 'subject-note')).toString()).toContain(NOTE);
    const seen = [await harness.ports.tickets.list(), await harness.ports.tickets.events(ticketId), harness.notices];
    expect(inspect(seen, { depth: 20 })).not.toMatch(/Philippa|Vane|2019|Marchbanks/);
    expect((await harness.ports.tickets.events(ticketId)).at(-2)?.body).toMatch(/"note":"[0-9a-f]{64}"/);
  });

  it('are confirmed once, whichever write was lost', async () => {
    const clean = await doubtful();
    const written = clean.harness.faults.writes.length;
    await confirm(clean.harness, clean.ticketId, APPROVER);
    const writes = clean.harness.faults.writes.slice(written);
    expect(writes.length).toBeGreaterThan(3);
    for (const write of writes)
      for (const mode of ['before', 'after'] as const) {
        const { harness, ticketId } = await doubtful();
        harness.faults.arm(write, mode);
        await outcome(confirm(harness, ticketId, APPROVER));
        await confirm(harness, ticketId, APPROVER);
        const types = (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);
        expect([write, mode, types.slice(-2), harness.engine.started.length]).toEqual([
          write,
          mode,
          ['subject-confirmed', 'resumed'],
          2,
        ]);
      }
  });

  it('cannot be confirmed where nothing is in doubt', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    expect(await outcome(confirm(harness, ticketId, APPROVER))).toBe('TICKET_ILLEGAL_TRANSITION');
  });
});
