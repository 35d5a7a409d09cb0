// Acts that take two people, each guard alone: who is the second, what is the same act, and what one may do alone.
import { describe, expect, it } from '@jest/globals';
import { GUARDS, mayBeDone, needsTwo, proposalOf, proposed } from '#core/guards.ts';
import type { Act, Outcome, Status, Ticket } from '#core/ticket.ts';
import type { EventOf } from '#core/ticket-events.ts';
import { SYSTEM } from '#core/ticket-request.ts';
import { advance } from '#core/transitions.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { after, along, ask, asked, filed, ILLEGAL, inStatus, NOW, proposedBy } from '#test/support/guarded-tickets.ts';

const SECOND = 'SECOND_PERSON_REQUIRED';
const LOU = 'legal.lou';
const REASON = 'art-17-3-e';
const closed = (outcome: Outcome, by: string, reason = REASON): EventOf<'closed'> => ({
  type: 'closed',
  ...{ outcome, reason, by },
});
const proposes = (act: Act, reason?: string): EventOf<'act-proposed'> => ({
  type: 'act-proposed',
  ...{ act, by: LOU, ...(reason !== undefined && { reason }) },
});
const withProposal = (event: EventOf<'act-proposed'>, ticket = filed()): Ticket => advance(ticket, event, NOW).ticket;

describe('a hold', () => {
  it('is released by another person than the one who proposed it, however the name is written', () => {
    const held = after(filed(), 'hold-placed');
    const asked = proposedBy(held, 'legal.lou');
    const by = (ticket: Ticket, who: string) => ask(GUARDS.secondPerson, ticket, 'hold-released', { who });
    expect([by(held, FILER), by(held, APPROVER)]).toEqual(Array(2).fill('SECOND_PERSON_REQUIRED'));
    expect([by(asked, 'legal.lou'), by(asked, 'legallou'), by(asked, FILER)]).toEqual([
      ...['SECOND_PERSON_REQUIRED', 'SECOND_PERSON_REQUIRED', 'passes'],
    ]);
  });

  it('of a log from before it took two is released by another person than the one who placed it', () => {
    const held = { ...inStatus(after(filed(), 'hold-placed'), 'ON_HOLD'), twoPeople: undefined };
    const by = (who: string) => ask(GUARDS.secondPerson, held, 'hold-released', { who });
    expect([by(APPROVER), by('approver-aino'), by(FILER)]).toEqual([
      ...['SECOND_PERSON_REQUIRED', 'SECOND_PERSON_REQUIRED', 'passes'],
    ]);
    expect(asked(GUARDS.secondPerson, held, closed('refused', FILER))).toBe(SECOND);
    const inPart: EventOf<'partly-refused'> = { type: 'partly-refused', records: [1], reason: REASON, by: FILER };
    expect(asked(GUARDS.secondPerson, held, inPart)).toBe(SECOND);
  });
});

describe('a refusal', () => {
  const closed = (outcome: 'refused' | 'withdrawn', reason: string, change = {}) =>
    asked(GUARDS.refusalIsTyped, filed(change), { type: 'closed', outcome, reason, by: 'legal.lou' });

  it('has a reason that the law of the ticket knows; a withdrawal any', () => {
    expect([closed('refused', 'art-17-3-e'), closed('refused', 'because')]).toEqual(['passes', 'INVALID_INPUT']);
    expect(closed('refused', '1798.105-d-1')).toBe('INVALID_INPUT');
    expect(closed('refused', '1798.105-d-1', { regime: 'ccpa', ground: '1798.105-a' })).toBe('passes');
    expect(closed('withdrawn', 'because')).toBe('passes');
    const inPart = (reason: string) => asked(GUARDS.refusalIsTyped, filed(), proposes('partly-refused', reason));
    expect([inPart('art-17-3-e'), inPart('because')]).toEqual(['passes', 'INVALID_INPUT']);
    for (const other of ['resumed', 'extended'] as const)
      // neither without a reason nor with one is it an end
      expect(ask(GUARDS.refusalIsTyped, filed(), other)).toBe('INVALID_INPUT');
  });
});

