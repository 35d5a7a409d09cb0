// The life cycle under random histories: whatever is tried in whatever order, the forbidden paths do not exist. The
// oracle is the list of accepted events, kept beside the tickets and judged by rules written down here a second time.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isQuittanceError } from '#core/errors.ts';
import type { Status, Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { advance, receive } from '#core/transitions.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';
import { eventFor, receivedEvent, type Choice } from '#test/support/histories.ts';

const NOW = new Date('2026-03-02T10:00:00.000Z');
const BEFORE: readonly Status[] = [
  ...(['RECEIVED', 'IDENTITY_PENDING', 'TRIAGE', 'EXEMPTION_PENDING', 'VALIDATED', 'ADMITTED', 'SCHEDULED'] as const),
  ...(['UNLEARNING', 'EVALUATING', 'AWAITING_APPROVAL'] as const),
];
const begin = (): Ticket => receive(receivedEvent(), { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, NOW).ticket;
const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
const HAPPY: readonly TicketEvent['type'][] = [
  ...([
    'identity-verified',
    'triaged',
    'forget-set-admitted',
    'output-suppressed',
    'run-planned',
    'unlearned',
  ] as const),
  ...([
    'evaluated',
    'approved',
    'deployed',
    'served-verified',
    'certified',
    'notified',
    'purged',
    'recertified',
  ] as const),
];
const GOOD: Choice = { who: APPROVER, digest: 1, verdict: 'pass', level: 'substantial', objects: 3 };
const upTo = (last: TicketEvent['type'], from = begin()) =>
  HAPPY.slice(0, HAPPY.indexOf(last) + 1).reduce(
    (ticket, type) => advance(ticket, eventFor(type, ticket, GOOD), NOW).ticket,
    from,
  );
const code = (act: () => unknown) => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return isQuittanceError(error) ? error.code : String(error);
  }
};

const choice: fc.Arbitrary<Choice> = fc.record({
  who: fc.constantFrom(FILER, APPROVER, 'third.tove'),
  digest: fc.integer({ min: 1, max: 2 }),
  verdict: fc.constantFrom('pass' as const, 'fail' as const, 'remediation' as const),
  level: fc.constantFrom('low' as const, 'substantial' as const),
  objects: fc.integer({ min: 2, max: 3 }),
});
const ANY: readonly TicketEvent['type'][] = [
  ...HAPPY,
  ...(['identity-requested', 'approval-refused', 'base-moved', 'rolled-back', 'extended', 'hold-placed'] as const),
  ...(['hold-released', 'closed', 'failed', 'resumed', 'act-proposed', 'exemption-raised'] as const),
];
/** Two moves in three go along the main path, so that histories get deep; the third is anything. */
const move = fc.record({ along: fc.integer({ min: 0, max: 2 }), any: fc.constantFrom(...ANY), choice });
const ALONG: Partial<Record<Status, TicketEvent['type']>> = {
  ...{
    RECEIVED: 'identity-verified',
    IDENTITY_PENDING: 'identity-verified',
    TRIAGE: 'triaged',
    VALIDATED: 'forget-set-admitted',
  },
  ...{ ADMITTED: 'output-suppressed', SCHEDULED: 'run-planned', UNLEARNING: 'unlearned', EVALUATING: 'evaluated' },
  ...{
    AWAITING_APPROVAL: 'approved',
    DEPLOYING: 'deployed',
    VERIFYING_SERVED: 'served-verified',
    COMPLETED: 'certified',
  },
  ...{ EVIDENCE_SEALED: 'purged', ON_HOLD: 'hold-released', REMEDIATION: 'resumed' },
};

interface Accepted {
  event: TicketEvent;
  before: Ticket;
  after: Ticket;
}
const walk = (moves: { along: number; any: TicketEvent['type']; choice: Choice }[]): Accepted[] => {
  const history: Accepted[] = [];
  let ticket = begin();
  for (const { along, any, choice } of moves) {
    const proposes = ticket.status === 'ON_HOLD' && !ticket.proposal;
    const type = along > 0 ? (proposes ? 'act-proposed' : (ALONG[ticket.status] ?? any)) : any;
    const event = eventFor(type, ticket, choice);
    try {
      const after = advance(ticket, event, NOW).ticket;
      history.push({ event, before: ticket, after });
      ticket = after;
    } catch (error) {
      if (!isQuittanceError(error) || error.code === 'INTERNAL') throw error;
    }
  }
  return history;
};
const movesOf = fc.array(move, { minLength: 10, maxLength: 45 });
const SAMPLE = { numRuns: 1500, seed: 20261121 };

/** The same random walks for every law; walked once, which is nearly all of what they cost. */
const histories = fc.sample(movesOf, SAMPLE).map(walk);

type Law = (past: Accepted[], step: Accepted) => boolean;
const obeyed = (history: Accepted[], law: Law) => history.every((step, i) => law(history.slice(0, i + 1), step));

