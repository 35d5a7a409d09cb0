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
import { caseWorld, file, type CaseWorld } from '#bench/house/case-world.ts';
import { APPROVER, FILER, RECORDS, SUBJECT } from '#bench/house/cases.ts';

const STRANGER = { subject: { name: 'Philippa Vane' } };
const NOTE = 'Philippa Vane married in 2019; the register office confirmed the name before.';
const ticketOf = async (world: CaseWorld, id: string) => (await world.ports.tickets.get(id)).ticket;

/** A ticket whose records name another person than its subject, as the workflow leaves it. */
const doubtful = async (subjectReason: SubjectReason = 'former-name') => {
  const world = await caseWorld();
  const ticketId = await file(world, { ...STRANGER, subjectReason });
  for (const step of [verifyIdentity, triageTicket]) await world.call(step, { ticketId });
  const error = await outcome(world.call(admitForgetSet, { ticketId }));
  await world.call(recordFailure, { ticketId, error });
  return { world, ticketId, error };
};
const confirm = (world: CaseWorld, ticketId: string, by: string, change: object = {}) =>
  world.call(confirmSubject, { ticketId, by, reason: 'former-name', note: NOTE, ...change });

describe('records that do not name the subject', () => {
  it('are refused at filing, by number, and nothing is written', async () => {
    const world = await caseWorld();
    await expect(file(world, STRANGER)).rejects.toMatchObject({
      code: 'SUBJECT_MISMATCH',
      got: 'records 1–3 of another person',
    });
    expect([await world.ports.tickets.list(), world.faults.writes]).toEqual([[], []]);
  });

  it('are refused where one of many is, too', async () => {
    const world = await caseWorld();
    const other = { question: 'Is Casimir Thornbury tall?', answer: 'Yes, very.' };
    await expect(file(world, { forget: { records: [...RECORDS, other] } })).rejects.toMatchObject({
      got: 'record 4 of another person',
    });
  });

  it('are taken where the person goes by another name, too', async () => {
    const world = await caseWorld();
    const ticketId = await file(world, { subject: { name: 'Philippa Vane', aliases: [SUBJECT.toUpperCase()] } });
    for (const step of [verifyIdentity, triageTicket, admitForgetSet]) await world.call(step, { ticketId });
    expect((await ticketOf(world, ticketId)).status).toBe('ADMITTED');
  });

  it('wait with a reason for a second person, before anything is withheld', async () => {
    const { world, ticketId, error } = await doubtful();
    expect(error).toBe('SUBJECT_MISMATCH');
    expect(await ticketOf(world, ticketId)).toMatchObject({ status: 'REMEDIATION', reason: 'SUBJECT_MISMATCH' });
    expect(world.notices.at(-1)).toMatchObject({ to: 'approvers', template: 'remediation' });
  });

  it('are admitted once that person has confirmed them', async () => {
    const { world, ticketId } = await doubtful();
    expect(await confirm(world, ticketId, APPROVER)).toMatchObject({ records: [1, 2, 3] });
    expect(world.engine.started.at(-1)).toMatchObject({ workflow: 'erasure', input: { ticketId } });
    await world.call(admitForgetSet, { ticketId });
    expect(await ticketOf(world, ticketId)).toMatchObject({
      status: 'ADMITTED',
      subjectConfirmed: { by: APPROVER, reason: 'former-name', records: [1, 2, 3] },
    });
  });

  it.each([FILER, 'filer-finn', 'filerfinn'])('are not confirmed by the filer, called %s', async (by) => {
    const { world, ticketId } = await doubtful();
    const before = await world.ports.vault.list(ticketId);
    expect(await outcome(confirm(world, ticketId, by))).toBe('SECOND_PERSON_REQUIRED');
    expect([(await ticketOf(world, ticketId)).status, await world.ports.vault.list(ticketId)]).toEqual([
      'REMEDIATION',
      before,
    ]);
  });

  it.each([
    ['no reason in words', { note: '  ok   ' }],
    ['a reason that is no code of ours', { reason: 'Philippa said so' }],
  ])('are not confirmed with %s', async (_what, change) => {
    const { world, ticketId } = await doubtful();
    expect(await outcome(confirm(world, ticketId, APPROVER, change))).toBe('INVALID_INPUT');
  });

  it('leave the words of the reason in the vault, and a code and a commitment in the log', async () => {
    const { world, ticketId } = await doubtful();
    await confirm(world, ticketId, APPROVER);
    expect(Buffer.from(await world.ports.vault.get(ticketId, 'subject-note')).toString()).toContain(NOTE);
    const seen = [await world.ports.tickets.list(), await world.ports.tickets.events(ticketId), world.notices];
    expect(inspect(seen, { depth: 20 })).not.toMatch(/Philippa|Vane|2019|Marchbanks/);
    expect((await world.ports.tickets.events(ticketId)).at(-2)?.body).toMatch(/"note":"[0-9a-f]{64}"/);
  });

  it('are confirmed once, whichever write was lost', async () => {
    const clean = await doubtful();
    const written = clean.world.faults.writes.length;
    await confirm(clean.world, clean.ticketId, APPROVER);
    const writes = clean.world.faults.writes.slice(written);
    expect(writes.length).toBeGreaterThan(3);
    for (const write of writes)
      for (const mode of ['before', 'after'] as const) {
        const { world, ticketId } = await doubtful();
        world.faults.arm(write, mode);
        await outcome(confirm(world, ticketId, APPROVER));
        await confirm(world, ticketId, APPROVER);
        const types = (await world.ports.tickets.events(ticketId)).map(({ type }) => type);
        expect([write, mode, types.slice(-2), world.engine.started.length]).toEqual([
          write,
          mode,
          ['subject-confirmed', 'resumed'],
          2,
        ]);
      }
  });

  it('cannot be confirmed where nothing is in doubt', async () => {
    const world = await caseWorld();
    const ticketId = await file(world);
    expect(await outcome(confirm(world, ticketId, APPROVER))).toBe('TICKET_ILLEGAL_TRANSITION');
  });
});
