// Two people at the same instant, in both orders: each reads the ticket before the other has written. One act is done
// whole, the other refused as a conflict with nothing of it left, and said again it is judged by what the ticket is
// then.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { problemOf } from '#functions/api/problems.ts';
import { findStep } from '#functions/steps.ts';
import { requestApproval } from '#functions/request-approval.ts';
import type { Ports } from '#core/ports.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { judgedTicket, type JudgedTicket } from '#test/support/judged-ticket.ts';

let c: JudgedTicket;
beforeEach(async () => {
  c = await judgedTicket();
  await c.harness.call(requestApproval, { ticketId: c.ticketId, taskToken: 'waiting' });
});

type Name = 'approve' | 'approve by another' | 'refuse' | 'hold' | 'withdraw' | 'extend';
interface Act {
  readonly step: string;
  readonly input: () => object;
  /** The event that it leaves. */
  readonly event: string;
}
const decision =
  (approver: string, change: object = {}) =>
  () => ({
    approver,
    decision: 'approved',
    evidence: c.evidence,
    ...change,
  });
const ACTS: Readonly<Record<Name, Act>> = {
  approve: { step: 'record-approval', input: decision(APPROVER), event: 'approved' },
  'approve by another': { step: 'record-approval', input: decision('third.tove'), event: 'approved' },
  refuse: {
    step: 'record-approval',
    input: decision('third.tove', { decision: 'refused', reason: 'not-convinced' }),
    event: 'approval-refused',
  },
  hold: { step: 'place-hold', input: () => ({ by: FILER, code: 'litigation' }), event: 'hold-placed' },
  withdraw: {
    step: 'close-ticket',
    input: () => ({ by: FILER, outcome: 'withdrawn', reason: 'by-requester' }),
    event: 'closed',
  },
  extend: { step: 'extend-deadline', input: () => ({ by: FILER, reason: 'complexity' }), event: 'extended' },
};

const run = (name: Name, ports: Ports) =>
  findStep(ACTS[name].step).handle({ ticketId: c.ticketId, ...ACTS[name].input() }, ports);

/** Both acts have read before either writes; the second writes once the first is through. */
const atOnce = async (first: Name, second: Name): Promise<unknown> => {
  const { ports } = c.harness;
  let reads = 0;
  const bothRead = Promise.withResolvers<undefined>();
  const through = Promise.withResolvers<undefined>();
  const meeting = (waits: Promise<unknown>): Ports => ({
    ...ports,
    tickets: {
      ...ports.tickets,
      get: async (id) => {
        const found = await ports.tickets.get(id);
        if (++reads === 2) bothRead.resolve(undefined);
        await bothRead.promise;
        return found;
      },
      commit: async (transition, version) => {
        await waits;
        return ports.tickets.commit(transition, version);
      },
    },
  });
  const winner = run(first, meeting(Promise.resolve())).then(() => through.resolve(undefined));
  const loser = run(second, meeting(through.promise)).then(
    () => 'done',
    (error: unknown) => error,
  );
  await winner;
  return loser;
};

const events = async () => (await c.harness.ports.tickets.events(c.ticketId)).map(({ type }) => type);
const stateOf = async () => ({
  ticket: (await c.harness.ports.tickets.get(c.ticketId)).ticket,
  events: await events(),
  answered: [...c.harness.engine.answered],
  started: c.harness.engine.started.map(({ name }) => name),
  notices: c.harness.notices.map(({ id }) => id),
});

/** First, second, and what becomes of the second when it is said again. */
const RACES: readonly (readonly [Name, Name, string])[] = [
  ['hold', 'approve', 'TICKET_ON_HOLD'],
  ['approve', 'hold', 'done'],
  ['withdraw', 'approve', 'TICKET_CLOSED'],
  ['approve', 'withdraw', 'TICKET_ILLEGAL_TRANSITION'],
  ['extend', 'approve', 'done'],
  ['approve', 'extend', 'done'],
  ['approve', 'approve by another', 'APPROVAL_REPLAYED'],
  ['approve by another', 'approve', 'APPROVAL_REPLAYED'],
  ['approve', 'refuse', 'APPROVAL_REPLAYED'],
  ['refuse', 'approve', 'APPROVAL_NOT_OPEN'],
  ['hold', 'withdraw', 'TICKET_ON_HOLD'],
  ['withdraw', 'hold', 'TICKET_CLOSED'],
];

describe('at the same instant', () => {
  it.each(RACES)('%s comes before %s, which conflicts, and again is %s', async (first, second, again) => {
    const refused = await atOnce(first, second);
    const { status, code, hint } = problemOf(refused);
    expect([status, code, hint]).toEqual([409, 'TICKET_CONFLICT', 'read it again and repeat']);
    const raced = await stateOf();

    const alone = await judgedAlone(first);
    expect(raced).toEqual(alone);

    const repeated = await run(second, c.harness.ports).then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    );
    expect(repeated).toBe(again);
    const done = [ACTS[first].event, ...(again === 'done' ? [ACTS[second].event] : [])];
    expect((await events()).slice(-done.length)).toEqual(done);
  });

  /** What the first act leaves when nobody else is there. */
  const judgedAlone = async (first: Name) => {
    const raced = c;
    c = await judgedTicket();
    await c.harness.call(requestApproval, { ticketId: c.ticketId, taskToken: 'waiting' });
    await run(first, c.harness.ports);
    const state = await stateOf();
    c = raced;
    return state;
  };
});