/** Walks that break a law are walked again, for the shortest that does. */
const everywhere = (law: Law) => {
  if (!histories.every((history) => obeyed(history, law)))
    fc.assert(
      fc.property(movesOf, (moves) => obeyed(walk(moves), law)),
      SAMPLE,
    );
};
const entered = ({ before, after }: Accepted, status: Status) => after.status === status && before.status !== status;
const has = (past: Accepted[], type: TicketEvent['type']) => past.some(({ event }) => event.type === type);

describe('a ticket under random histories', () => {
  it('never unlearns without a verified requester, a validated ground and an admitted forget set', () =>
    expect(
      everywhere(
        (past, step) =>
          !entered(step, 'UNLEARNING') ||
          (past.some(({ event }) => event.type === 'identity-verified' && event.identity.level !== 'low') &&
            has(past, 'triaged') &&
            has(past, 'forget-set-admitted') &&
            has(past, 'output-suppressed')),
      ),
    ).toBeUndefined());

  it('never deploys without an approver other than the filer, on the evidence of the latest evaluation', () =>
    expect(
      everywhere((past, step) => {
        if (step.event.type !== 'deployed') return true;
        const approval = past.findLast(({ event }) => event.type === 'approved')?.event;
        const evaluation = past.findLast(({ event }) => event.type === 'evaluated')?.event;
        const candidate = past.findLast(({ event }) => event.type === 'unlearned')?.event;
        return (
          approval?.type === 'approved' &&
          evaluation?.type === 'evaluated' &&
          candidate?.type === 'unlearned' &&
          approval.approver !== FILER &&
          approval.evidence === evaluation.evidence &&
          evaluation.verdict === 'pass' &&
          step.event.digest === candidate.candidate
        );
      }),
    ).toBeUndefined());

  it('does nothing while on hold, and is released by two people', () =>
    expect(
      everywhere((past, step) => {
        if (step.before.status !== 'ON_HOLD') return true;
        if (['extended', 'clock-paused', 'clock-resumed'].includes(step.event.type))
          return step.after.status === 'ON_HOLD';
        if (step.event.type === 'act-proposed') return step.event.act === 'released';
        const first = past.findLast(({ event }) => event.type === 'act-proposed')?.event;
        return step.event.type === 'hold-released' && first?.type === 'act-proposed' && first.by !== step.event.by;
      }),
    ).toBeUndefined());

  it('is refused by two people of whom the second is not the filer, and withdrawn by the filer or by two', () =>
    expect(
      everywhere((past, step) => {
        const { event } = step;
        if (event.type !== 'closed' || (event.outcome !== 'refused' && event.by === FILER)) return true;
        const first = past.findLast((one) => one.event.type === 'act-proposed')?.event;
        const same = first?.type === 'act-proposed' && first.act === event.outcome && first.by !== event.by;
        return same && !(event.outcome === 'refused' && event.by === FILER);
      }),
    ).toBeUndefined());

  it('keeps a proposal only while what it proposes can be done', () =>
    expect(
      everywhere(({}, { after }) => {
        const proposal = 'proposal' in after ? after.proposal : undefined;
        const inside = 'from' in after && after.from.proposal !== undefined;
        const open = ['ON_HOLD', 'REMEDIATION', ...BEFORE].includes(after.status);
        return (
          !inside &&
          (proposal === undefined || (open && (proposal.act === 'released') === (after.status === 'ON_HOLD')))
        );
      }),
    ).toBeUndefined());

  it('comes back from a hold exactly where it was', () =>
    expect(
      everywhere((_past, step) => {
        if (step.event.type !== 'hold-released' || step.before.status !== 'ON_HOLD') return true;
        return step.after.status === step.before.from.status;
      }),
    ).toBeUndefined());

  it('counts its events, and forgets its subject at the purge', () =>
    expect(
      everywhere(
        (past, step) =>
          step.after.sequence === past.length + 1 && (step.after.status !== 'PURGED' || !('subjectKey' in step.after)),
      ),
    ).toBeUndefined());

  it('reached every status in these walks', () => {
    const all: Status[] = [
      ...(['IDENTITY_PENDING', 'TRIAGE', 'VALIDATED', 'ADMITTED', 'SCHEDULED', 'UNLEARNING', 'EVALUATING'] as const),
      ...(['AWAITING_APPROVAL', 'DEPLOYING', 'VERIFYING_SERVED', 'COMPLETED', 'EVIDENCE_SEALED', 'PURGED'] as const),
      ...(['ON_HOLD', 'REMEDIATION', 'REFUSED', 'WITHDRAWN', 'CANCELLED'] as const),
    ];
    const reached = new Set(histories.flatMap((history) => history.map(({ after }) => after.status)));
    expect(all.filter((status) => !reached.has(status))).toEqual([]);
  });
});