describe('the end of a ticket', () => {
  const end = (ticket: Ticket, outcome: Outcome, by: string, reason?: string) =>
    asked(GUARDS.secondPerson, ticket, closed(outcome, by, reason));

  it("is the filer's own to withdraw, and nobody's alone otherwise", () => {
    expect([end(filed(), 'withdrawn', FILER), end(filed(), 'withdrawn', 'Filer Finn')]).toEqual(['passes', 'passes']);
    expect([end(filed(), 'cancelled', FILER), end(filed(), 'withdrawn', LOU)]).toEqual(['passes', SECOND]);
    expect([end(filed(), 'refused', FILER), end(filed(), 'refused', LOU)]).toEqual([SECOND, SECOND]);
  });

  it('is made by a second person who asks for the same act for the same reason', () => {
    const refusal = withProposal(proposes('refused', REASON));
    expect([end(refusal, 'refused', APPROVER), end(refusal, 'refused', LOU)]).toEqual(['passes', SECOND]);
    expect(end(refusal, 'refused', 'legallou')).toBe(SECOND);
    expect(end(refusal, 'refused', APPROVER, 'art-17-3-a')).toBe(SECOND);
    expect(end(refusal, 'withdrawn', APPROVER)).toBe(SECOND);
    const withdrawal = withProposal(proposes('withdrawn', REASON));
    expect([end(withdrawal, 'withdrawn', APPROVER), end(withdrawal, 'withdrawn', LOU)]).toEqual(['passes', SECOND]);
  });

  it("as a refusal is never the filer's", () =>
    expect(end(withProposal(proposes('refused', REASON)), 'refused', FILER)).toBe(SECOND));

  it('is objected to with whom it needs', () => {
    const objection = (ticket: Ticket) => GUARDS.secondPerson(ticket, closed('refused', LOU), NOW.toISOString());
    expect(objection(filed())).toMatchObject({ expected: 'a proposal of the same act by another person', got: LOU });
    expect(objection(withProposal(proposes('refused', REASON)))).toMatchObject({
      expected: `another person than ${LOU}, ${FILER}`,
    });
  });

  it('takes no second person where the requester never proved who they are, as the workflow says itself', () => {
    const pending = after(filed(), 'identity-requested');
    const byWorkflow = closed('refused', SYSTEM, 'identity-not-verified');
    expect([needsTwo(pending, byWorkflow), needsTwo(filed(), byWorkflow)]).toEqual([false, true]);
    expect(needsTwo(pending, { ...byWorkflow, reason: REASON })).toBe(true);
    expect(needsTwo(pending, { ...byWorkflow, by: APPROVER })).toBe(true);
    expect(needsTwo(pending, { ...byWorkflow, asserted: true })).toBe(true);
    expect(needsTwo(pending, { ...byWorkflow, outcome: 'withdrawn' })).toBe(true);
  });

  it("of a ticket from before it took two is one person's", () =>
    expect(end({ ...inStatus(filed(), 'RECEIVED'), twoPeople: undefined }, 'refused', LOU)).toBe('passes'));

  it('is what the rule is about, and no other event', () =>
    expect(ask(GUARDS.secondPerson, filed(), 'triaged')).toBe('passes'));
});

