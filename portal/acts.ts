// What people can do to a case, as forms: the fields of each act, with reasons from lists. The acts themselves, who may
// do them and when, are functions/api/acts.ts.
import { openRecipients } from '#core/casework-guards.ts';
import { PAUSE_REASONS } from '#core/counting.ts';
import { openPause } from '#core/deadlines.ts';
import { IDENTITY_LEVELS, regimeOf } from '#core/regimes.ts';
import { SubjectReason } from '#core/subject.ts';
import type { Proposal, Ticket } from '#core/ticket.ts';
import { IdentityClaim } from '#core/ticket-request.ts';
import { localTime } from '#core/zoned-time.ts';
import { html, type Html } from '#report/markup.ts';
import { formHtml, type Field, type Returned } from './forms.ts';
import type { Words } from './words.ts';

export const ACT_NAMES = [
  ...(['approval', 'confirm-subject', 'identity', 'resume', 'release', 'extend', 'pause', 'continue', 'hold'] as const),
  ...(['decide-appeal', 'appeal', 'refuse-part', 'refuse', 'withdraw', 'cancel', 'expire'] as const),
  ...(['acknowledge', 'tell-recipient', 'assign', 'link'] as const),
] as const;
export type ActName = (typeof ACT_NAMES)[number];

/** Acts with a form of their own; the approval has a page (portal/approval.ts). */
export type FormAct = Exclude<ActName, 'approval'>;

/** They go on around a case and move it nowhere: a page offers them behind the others. */
const AROUND: readonly ActName[] = ['acknowledge', 'tell-recipient', 'assign', 'link'];
export const isAround = (act: ActName): boolean => AROUND.includes(act);

const STOPS: readonly ActName[] = ['refuse-part', 'refuse', 'withdraw', 'cancel', 'expire'];
export const stops = (act: ActName): boolean => STOPS.includes(act);

type Labels = Readonly<Record<string, string>>;
const choices = (labels: Labels) => Object.entries(labels);
const choice = (name: string, label: string, labels: Labels, value?: string): Field => ({
  name,
  label,
  kind: 'choice',
  choices: choices(labels),
  required: true,
  ...(value !== undefined && { value }),
});

/** `now`: what stands as the time of a check at first. */
export const actFields = (act: FormAct, ticket: Ticket, now: Date, words: Words): Field[] => {
  const { fields } = words;
  const proposed = proposalIn(ticket);
  const kept = proposed && PROPOSED_AS[proposed.act] === act ? proposed.reason : undefined;
  switch (act) {
    case 'identity':
      return [
        choice('method', fields.method, pick(words.methods, IdentityClaim.shape.method.options)),
        choice('level', fields.level, pick(words.levels, IDENTITY_LEVELS)),
        timeField('verifiedAt', fields.verifiedAt, ticket, now),
      ];
    case 'extend':
      return [choice('reason', fields.reason, words.extensions)];
    case 'pause':
      return [choice('reason', fields.waitsFor, words.waits), timeField('since', fields.since, ticket, now)];
    case 'continue':
      return [
        choice('reason', fields.waitsFor, openWaits(ticket, words)),
        timeField('until', fields.until, ticket, now),
      ];
    case 'hold':
      return [
        choice('code', fields.code, words.holds),
        { name: 'matter', label: fields.matter, kind: 'text', most: 64 },
        { name: 'review', label: fields.review, kind: 'day' },
      ];
    case 'refuse':
      return [choice('reason', fields.reason, regimeOf(ticket.regime).refusals, kept)];
    case 'withdraw':
      return [choice('reason', fields.reason, words.withdrawals, kept)];
    case 'cancel':
      return [choice('reason', fields.reason, words.cancellations, kept)];
    case 'confirm-subject':
      return [
        choice('reason', fields.reason, pick(words.subjectReasons, SubjectReason.options)),
        { name: 'note', label: fields.note, hint: fields.noteHint, kind: 'area', required: true, most: 4000 },
      ];
    case 'expire':
      return [choice('reason', fields.reason, words.expiries, kept)];
    case 'refuse-part':
      return [
        {
          ...{ name: 'records', label: fields.records, hint: fields.recordsHint(ticket.counts.records), kind: 'text' },
          ...{ required: true, most: 1000, value: kept === undefined ? '' : (proposed?.records?.join(', ') ?? '') },
        },
        choice('reason', fields.reason, regimeOf(ticket.regime).refusals, kept),
      ];
    case 'acknowledge':
    case 'appeal':
      return [timeField('on', fields.on, ticket, now)];
    case 'tell-recipient':
      return [
        choice('recipient', fields.recipient, Object.fromEntries(openRecipients(ticket).map((one) => [one, one]))),
        choice('how', fields.how, words.toldHow, 'told'),
        timeField('on', fields.on, ticket, now),
      ];
    case 'link':
      return [{ name: 'ticket', label: fields.ticket, kind: 'text', required: true, most: 64 }];
    case 'assign':
      return [
        {
          name: 'to',
          label: fields.assignee,
          hint: fields.assigneeHint,
          kind: 'text',
          most: 64,
          value: ticket.assignee ?? '',
        },
      ];
    case 'decide-appeal':
      return [choice('outcome', fields.outcome, words.appealOutcomes)];
    case 'release':
    case 'resume':
      return [];
  }
};

const timeField = (name: string, label: (zone: string) => string, { calendar }: Ticket, now: Date): Field => {
  const zone = calendar.timeZone;
  return { name, label: label(zone), kind: 'time', required: true, value: localTime(zone, now.toISOString()) };
};

/** What the requester was asked for and has not sent; proof of identity is recorded as such. */
const openWaits = ({ clock }: Ticket, { waits }: Words): Labels =>
  pick(
    waits,
    PAUSE_REASONS.filter((reason) => reason !== 'identity' && openPause(clock, reason)),
  );

const pick = <K extends string>(labels: Readonly<Record<K, string>>, keys: readonly K[]): Labels =>
  Object.fromEntries(keys.map((key) => [key, labels[key]]));

/** Which act says the second word for a proposal. */
export const PROPOSED_AS = {
  refused: 'refuse',
  withdrawn: 'withdraw',
  cancelled: 'cancel',
  expired: 'expire',
  released: 'release',
  'partly-refused': 'refuse-part',
} as const;

export const proposalIn = (ticket: Ticket): Proposal | undefined =>
  'proposal' in ticket ? ticket.proposal : undefined;

export interface ActView {
  readonly ticketId: string;
  readonly act: FormAct;
  readonly version: number;
  readonly fields: readonly Field[];
  /** What another person proposed, for which this would be the second word. */
  readonly proposal: Proposal | null;
}

export const actBody = (
  { ticketId, act, fields, proposal }: ActView,
  hidden: Readonly<Record<string, string>>,
  returned: Returned | undefined,
  words: Words,
): Html => {
  const { lead, send } = words.acts[act];
  const action = `/tickets/${ticketId}/${act}`;
  return html`<p class="crumbs">
      <a href="/tickets">${words.frame.cases}</a> / <a href="/tickets/${ticketId}">${ticketId}</a>
    </p>
    <p>${lead}</p>
    ${proposal && html`<p class="notice">${words.fields.second(proposal.by, words.proposals[proposal.act])}</p>`}
    ${formHtml({ action, hidden, fields, send, stops: stops(act), returned }, words)}
    <p><a href="/tickets/${ticketId}">${words.form.back}</a></p>`;
};
