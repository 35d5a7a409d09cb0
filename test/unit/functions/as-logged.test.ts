// A row that somebody has edited against the log that says otherwise: each step that cannot be taken back stops, names
// the field, and changes nothing.
import { describe, expect, it } from '@jest/globals';
import { requireAsLogged, requireCaseAsLogged } from '#core/as-logged.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import type { Ticket } from '#core/ticket.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { edited, leavesOf, otherwise, refusal, run } from '#test/support/edited-rows.ts';
import { walkedToApproval, walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';

const approval = async ({ harness, ticketId }: WalkedTicket, approver: string) => {
  const { ticket } = await harness.ports.tickets.get(ticketId);
  return { ticketId, approver, decision: 'approved', evidence: 'evidence' in ticket ? ticket.evidence : '' };
};
describe('a row that is not what was logged', () => {
  it('with another filer does not let the true filer approve, nor anybody', async () => {
    const walked = await walkedToApproval();
    const { harness, ticketId } = walked;
    const writes = harness.faults.writes.length;
    const ports = edited(harness, () => ({ filer: 'somebody.else' }));
    for (const who of [FILER, APPROVER])
      expect(await run('record-approval', await approval(walked, who), ports)).toBe('TICKET_NOT_AS_LOGGED filer');
    expect([harness.faults.writes.length, (await harness.ports.tickets.get(ticketId)).ticket.status]).toEqual([
      writes,
      'AWAITING_APPROVAL',
    ]);
    expect(await run('record-approval', await approval(walked, APPROVER), harness.ports)).toBe('done');
  });

  it.each([
    ['evidence', { evidence: `sha256:${'e'.repeat(64)}` }],
    ['model', { model: 'another' }],
    ['policy', { policy: `sha256:${'e'.repeat(64)}` }],
    ['updatedAt', { updatedAt: '2026-03-02T11:00:00.000Z' }],
    ['twoPeople', { twoPeople: undefined }],
  ])('in its %s is not approved', async (field, change) => {
    const walked = await walkedToApproval();
    const asked = { ...(await approval(walked, APPROVER)), ...('evidence' in change ? change : {}) };
    expect(
      await run(
        'record-approval',
        asked,
        edited(walked.harness, () => change),
      ),
    ).toBe(`TICKET_NOT_AS_LOGGED ${field}`);
  });

  it('in its plan is not deployed, and the model that is served stays', async () => {
    const walked = await walkedToApproval();
    const { harness, ticketId } = walked;
    await run('record-approval', await approval(walked, APPROVER), harness.ports);
    const plan = `sha256:${'f'.repeat(64)}`;
    const ports = edited(harness, (ticket) => ('run' in ticket ? { run: { ...ticket.run, plan } } : {}));
    expect(await run('deploy-model', { ticketId }, ports)).toBe('TICKET_NOT_AS_LOGGED run.plan');
    expect(harness.served.get('house')).toBe(harness.base);
  });

  it('is not purged: the data key stays', async () => {
    const walked = await walkedToApproval();
    const { harness, ticketId } = walked;
    await run('record-approval', await approval(walked, APPROVER), harness.ports);
    for (const step of ['deploy-model', 'probe-served-model', 'issue-certificate', 'notify-parties'])
      expect(await run(step, { ticketId }, harness.ports)).toBe('done');
    const ports = edited(harness, () => ({ filer: APPROVER }));
    expect(await run('purge-case', { ticketId }, ports)).toBe('TICKET_NOT_AS_LOGGED filer');
    expect(await harness.ports.vault.list(ticketId)).toContain('request');
  });

  it('is noticed by a re-certification, and keeps what its deployment replaced from being destroyed', async () => {
    const { harness } = await walkedToEnd();
    const ports = edited(harness, () => ({ filer: APPROVER }));
    const check = { continuity: 'same', suite: false, job: '', planDigest: '' };
    const record = (all: Ports) => run('record-recertification', { model: 'house', check }, all);
    expect(await record(ports)).toBe('TICKET_NOT_AS_LOGGED filer');
    harness.clock.advance(400 * 86_400);
    expect(await run('destroy-quarantined', { model: 'house' }, ports)).toBe('TICKET_NOT_AS_LOGGED filer');
    expect(await harness.ports.artifacts.has(harness.base)).toBe(true);
    expect([await record(harness.ports), await run('destroy-quarantined', { model: 'house' }, harness.ports)]).toEqual([
      ...['done', 'done'],
    ]);
    expect(await harness.ports.artifacts.has(harness.base)).toBe(false);
  });
});

describe('events that are not what was logged', () => {
  const asLogged = async (change: (all: StoredEvent[]) => StoredEvent[], row: object = {}) => {
    const { harness, ticketId } = await walkedToApproval();
    const ports = edited(harness, () => row, change);
    return refusal(requireAsLogged((await ports.tickets.get(ticketId)).ticket, ports));
  };
  const first = (edit: (event: StoredEvent) => StoredEvent) => (all: StoredEvent[]) =>
    all.map((event) => (event.sequence === 1 ? edit(event) : event));
  const other = (event: StoredEvent) => ({ ...event, body: event.body.replaceAll(FILER, 'somebody.else') });

  it('are found where row and event were edited alike', async () => {
    expect(await asLogged((all) => all)).toBe('done');
    expect(await asLogged(first(other), { filer: 'somebody.else' })).toBe('TICKET_NOT_AS_LOGGED events.1');
  });

  it('are found where an edited one is said to have no place in the log yet', async () => {
    const unlogged = ({ eventId, ticketId, sequence, type, at, body }: StoredEvent): StoredEvent => ({
      eventId,
      ticketId,
      sequence,
      type,
      at,
      body,
    });
    const row = { filer: 'somebody.else' };
    expect(
      await asLogged(
        first((event) => unlogged(other(event))),
        row,
      ),
    ).toBe('TICKET_NOT_AS_LOGGED events');
    expect(await asLogged((all) => first(other)(all).map(unlogged), row)).toBe('TICKET_NOT_AS_LOGGED events');
  });

  it('are found where one is left out', async () => {
    expect(await asLogged((all) => all.slice(0, -1))).toMatch(/^TICKET_NOT_AS_LOGGED /);
  });
});

describe('a row that was read before somebody wrote', () => {
  it('is read again, and nobody is told that it was edited', async () => {
    const walked = await walkedToApproval();
    const { harness, ticketId } = walked;
    const { ticket } = await harness.ports.tickets.get(ticketId);
    await run('record-approval', await approval(walked, APPROVER), harness.ports);
    expect(await refusal(requireAsLogged(ticket, harness.ports))).toMatch(/^TICKET_CONFLICT/);
    const { ticket: now } = await harness.ports.tickets.get(ticketId);
    await requireAsLogged(now, harness.ports);
  });

  it('and of which a restored vault has nothing left, is compared in all else', async () => {
    const { harness, ticketId } = await walkedToApproval();
    const { ticket } = await harness.ports.tickets.get(ticketId);
    const commit = () => Promise.reject(new QuittanceError('NOT_FOUND', { message: 'no such case' }));
    const ports = { ...harness.ports, vault: { ...harness.ports.vault, commit } };
    await requireCaseAsLogged(ticket, ports);
    const edited = { ...ticket, filer: 'somebody.else' };
    expect(await refusal(requireCaseAsLogged(edited, ports))).toMatch(/^TICKET_NOT_AS_LOGGED filer/);
  });
});

describe('each field of a row', () => {
  it('that is not what was logged stops a step by its name', async () => {
    const { harness, ticketId } = await walkedToApproval();
    const { ticket } = await harness.ports.tickets.get(ticketId);
    const paths = leavesOf(ticket).filter((path) => path[0] !== 'id'); // by which its events are found
    const missed: string[] = [];
    for (const path of paths) {
      const said = await refusal(requireCaseAsLogged(otherwise(ticket, path) as Ticket, harness.ports));
      const named = said.split(' ')[1] ?? '';
      const isNamed = said.startsWith('TICKET_NOT_AS_LOGGED ') && path.join('.').startsWith(named);
      if (!isNamed) missed.push(path.join('.'));
    }
    expect(paths.length).toBeGreaterThan(80);
    expect(missed).toEqual([]);
  });
});
