// Each rule of the life cycle alone, at its edge: what it lets pass and what it objects to, by code. That the table
// asks them is the matter of transitions.test.ts.
import { describe, expect, it } from '@jest/globals';
import type { Guard } from '#core/guard.ts';
import { GUARDS } from '#core/guards.ts';
import type { Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { advance } from '#core/transitions.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';
import {
  after,
  ALL_TYPES,
  along,
  ask,
  asked,
  endedBy,
  filed,
  GOOD,
  ILLEGAL,
  inStatus,
  NOW,
  passing,
} from '#test/support/guarded-tickets.ts';
import { eventFor, type Choice } from '#test/support/histories.ts';

const [timeMovesOn, notPurged, notClosed, notOnHold] = GUARDS.always as readonly [Guard, Guard, Guard, Guard];

/** What goes on around a case. */
const AROUND = ['acknowledged', 'assigned', 'attached', 'commented', 'linked', 'recipient-told'];

describe('asked of every event', () => {
  const closedAs = (verdict: Choice['verdict']) => endedBy(filed(), verdict);

  it('time moves on, or stands', () => {
    const at = (ms: number) =>
      asked(timeMovesOn, filed(), { type: 'triaged' }, new Date(NOW.getTime() + ms).toISOString());
    expect([at(-1), at(0), at(1)]).toEqual(['CLOCK_WENT_BACK', 'passes', 'passes']);
  });

  it('a purged ticket is certified again and nothing else', () => {
    const later = ['approval-key-ended', 'log-key-ended', 'recertified', 'service-key-ended', 'timestamped'];
    expect(passing(notPurged, along('purged')).sort()).toEqual(later);
    expect(ask(notPurged, along('purged'), 'resumed')).toBe('TICKET_PURGED');
    expect(passing(notPurged, filed())).toEqual(ALL_TYPES);
  });

  it.each(['pass', 'fail', 'remediation'] as const)(
    'a closed ticket is told of, looked at and purged, and nothing else (%s)',
    (how) => {
      const allowed = [
        ...AROUND,
        'appealed',
        'letter-sending',
        'letter-sent',
        'letter-written',
        'log-key-ended',
        'notified',
        'purged',
        'request-viewed',
      ];
      expect(passing(notClosed, closedAs(how)).sort()).toEqual(allowed.sort());
      expect(ask(notClosed, closedAs(how), 'resumed')).toBe('TICKET_CLOSED');
    },
  );

  it('an open or purged ticket is not closed', () => {
    for (const ticket of [filed(), along('evaluated'), along('purged')])
      expect(passing(notClosed, ticket)).toEqual(ALL_TYPES);
  });

  it('a ticket on hold is looked at and released, its legal clock goes on, and nothing else', () => {
    const held = after(filed(), 'hold-placed');
    const clock = ['clock-paused', 'clock-resumed', 'extended'];
    const allowed = [
      ...AROUND,
      'act-proposed',
      'appeal-decided',
      'appealed',
      ...clock,
      'hold-released',
      'letter-sending',
      'letter-sent',
      'letter-written',
      'request-viewed',
    ];
    expect(passing(notOnHold, held).sort()).toEqual(allowed.sort());
    const withdrawal: TicketEvent = { type: 'act-proposed', act: 'withdrawn', reason: 'by-requester', by: APPROVER };
    expect(asked(notOnHold, held, withdrawal)).toBe('TICKET_ON_HOLD');
    expect(ask(notOnHold, after(filed(), 'hold-placed'), 'closed')).toBe('TICKET_ON_HOLD');
    expect(passing(notOnHold, filed())).toEqual(ALL_TYPES);
  });
});

describe('the requester', () => {
  it('is verified to the level that the regime asks for', () => {
    const level = (one: Choice['level']) => ask(GUARDS.levelSuffices, filed(), 'identity-verified', { level: one });
    expect([level('low'), level('substantial')]).toEqual(['TICKET_IDENTITY', 'passes']);
    expect(ask(GUARDS.levelSuffices, filed(), 'triaged')).toBe('TICKET_IDENTITY');
  });

  it('was verified before the ticket goes on', () => {
    const verified = inStatus(along('identity-verified'), 'TRIAGE');
    const barely: Ticket = { ...verified, identity: { ...verified.identity, level: 'low' } };
    const asks = [filed(), barely, verified].map((ticket) => ask(GUARDS.identityVerified, ticket, 'triaged'));
    expect(asks).toEqual(['TICKET_IDENTITY', 'TICKET_IDENTITY', 'passes']);
  });

  it('is refused where an exemption is claimed', () => {
    const exempt = filed({ exemption: { code: 'art-17-3-a' } });
    const asks = (guard: Guard) => [exempt, filed()].map((ticket) => ask(guard, ticket, 'triaged'));
    expect(asks(GUARDS.noExemption)).toEqual([ILLEGAL, 'passes']);
    expect(asks(GUARDS.hasExemption)).toEqual(['passes', ILLEGAL]);
  });
});

describe('records whose subject is in doubt', () => {
  const failed = (code: string): Ticket =>
    advance(filed(), { type: 'failed', step: 'admit-forget-set', code }, NOW).ticket;

  it('are confirmed where the ticket stopped for them', () => {
    const confirmed = (ticket: Ticket) => ask(GUARDS.subjectInDoubt, ticket, 'subject-confirmed');
    expect(confirmed(failed('SUBJECT_MISMATCH'))).toBe('passes');
    expect([confirmed(failed('JOB_FAILED')), confirmed(filed())]).toEqual([ILLEGAL, ILLEGAL]);
    const closed = { ...inStatus(endedBy(filed(), 'fail'), 'WITHDRAWN'), reason: 'SUBJECT_MISMATCH' };
    expect(confirmed(closed)).toBe(ILLEGAL);
  });

  it('are confirmed by another person than the filer, however the name is written', () => {
    const by = (who: string) =>
      ask(GUARDS.confirmerIsNotFiler, failed('SUBJECT_MISMATCH'), 'subject-confirmed', { who });
    expect([by(APPROVER), by(FILER), by('filer-finn')]).toEqual([
      ...['passes', 'SECOND_PERSON_REQUIRED', 'SECOND_PERSON_REQUIRED'],
    ]);
    expect(ask(GUARDS.confirmerIsNotFiler, filed(), 'triaged')).toBe('SECOND_PERSON_REQUIRED'); // of nobody
  });
});

describe('a run', () => {
  const scheduled = () => along('output-suppressed');

  it('is planned under the policy in force', () => {
    expect(ask(GUARDS.policyUnchanged, scheduled(), 'run-planned')).toBe('passes');
    expect(ask(GUARDS.policyUnchanged, scheduled(), 'run-planned', { digest: 2 })).toBe('TICKET_ILLEGAL_TRANSITION');
    expect(ask(GUARDS.policyUnchanged, scheduled(), 'unlearned')).toBe('TICKET_ILLEGAL_TRANSITION');
  });

  it('is numbered without gaps', () => {
    const planned = (ticket: Ticket, number: number): TicketEvent => {
      const event = eventFor('run-planned', ticket, GOOD);
      return event.type === 'run-planned' ? { ...event, run: { ...event.run, number } } : event;
    };
    const numbers = (ticket: Ticket) => [1, 2, 3].map((n) => asked(GUARDS.runIsNext, ticket, planned(ticket, n)));
    expect(numbers(scheduled())).toEqual(['passes', 'TICKET_ILLEGAL_TRANSITION', 'TICKET_ILLEGAL_TRANSITION']);
    expect(numbers(along('evaluated'))).toEqual(['TICKET_ILLEGAL_TRANSITION', 'passes', 'TICKET_ILLEGAL_TRANSITION']);
    expect(numbers(filed())).toEqual(Array(3).fill('TICKET_ILLEGAL_TRANSITION'));
    expect(ask(GUARDS.runIsNext, scheduled(), 'unlearned')).toBe('TICKET_ILLEGAL_TRANSITION');
  });

  it('that passed ends the ladder', () => {
    const ticket = along('unlearned');
    const evaluated = (verdict: Choice['verdict'], climb: boolean) => {
      const event = eventFor('evaluated', ticket, { ...GOOD, verdict });
      return asked(GUARDS.passDoesNotClimb, ticket, event.type === 'evaluated' ? { ...event, climb } : event);
    };
    expect([evaluated('pass', true), evaluated('pass', false)]).toEqual(['TICKET_ILLEGAL_TRANSITION', 'passes']);
    expect([evaluated('fail', true), evaluated('fail', false)]).toEqual(['passes', 'passes']);
    expect(ask(GUARDS.passDoesNotClimb, ticket, 'unlearned')).toBe('TICKET_ILLEGAL_TRANSITION');
  });
});

describe('an approval', () => {
  it('is open while the ticket waits for one, and once', () => {
    const asks = [along('unlearned'), along('evaluated'), along('approved')].map((ticket) =>
      ask(GUARDS.approvalOpen, ticket, 'approved'),
    );
    expect(asks).toEqual(['APPROVAL_NOT_OPEN', 'passes', 'APPROVAL_REPLAYED']);
  });

  it.each(['approved', 'approval-refused'] as const)('is not of the filer (%s)', (type) => {
    const ticket = along('evaluated');
    expect(ask(GUARDS.approverIsNotFiler, ticket, type)).toBe('passes');
    expect(ask(GUARDS.approverIsNotFiler, ticket, type, { who: FILER })).toBe('APPROVER_IS_FILER');
    for (const who of ['fi1er.finn', 'fiIer.finn'])
      expect(ask(GUARDS.approverIsNotFiler, ticket, type, { who })).toBe('APPROVER_IS_FILER');
    expect(ask(GUARDS.approverIsNotFiler, ticket, 'resumed')).toBe('APPROVER_IS_FILER');
  });

  it('is of the evidence that was shown', () => {
    const ask2 = (ticket: Ticket, n: number) => ask(GUARDS.evidenceUnchanged, ticket, 'approved', { digest: n });
    expect([ask2(along('evaluated'), 1), ask2(along('evaluated'), 2)]).toEqual(['passes', 'APPROVAL_STALE']);
    expect(ask2(along('unlearned'), 1)).toBe('APPROVAL_STALE');
    expect(ask(GUARDS.evidenceUnchanged, along('evaluated'), 'resumed')).toBe('APPROVAL_STALE');
    const without: TicketEvent = { type: 'recertified', state: 'current', evidence: undefined };
    expect(asked(GUARDS.evidenceUnchanged, along('unlearned'), without)).toBe('APPROVAL_STALE');
  });
});

describe('what is deployed', () => {
  const deploying = () => inStatus(along('approved'), 'DEPLOYING');
  const deployed = (ticket: Ticket, n = 1) => ask(GUARDS.deployedIsApproved, ticket, 'deployed', { digest: n });

  it('is the candidate that a second person approved on this evidence', () => {
    const { approval } = deploying();
    expect([deployed(deploying()), deployed(deploying(), 2)]).toEqual(['passes', ILLEGAL]);
    expect(deployed({ ...deploying(), approval: { ...approval, evidence: digest(7) } })).toBe(ILLEGAL);
    expect(deployed({ ...deploying(), approval: { ...approval, approver: FILER } })).toBe(ILLEGAL);
  });

  it('waits for its approval, and comes once', () => {
    expect([deployed(along('evaluated')), deployed(along('deployed'))]).toEqual([ILLEGAL, ILLEGAL]);
    expect(ask(GUARDS.deployedIsApproved, deploying(), 'served-verified')).toBe(ILLEGAL);
  });

  it('is what is served', () => {
    const served = (ticket: Ticket, n = 1) => ask(GUARDS.servedIsDeployed, ticket, 'served-verified', { digest: n });
    expect([served(along('deployed')), served(along('deployed'), 2)]).toEqual(['passes', 'SERVED_MISMATCH']);
    expect([served(along('approved')), served(along('served-verified'))]).toEqual([
      'SERVED_MISMATCH',
      'SERVED_MISMATCH',
    ]);
    expect(ask(GUARDS.servedIsDeployed, along('deployed'), 'deployed')).toBe('SERVED_MISMATCH');
  });
});

describe('the end', () => {
  it('is a vault of which nothing can be read', () => {
    const purged = (objects: number) => ask(GUARDS.readsRefused, along('certified'), 'purged', { objects });
    expect([purged(2), purged(3), purged(4)]).toEqual([ILLEGAL, 'passes', ILLEGAL]);
    expect(ask(GUARDS.readsRefused, along('certified'), 'recertified')).toBe(ILLEGAL);
  });

  it('is renewed where there is a certificate', () => {
    const refused = after(endedBy(filed(), 'pass'), 'purged');
    const asks = [refused, along('purged'), filed()].map((ticket) => ask(GUARDS.wasCompleted, ticket, 'recertified'));
    expect(asks).toEqual([ILLEGAL, 'passes', 'passes']);
  });
});

describe('the deadline', () => {
  const extended = (ticket: Ticket, at: string) =>
    asked(GUARDS.stillInFirstPeriod, ticket, { type: 'extended', reason: 'complexity', by: APPROVER }, at);

  it('is extended once, whatever else moved the clock', () => {
    const asks = [filed(), after(filed(), 'identity-requested'), after(filed(), 'extended')];
    expect(asks.map((ticket) => ask(GUARDS.notExtended, ticket, 'extended'))).toEqual(['passes', 'passes', ILLEGAL]);
  });

  it('is extended until its last day ends where the controller sits', () => {
    const { due, calendar } = filed();
    expect([due.statutoryDue, calendar.timeZone]).toEqual(['2026-04-01', 'Europe/Berlin']);
    expect(extended(filed(), '2026-04-01T21:59:59.000Z')).toBe('passes');
    expect(extended(filed(), '2026-04-01T22:00:00.000Z')).toBe(ILLEGAL);
    expect(extended(filed(), '2026-03-15T12:00:00.000Z')).toBe('passes');
  });
});
