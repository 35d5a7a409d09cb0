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
const refusalsOf = ({ regime }: Ticket, { law }: Words): Labels =>
  Object.fromEntries(Object.keys(regimeOf(regime).refusals).map((code) => [code, law.refusal(regime, code)]));
const choices = (labels: Labels) => Object.entries(labels);
const choice = (name: string, label: string, labels: Labels, value?: string): Field => ({
  name,
  label,
  kind: 'choice',
  choices: choices(labels),
  required: true,
  ...(value !== undefined && { value }),
});

/** What the fields of an act follow from. */
interface Asked {
  readonly ticket: Ticket;
  /** What stands as the time of a check at first. */
  readonly now: Date;
  readonly words: Words;
  readonly proposed: Proposal | undefined;
  /** The reason of a proposal for this act. */
  readonly kept: string | undefined;
}

export const actFields = (act: FormAct, ticket: Ticket, now: Date, words: Words): Field[] => {
  const proposed = proposalIn(ticket);
  const kept = proposed && PROPOSED_AS[proposed.act] === act ? proposed.reason : undefined;
  return FIELDS[act]({ ticket, now, words, proposed, kept });
};

const FIELDS: Readonly<Record<FormAct, (asked: Asked) => Field[]>> = {
  identity: ({ ticket, now, words }) => [
    choice('method', words.fields.method, pick(words.methods, IdentityClaim.shape.method.options)),
    choice('level', words.fields.level, pick(words.levels, IDENTITY_LEVELS)),
    timeField('verifiedAt', words.fields.verifiedAt, ticket, now),
  ],
  extend: ({ words }) => [choice('reason', words.fields.reason, words.extensions)],
  pause: ({ ticket, now, words }) => [
    choice('reason', words.fields.waitsFor, words.waits),
    timeField('since', words.fields.since, ticket, now),
    { name: 'expected', label: words.fields.expected, hint: words.fields.expectedHint, kind: 'day' },
  ],
  continue: ({ ticket, now, words }) => [
    choice('reason', words.fields.waitsFor, openWaits(ticket, words)),
    timeField('until', words.fields.until, ticket, now),
  ],
  hold: ({ words }) => [
    choice('code', words.fields.code, words.holds),
    { name: 'matter', label: words.fields.matter, kind: 'text', most: 64 },
    { name: 'review', label: words.fields.review, kind: 'day' },
  ],
  refuse: ({ ticket, words, kept }) => [choice('reason', words.fields.reason, refusalsOf(ticket, words), kept)],
  withdraw: ({ words, kept }) => [choice('reason', words.fields.reason, words.withdrawals, kept)],
  cancel: ({ words, kept }) => [choice('reason', words.fields.reason, words.cancellations, kept)],
  'confirm-subject': ({ words }) => [
    choice('reason', words.fields.reason, pick(words.subjectReasons, SubjectReason.options)),
    { name: 'note', label: words.fields.note, hint: words.fields.noteHint, kind: 'area', required: true, most: 4000 },
  ],
  expire: ({ words, kept }) => [choice('reason', words.fields.reason, words.expiries, kept)],
  'refuse-part': ({ ticket, words, kept, proposed }) => [
    {
      ...{
        name: 'records',
        label: words.fields.records,
        hint: words.fields.recordsHint(ticket.counts.records),
        kind: 'text',
      },
      ...{ required: true, most: 1000, value: kept === undefined ? '' : (proposed?.records?.join(', ') ?? '') },
    },
    choice('reason', words.fields.reason, refusalsOf(ticket, words), kept),
  ],
  acknowledge: ({ ticket, now, words }) => [timeField('on', words.fields.on, ticket, now)],
  appeal: ({ ticket, now, words }) => [timeField('on', words.fields.on, ticket, now)],
  'tell-recipient': ({ ticket, now, words }) => [
    choice('recipient', words.fields.recipient, Object.fromEntries(openRecipients(ticket).map((one) => [one, one]))),
    choice('how', words.fields.how, words.toldHow, 'told'),
    timeField('on', words.fields.on, ticket, now),
  ],
  link: ({ words }) => [{ name: 'ticket', label: words.fields.ticket, kind: 'text', required: true, most: 64 }],
  assign: ({ ticket, words }) => [
    {
      name: 'to',
      label: words.fields.assignee,
      hint: words.fields.assigneeHint,
      kind: 'text',
      most: 64,
      value: ticket.assignee ?? '',
    },
  ],
  'decide-appeal': ({ words }) => [choice('outcome', words.fields.outcome, words.appealOutcomes)],
  release: () => [],
  resume: () => [],
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
