// What is to be known of a case beside its way: who looks after it, who asked for whom, who is still to be told, what
// was refused, held or appealed. Only what there is.
import { openRecipients } from '#core/casework-guards.ts';
import { localDate } from '#core/days.ts';
import { keptBecause } from '#core/kept-case.ts';
import { daysAfter, RETENTION_DAYS } from '#core/retention.ts';
import { partAppealDue } from '#core/ticket-clock.ts';
import type { RegimeName } from '#core/regimes.ts';
import type { Status, Ticket } from '#core/ticket.ts';
import { html, type Html } from '#report/markup.ts';
import { terms } from '../layout.ts';
import type { Words } from '../words.ts';

type Asking = Extract<Ticket, { status: 'CLARIFICATION_PENDING' }>['asking'];

/** The part of a ticket that the page says in words, as its JSON has it. */
export interface CaseFacts {
  readonly regime: RegimeName;
  readonly zone: string;
  readonly assignee?: string | undefined;
  readonly acknowledgedOn?: string | undefined;
  /** By when receipt is to be confirmed, where the law asks for it and nobody has. */
  readonly acknowledgeBy?: string | undefined;
  readonly agent?: Ticket['agent'];
  readonly minor?: true | undefined;
  readonly told: NonNullable<Ticket['told']>;
  readonly toTell: readonly string[];
  readonly linked: readonly string[];
  readonly partlyRefused?: Ticket['partlyRefused'];
  /** By when the appeal against it is to be decided. */
  readonly partDue?: string | undefined;
  /** Why the case data outlives the answer, and until which day at least. */
  readonly kept?: { readonly because: 'appeal-open' | 'appealable'; readonly until: string } | undefined;
  readonly asking?: Asking | undefined;
  /** The law lets its clock stand still for now. */
  readonly stands: boolean;
  readonly hold?: Extract<Ticket, { status: 'ON_HOLD' }>['hold'] | undefined;
  readonly appeal?: Extract<Ticket, { status: 'REFUSED' }>['appeal'];
}

const ANSWERED: readonly Status[] = ['PURGED', 'EVIDENCE_SEALED'];

export const factsOf = (ticket: Ticket): CaseFacts => {
  const {
    regime,
    calendar,
    assignee,
    acknowledgedOn,
    agent,
    minor,
    told = [],
    linked = [],
    partlyRefused,
    due,
  } = ticket;
  const isOver = ANSWERED.includes(ticket.status);
  const acknowledgeBy = acknowledgedOn === undefined && !isOver ? due.acknowledgement?.safeDue : undefined;
  return {
    ...{ regime, zone: calendar.timeZone, assignee, acknowledgedOn, acknowledgeBy, agent, minor, told, linked },
    ...{ toTell: openRecipients(ticket), partlyRefused, partDue: partAppealDue(ticket)?.safeDue },
    kept: keptOf(ticket),
    asking: 'asking' in ticket ? ticket.asking : undefined,
    stands: due.stopped !== undefined,
    hold: ticket.status === 'ON_HOLD' ? ticket.hold : undefined,
    appeal: 'appeal' in ticket ? ticket.appeal : undefined,
  };
};

const keptOf = (ticket: Ticket): CaseFacts['kept'] => {
  const because = keptBecause(ticket);
  if (because === undefined || ticket.partlyRefused === undefined) return undefined;
  const until = daysAfter(new Date(ticket.partlyRefused.at), RETENTION_DAYS.appeal);
  return { because, until: localDate(until, ticket.calendar.timeZone) };
};

type Row = readonly [term: string, value: string | Html];
type Reason = (regime: RegimeName, code: string, words: Words) => string;

export const factsHtml = (facts: CaseFacts, reason: Reason, words: Words): Html | undefined => {
  const rows = [...peopleRows(facts, words), ...decidedRows(facts, reason, words), ...toldRows(facts, words)];
  return rows.length === 0
    ? undefined
    : html`<h2>${words.facts.title}</h2>
        ${terms(rows)}`;
};

const peopleRows = (facts: CaseFacts, { facts: f }: Words): Row[] => {
  const { assignee, acknowledgedOn, acknowledgeBy, agent, minor, zone } = facts;
  const rows: Row[] = [];
  if (assignee !== undefined) rows.push([f.assignee, assignee]);
  if (acknowledgedOn !== undefined) rows.push([f.acknowledged, localDate(acknowledgedOn, zone)]);
  else if (acknowledgeBy !== undefined) rows.push([f.acknowledged, f.acknowledgeBy(acknowledgeBy)]);
  if (agent) {
    const seen = agent.seenBy === undefined ? '' : `, ${f.seen(localDate(agent.seenAt, zone), agent.seenBy)}`;
    rows.push([f.agent, `${f.mandates[agent.mandate]}${seen}`]);
  }
  if (minor) rows.push([f.minor, f.yes]);
  return rows;
};

const decidedRows = (facts: CaseFacts, reason: Reason, words: Words): Row[] => {
  const { regime, partlyRefused: part, hold, appeal, zone } = facts;
  const { facts: f } = words;
  const rows: Row[] = [];
  if (part) rows.push([f.part, f.partText(part.records.length, reason(regime, part.reason, words))]);
  if (part?.appeal)
    rows.push([f.partAppeal, f.partAppealText(localDate(part.appeal.on, zone), facts.partDue, part.appeal)]);
  if (facts.kept) rows.push([f.kept, f.keptText[facts.kept.because](facts.kept.until)]);
  if (facts.asking) rows.push([f.asking, askingText(facts, facts.asking, f)]);
  if (hold) {
    rows.push([f.hold, f.holdText(reason(regime, hold.code, words), hold.placedBy, localDate(hold.at, zone))]);
    if (hold.matter !== undefined) rows.push([f.matter, hold.matter]);
    if (hold.review !== undefined) rows.push([f.review, hold.review]);
  }
  if (appeal) rows.push([f.appeal, f.appealText(localDate(appeal.on, zone), appeal.decidedBy)]);
  return rows;
};

const askingText = ({ zone, stands }: CaseFacts, { by, at, until }: Asking, f: Words['facts']): string =>
  `${f.askingText(by, localDate(at, zone), until)}${stands ? '' : `; ${f.runsOn}`}`;

const toldRows = ({ told, toTell, linked, zone }: CaseFacts, { facts: f, toldHow }: Words): Row[] => {
  const lines = [
    ...toTell.map((recipient) => html`<li>${recipient}: <strong>${f.open}</strong></li>`),
    ...told.map(
      ({ recipient, how, on, by }) => html`<li>${recipient}: ${f.told(toldHow[how], localDate(on, zone), by)}</li>`,
    ),
  ];
  const rows: Row[] = [];
  if (lines.length > 0)
    rows.push([
      f.recipients,
      html`<ul class="bare">
        ${lines}
      </ul>`,
    ]);
  if (linked.length > 0) rows.push([f.linked, html`${linked.map((id) => html`<a href="/tickets/${id}">${id}</a> `)}`]);
  return rows;
};