describe('a ticket that waits for its approval', () => {
  const waiting = () => upTo('evaluated');
  const decide = (who: string, evidence: number, ticket = waiting()) =>
    code(() =>
      advance(ticket, { type: 'approved', approver: who, evidence: digest(evidence), decision: digest(evidence) }, NOW),
    );

  it('takes a second person who saw the evidence', () => expect(decide(APPROVER, 1)).toBe('accepted'));
  it.each([FILER, 'filerfinn', 'filer_finn'])('refuses the filer, also as %s', (who) =>
    expect(decide(who, 1)).toBe('APPROVER_IS_FILER'),
  );
  it('refuses a decision on other evidence', () => expect(decide(APPROVER, 2)).toBe('APPROVAL_STALE'));
  it('refuses a replay', () => expect(decide(APPROVER, 1, upTo('approved'))).toBe('APPROVAL_REPLAYED'));
  it('refuses an approval before there is evidence', () =>
    expect(decide(APPROVER, 1, upTo('unlearned'))).toBe('APPROVAL_NOT_OPEN'));
});

describe('a ticket', () => {
  it('goes all the way', () => expect(upTo('recertified')).toMatchObject({ status: 'PURGED', outcome: 'completed' }));

  it('refuses a clock that went back', () => {
    const earlier = new Date('2026-03-02T09:59:59.000Z');
    expect(code(() => advance(begin(), { type: 'identity-requested' }, earlier))).toBe('CLOCK_WENT_BACK');
  });

  it('with an exemption cannot be validated', () => {
    const received = { ...receivedEvent(), exemption: { code: 'art-17-3-a' } };
    const { ticket } = receive(received, { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, NOW);
    expect(code(() => upTo('triaged', ticket))).toBe('TICKET_ILLEGAL_TRANSITION');
  });

  it('is not refused for a reason that its law does not know', () => {
    const close = (reason: string) =>
      code(() => advance(begin(), { type: 'closed', outcome: 'refused', reason, by: 'legal.lou' }, NOW));
    expect([close('because'), close('art-17-3-e')]).toEqual(['INVALID_INPUT', 'SECOND_PERSON_REQUIRED']);
  });

  it('that somebody proposed to refuse is refused neither by them nor by its filer', () => {
    const refusal = { reason: 'art-17-3-e' } as const;
    const proposal: TicketEvent = { type: 'act-proposed', act: 'refused', ...refusal, by: 'legal.lou' };
    const { ticket } = advance(begin(), proposal, NOW);
    const close = (by: string) =>
      code(() => advance(ticket, { type: 'closed', outcome: 'refused', ...refusal, by }, NOW));
    expect(['legal.lou', FILER].map(close)).toEqual(Array(2).fill('SECOND_PERSON_REQUIRED'));
    expect(close(APPROVER)).toBe('accepted');
  });

  const exempt = () => {
    const received = { ...receivedEvent(), exemption: { code: 'art-17-3-a' } };
    const { ticket } = receive(received, { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, NOW);
    const triage = advance(ticket, eventFor('identity-verified', ticket, GOOD), NOW).ticket;
    return advance(triage, { type: 'exemption-raised' }, NOW).ticket;
  };

  it('with an exemption is a refusal that the filer proposed, and another person confirms or lifts', () => {
    const close = (by: string): TicketEvent => ({ type: 'closed', outcome: 'refused', reason: 'art-17-3-a', by });
    expect(exempt()).toMatchObject({ proposal: { act: 'refused', reason: 'art-17-3-a', by: FILER } });
    expect([FILER, 'filerfinn', 'filer-finn'].map((by) => code(() => advance(exempt(), close(by), NOW)))).toEqual(
      Array(3).fill('SECOND_PERSON_REQUIRED'),
    );
    expect(advance(exempt(), close(APPROVER), NOW).ticket).toMatchObject({ status: 'REFUSED', closedBy: APPROVER });
    expect(code(() => advance(exempt(), { type: 'resumed', by: FILER }, NOW))).toBe('SECOND_PERSON_REQUIRED');
    const lifted = advance(exempt(), { type: 'resumed', by: APPROVER }, NOW).ticket;
    expect([lifted.status, 'exemption' in lifted, 'proposal' in lifted]).toEqual(['TRIAGE', false, false]);
  });

  it('of a log from before refusals took two people is read as it was', () => {
    const old = { ...receivedEvent(), twoPeople: undefined };
    const { ticket } = receive(old, { subjectKey: 'a'.repeat(64), calendar: CALENDAR }, NOW);
    const closed: TicketEvent = { type: 'closed', outcome: 'refused', reason: 'art-17-3-e', by: 'legal.lou' };
    expect(code(() => advance(ticket, closed, NOW))).toBe('accepted');
  });

  it('is not purged while the vault still answers', () => {
    const event: TicketEvent = { type: 'purged', objects: 3, readsRefused: 2 };
    expect(code(() => advance(upTo('notified'), event, NOW))).toBe('TICKET_ILLEGAL_TRANSITION');
  });
});
