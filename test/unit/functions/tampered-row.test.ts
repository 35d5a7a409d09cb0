// Each field of a ticket's row, edited in the store between its approval and each step that cannot be taken back: the
// step stops, names the field, and has written nothing. So does a row that was put back to an earlier moment, or says
// that the work is done.
import { describe, expect, it } from '@jest/globals';
import type { Ticket } from '#core/ticket.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { findStep } from '#functions/steps.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { edited, leavesOf, otherwise, run } from '#test/support/edited-rows.ts';
import { walkedToApproval, type WalkedTicket } from '#test/support/hand-walked.ts';

const STEPS = ['deploy-model', 'probe-served-model', 'issue-certificate', 'notify-parties', 'purge-case'] as const;
const CHECKED = [
  'deploy-model',
  'probe-served-model',
  'issue-certificate',
  'purge-case',
  'destroy-quarantined',
] as const;

/** A ticket to which these steps have happened, everything in the log; and its rows after each. */
const walkedThrough = async (steps: readonly string[]): Promise<WalkedTicket & { rows: Ticket[] }> => {
  const { harness, ticketId } = await walkedToApproval();
  const now = async () => (await harness.ports.tickets.get(ticketId)).ticket;
  const rows = [await now()];
  const evidence = 'evidence' in rows[0]! ? rows[0].evidence : '';
  await findStep('record-approval').handle(
    { ticketId, approver: APPROVER, decision: 'approved', evidence },
    harness.ports,
  );
  rows.push(await now());
  for (const step of steps) {
    await findStep(step).handle({ ticketId }, harness.ports);
    rows.push(await now());
  }
  await harness.call(sequenceLog, {});
  return { harness, ticketId, rows };
};

/** A ticket to which the next thing that happens is this step. */
const before = async (step: (typeof CHECKED)[number]): Promise<WalkedTicket & { rows: Ticket[] }> => {
  const walked = await walkedThrough(step === 'destroy-quarantined' ? STEPS : STEPS.slice(0, STEPS.indexOf(step)));
  if (step === 'destroy-quarantined') walked.harness.clock.advance(400 * 86_400);
  return walked;
};

/** Events that wait for the log go into it before they are compared with it. */
const OF_THE_LOG = /^(logStorage|logHead|tickets\.markSequenced)/;

/** What the step says to a store with this row, and what it has written. */
const tried = async ({ harness, ticketId }: WalkedTicket, step: string, row: object) => {
  const { length } = harness.faults.writes;
  const input = step === 'destroy-quarantined' ? { model: 'house' } : { ticketId };
  const said = await run(
    step,
    input,
    edited(harness, () => row),
  );
  return { said, wrote: harness.faults.writes.slice(length).filter((write) => !OF_THE_LOG.test(write)) };
};

describe('before', () => {
  it.each(CHECKED)('%s, each field of the row that was edited stops it by its name', async (step) => {
    const walked = await before(step);
    const ticket = walked.rows.at(-1)!;
    // by `id` its events are found; whose it is the certificate's step may not ask, and the purge behind it does
    const unseen = step === 'issue-certificate' ? ['id', 'subjectKey'] : ['id'];
    const paths = leavesOf(ticket).filter(([first = '']) => !unseen.includes(first));
    const missed: string[] = [];
    for (const path of paths) {
      const { said, wrote } = await tried(walked, step, otherwise(ticket, path) as Ticket);
      const [code, named = ''] = said.split(' ');
      const isNamed = code === 'TICKET_NOT_AS_LOGGED' && path.join('.').startsWith(named);
      if (!isNamed || wrote.length > 0) missed.push(`${path.join('.')}: ${said}, wrote ${wrote.join(', ')}`);
    }
    expect(paths.length).toBeGreaterThan(80);
    expect(missed).toEqual([]);
    expect(await tried(walked, step, {})).toMatchObject({ said: 'done' });
  });

  it.each(['model', 'what it replaced', 'model and what it replaced'])(
    'destruction, another %s in the row of a ticket that was deployed and never certified stops it',
    async (edit) => {
      const walked = await walkedThrough(['deploy-model']);
      walked.harness.clock.advance(400 * 86_400);
      const ticket = walked.rows.at(-1)!;
      const deployed = 'deployed' in ticket && { ...ticket.deployed, previous: 'sha256:'.padEnd(71, '0') };
      const { said, wrote } = await tried(walked, 'destroy-quarantined', {
        ...(edit.includes('model') && { model: 'elsewhere' }),
        ...(edit.includes('replaced') && { deployed }),
      });
      expect([said.split(' ')[0], wrote]).toEqual(['TICKET_NOT_AS_LOGGED', []]);
      expect(await tried(walked, 'destroy-quarantined', {})).toMatchObject({ said: 'done' });
    },
  );

  it.each(CHECKED)('%s, a whole row of another moment stops it', async (step) => {
    const walked = await before(step);
    const { rows } = await walkedThrough(STEPS);
    const others = rows.filter(({ status }) => status !== walked.rows.at(-1)!.status);
    expect(others.length).toBeGreaterThan(4);
    for (const row of others) {
      const gone = Object.fromEntries(Object.keys(walked.rows.at(-1)!).map((key) => [key, undefined]));
      const { said, wrote } = await tried(walked, step, { ...gone, ...row, id: walked.ticketId });
      expect([row.status, said.split(' ')[0], wrote]).toEqual([row.status, 'TICKET_NOT_AS_LOGGED', []]);
    }
  });
});