describe('a proposal', () => {
  it('is of this act with this reason, or is none', () => {
    const refusal = withProposal(proposes('refused', REASON));
    expect(proposalOf(refusal, closed('refused', APPROVER))).toMatchObject({ act: 'refused', by: LOU });
    expect(proposalOf(refusal, closed('refused', APPROVER, 'art-17-3-a'))).toBeUndefined();
    expect(proposalOf(refusal, closed('cancelled', APPROVER))).toBeUndefined();
    expect(proposalOf(refusal, { type: 'hold-released', by: APPROVER })).toBeUndefined();
    expect(proposalOf(filed(), closed('refused', APPROVER))).toBeUndefined();
    const ofRecords = withProposal({ ...proposes('partly-refused', REASON), records: [1, 2] });
    const inPart = (records: number[]): EventOf<'partly-refused'> => ({
      ...{ type: 'partly-refused', reason: REASON, by: APPROVER },
      records,
    });
    expect(proposalOf(ofRecords, inPart([1, 2]))).toMatchObject({ act: 'partly-refused' });
    expect(proposalOf(ofRecords, inPart([1]))).toBeUndefined();
    expect(proposalOf(along('purged'), closed('refused', APPROVER))).toBeUndefined();
    const held = proposedBy(after(filed(), 'hold-placed'), LOU);
    expect(proposalOf(held, { type: 'hold-released', by: APPROVER })).toMatchObject({ act: 'released', by: LOU });
  });

  it('is made of the act that somebody asked for alone', () => {
    expect(proposed(closed('refused', LOU))).toStrictEqual(proposes('refused', REASON)); // no field without a value
    const asserted = { by: LOU, asserted: true } as const;
    expect(proposed({ type: 'hold-released', ...asserted })).toEqual({ ...proposes('released'), ...asserted });
  });

  it('is of something that can be done in this status', () => {
    const held = after(filed(), 'hold-placed');
    const asks = (ticket: Ticket, act: Act) => asked(GUARDS.canBeDone, ticket, proposes(act));
    expect([asks(held, 'released'), asks(filed(), 'released')]).toEqual(['passes', ILLEGAL]);
    expect([filed(), held, along('deployed')].map((ticket) => asks(ticket, 'refused'))).toEqual([
      ...['passes', ILLEGAL, ILLEGAL],
    ]);
    expect(ask(GUARDS.canBeDone, held, 'triaged')).toBe('passes');
    const open: Status[] = ['RECEIVED', 'IDENTITY_PENDING', 'TRIAGE', 'EXEMPTION_PENDING', 'VALIDATED', 'ADMITTED'];
    const run: Status[] = [
      'SCHEDULED',
      'UNLEARNING',
      'EVALUATING',
      'AWAITING_APPROVAL',
      'CLARIFICATION_PENDING',
      'REMEDIATION',
    ];
    for (const status of [...open, ...run]) expect([status, mayBeDone('withdrawn', status)]).toEqual([status, true]);
    const inPart = [...open, ...run].filter((status) => mayBeDone('partly-refused', status));
    expect(inPart).toEqual(['RECEIVED', 'IDENTITY_PENDING', 'TRIAGE', 'VALIDATED']);
    const others: Status[] = ['DEPLOYING', 'VERIFYING_SERVED', 'COMPLETED', 'EVIDENCE_SEALED', 'ON_HOLD', 'PURGED'];
    for (const status of others) expect([status, mayBeDone('withdrawn', status)]).toEqual([status, false]);
  });

  it('has a reason where the act has one', () => {
    const typed = (act: Act, reason?: string) => asked(GUARDS.refusalIsTyped, filed(), proposes(act, reason));
    expect([typed('released'), typed('released', REASON)]).toEqual(['passes', 'INVALID_INPUT']);
    expect([typed('refused'), typed('withdrawn')]).toEqual(['INVALID_INPUT', 'INVALID_INPUT']);
    expect([typed('refused', 'because'), typed('refused', REASON)]).toEqual(['INVALID_INPUT', 'passes']);
    expect(typed('withdrawn', 'because')).toBe('passes');
  });
});

describe('an exemption that was proposed at filing', () => {
  it('is lifted by another person than the filer, however the name is written', () => {
    const pending = after(filed({ exemption: { code: 'art-17-3-a' } }), 'identity-verified', 'exemption-raised');
    const by = (who: string) => ask(GUARDS.exemptionLiftedByOther, pending, 'resumed', { who });
    expect([by(APPROVER), by(FILER), by('filerfinn')]).toEqual(['passes', SECOND, SECOND]);
    expect(ask(GUARDS.exemptionLiftedByOther, pending, 'triaged')).toBe(SECOND);
    expect(ask(GUARDS.exemptionLiftedByOther, filed(), 'resumed', { who: FILER })).toBe('passes');
  });
});
