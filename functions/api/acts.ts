// What people can do to a case over HTTP, as one table: the step of each act, who may do it, how its fields are read.
// Whether it can be done now is asked of the transition table itself, with the event that the act would commit.
// Trap: a body says what is done, never by whom.
import { openRecipients } from '#core/casework-guards.ts';
import { PAUSE_REASONS } from '#core/counting.ts';
import { openPause } from '#core/deadlines.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { regimeOf } from '#core/regimes.ts';
import { ROLES_FOR, type Role } from '#core/roles.ts';
import type { Step } from '#core/step.ts';
import type { Outcome, Proposal, Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { advance } from '#core/transitions.ts';
import { couldBeOne, sameName } from '#core/words/names.ts';
import { instantIn } from '#core/zoned-time.ts';
import { ACT_NAMES, PROPOSED_AS, proposalIn, type ActName, type FormAct } from '#portal/acts.ts';
import { decideAppeal, recordAppeal } from '../appeal.ts';
import { acknowledgeReceipt, assignTicket, linkTicket, tellRecipient } from '../around-case.ts';
import { closeTicket } from '../close-ticket.ts';
import { confirmSubject } from '../confirm-subject.ts';
import { extendDeadline } from '../extend-deadline.ts';
import { placeHold, releaseHold } from '../holds.ts';
import { recordApproval } from '../record-approval.ts';
import { recordIdentity } from '../record-identity.ts';
import { partlyRefuse } from '../partly-refuse.ts';
import { pauseClock, resumeClock } from '../pause-clock.ts';
import { resumeTicket } from '../resume-ticket.ts';
import type { Identity } from './context.ts';

type Body = Readonly<Record<string, unknown>>;

export interface Act {
  readonly step: Step;
  /** Any of them may do it, or propose it where it takes two; an approver alone may be the second. */
  readonly roles: readonly Role[];
  /** The step's fields from the body and the one who is signed in. */
  readonly fields: (body: Body, caller: Identity) => object;
  /** What the server says itself of who acts, on what and how it ends: in a body it is refused by name. */
  readonly filled?: readonly string[];
  /** Events of which the act would commit one. */
  readonly events: (ticket: Ticket, by: string, at: string) => readonly TicketEvent[];
}

/** Of every act. */
const FILLED = ['ticketId', 'by', 'asserted', 'mayConfirm', 'approver', 'verifiedBy'] as const;

export const filledOf = ({ filled = [] }: Pick<Act, 'filled'>): readonly string[] => [...FILLED, ...filled];

/** INVALID_INPUT, by name, where a body says what the server says itself: its sender would believe it was heard. */
export const refuseFilled = (body: Body, act: Pick<Act, 'filled'>): void => {
  const said = filledOf(act).filter((name) => Object.hasOwn(body, name));
  if (said.length === 0) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${said.join(', ')} ${said.length === 1 ? 'is' : 'are'} not asked for`,
    expected: 'the fields of the act alone',
    got: said.join(', '),
    hint: 'leave it out: the one who is signed in acts, on the case in the address',
    fields: said.map((field) => ({ field, rule: 'is not asked for' })),
  });
};

const inTheirName: Act['fields'] = (body, { principal: by }) => ({ ...body, by });
const withAnother: Act['fields'] = (body, { principal: by, roles }) => ({
  ...body,
  by,
  mayConfirm: roles.includes('approver'),
});
/** Whoever says that a requester was identified is the one who is signed in, and answers for it. */
const asVerifier: Act['fields'] = (body, { principal: by }) => ({ identity: body, by });

/** The first person's word, or the act itself. */
const closing = (outcome: Outcome, ticket: Ticket, by: string): readonly TicketEvent[] => {
  const reason = proposalIn(ticket)?.reason ?? (outcome === 'refused' ? firstRefusal(ticket) : 'by-subject');
  return [
    { type: 'closed', outcome, reason, by },
    { type: 'act-proposed', act: outcome, reason, by },
  ];
};
const firstRefusal = ({ regime }: Ticket): string => Object.keys(regimeOf(regime).refusals)[0] ?? 'no-match';

const ending = (outcome: Outcome): Act => ({
  step: closeTicket,
  roles: ROLES_FOR.close,
  fields: (body, caller) => withAnother({ ...body, outcome }, caller),
  filled: ['outcome'],
  events: (ticket, by) => closing(outcome, ticket, by),
});

const NOTHING_WRITTEN = '0'.repeat(64);

export const ACTS: Readonly<Record<ActName, Act>> = {
  approval: {
    step: recordApproval,
    roles: ROLES_FOR.approval,
    fields: (body, { principal: approver }) => ({ ...body, approver }),
    events: (ticket, approver) => {
      if (ticket.status !== 'AWAITING_APPROVAL') return [];
      const { evidence } = ticket;
      return [{ type: 'approved', approver, evidence, decision: evidence }];
    },
  },
  'confirm-subject': {
    step: confirmSubject,
    roles: ROLES_FOR['confirm-subject'],
    fields: inTheirName,
    events: (_ticket, by) => [
      { type: 'subject-confirmed', by, reason: 'household', records: [1], note: NOTHING_WRITTEN },
    ],
  },
  identity: {
    step: recordIdentity,
    roles: ROLES_FOR.identity,
    fields: asVerifier,
    events: (_ticket, by, at) => [
      { type: 'identity-verified', identity: { method: 'in-person', level: 'high', verifiedAt: at, verifiedBy: by } },
    ],
  },
  resume: {
    step: resumeTicket,
    roles: ROLES_FOR.resume,
    fields: inTheirName,
    events: (_, by) => [{ type: 'resumed', by }],
  },
  release: {
    step: releaseHold,
    roles: ROLES_FOR.release,
    fields: withAnother,
    events: (_ticket, by) => [
      { type: 'hold-released', by },
      { type: 'act-proposed', act: 'released', by },
    ],
  },
  extend: {
    step: extendDeadline,
    roles: ROLES_FOR.extend,
    fields: inTheirName,
    events: (_ticket, by) => [{ type: 'extended', reason: 'complexity', by }],
  },
  pause: {
    step: pauseClock,
    roles: ROLES_FOR.pause,
    fields: inTheirName,
    events: (ticket, by, at) =>
      PAUSE_REASONS.filter((reason) => !openPause(ticket.clock, reason)).map((reason) => ({
        type: 'clock-paused',
        reason,
        since: at,
        by,
      })),
  },
  continue: {
    step: resumeClock,
    roles: ROLES_FOR.continue,
    fields: inTheirName,
    events: (_ticket, by, at) => PAUSE_REASONS.map((reason) => ({ type: 'clock-resumed', reason, until: at, by })),
  },
  hold: {
    step: placeHold,
    roles: ROLES_FOR.hold,
    fields: inTheirName,
    events: (_ticket, by) => [{ type: 'hold-placed', by, code: 'litigation' }],
  },
  'refuse-part': {
    step: partlyRefuse,
    roles: ROLES_FOR['refuse-part'],
    fields: withAnother,
    events: (ticket, by) => {
      const proposal = proposalIn(ticket);
      const { reason = firstRefusal(ticket), records = [1] } = proposal?.act === 'partly-refused' ? proposal : {};
      return [
        { type: 'partly-refused', records, reason, by },
        { type: 'act-proposed', act: 'partly-refused', records, reason, by },
      ];
    },
  },
  acknowledge: {
    step: acknowledgeReceipt,
    roles: ROLES_FOR.acknowledge,
    fields: inTheirName,
    events: (_ticket, by, at) => [{ type: 'acknowledged', on: at, by }],
  },
  'tell-recipient': {
    step: tellRecipient,
    roles: ROLES_FOR['tell-recipient'],
    fields: inTheirName,
    events: (ticket, by, at) =>
      openRecipients(ticket).map((recipient) => ({ type: 'recipient-told', recipient, how: 'told', on: at, by })),
  },
  link: {
    step: linkTicket,
    roles: ROLES_FOR.link,
    fields: inTheirName,
    events: (_ticket, by) => [{ type: 'linked', ticket: 'T-another000', by }],
  },
  assign: {
    step: assignTicket,
    roles: ROLES_FOR.assign,
    fields: inTheirName,
    events: (_ticket, by) => [{ type: 'assigned', to: by, by }],
  },
  appeal: {
    step: recordAppeal,
    roles: ROLES_FOR.appeal,
    fields: inTheirName,
    events: (_ticket, by, at) => [{ type: 'appealed', on: at, by }],
  },
  'decide-appeal': {
    step: decideAppeal,
    roles: ROLES_FOR['decide-appeal'],
    fields: inTheirName,
    events: (_ticket, by) => [{ type: 'appeal-decided', outcome: 'granted', by }],
  },
  refuse: ending('refused'),
  withdraw: ending('withdrawn'),
  cancel: ending('cancelled'),
  expire: ending('expired'),
};

/** Any end of a ticket, the outcome in the body: for programs, beside the forms for one outcome each. */
export const CLOSE: Act = { ...ending('refused'), fields: withAnother, filled: [] };

/** The acts that this person can do to the ticket now, in the order in which a page offers them. */
export const offeredActs = (ticket: Ticket, caller: Identity, now: Date): ActName[] =>
  ACT_NAMES.filter((name) => isOffered(name, ticket, caller, now));

export const isOffered = (name: ActName, ticket: Ticket, caller: Identity, now: Date): boolean => {
  const { principal, roles } = caller;
  const act = ACTS[name];
  const proposal = proposalIn(ticket);
  const standing = proposal && PROPOSED_AS[proposal.act] === name ? proposal : undefined;
  if (!act.roles.some((role) => roles.includes(role)) || (standing && !maySecond(standing, ticket, caller)))
    return false;
  const [itself, ...proposing] = act.events(ticket, principal, now.toISOString());
  // what was proposed is done by the second person, not proposed once more
  const events = [...(itself ? [itself] : []), ...(standing ? [] : proposing)];
  return events.some((event) => isPossible(ticket, event, now));
};

/** Whoever proposed it has said their word; the second is an approver, or the filer who alone may withdraw. */
const maySecond = ({ by }: Proposal, { filer }: Ticket, { principal, roles }: Identity): boolean =>
  !couldBeOne(by, principal) && (roles.includes('approver') || sameName(filer, principal));

const isPossible = (ticket: Ticket, event: TicketEvent, now: Date): boolean => {
  try {
    advance(ticket, event, now);
    return true;
  } catch (error) {
    if (isQuittanceError(error)) return false;
    throw error;
  }
};

/** A form's fields as the step takes them: a time without a zone is one at the ticket's place. */
export const fromForm = (name: FormAct, body: Readonly<Record<string, string>>, ticket: Ticket): Body => {
  const filled = Object.fromEntries(Object.entries(body).filter(([, value]) => value.trim() !== ''));
  if (name === 'refuse-part') return { ...filled, records: numbersIn(filled['records'] ?? '') };
  const field = TIME_FIELDS[name];
  if (field === undefined) return filled;
  const time = instantIn(ticket.calendar.timeZone, filled[field] ?? '') ?? filled[field];
  return { ...filled, ...(time !== undefined && { [field]: time }) };
};

const TIME_FIELDS: Readonly<Partial<Record<FormAct, string>>> = {
  identity: 'verifiedAt',
  pause: 'since',
  continue: 'until',
  acknowledge: 'on',
  appeal: 'on',
  'tell-recipient': 'on',
};

/** `1, 3` or `3 1`: each once and rising, as the act takes them; what is no number is for its schema to refuse. */
const numbersIn = (text: string): readonly number[] =>
  [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))].map(Number).sort((a, b) => a - b);
