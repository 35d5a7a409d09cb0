// Until when the data of an answered request is kept: as long as its refusal, or that of a part of it, may be appealed,
// and as long as an appeal is open. One rule for the step that tells the requester, the one that destroys, and the page
// that says it beforehand.
// Trap: an open appeal has no end that is known. It is looked at again every day; that its date has passed ends
// nothing, as the requester still waits for the decision.
import { partIsAppealed } from './casework-guards.ts';
import { daysAfter, RETENTION_DAYS } from './retention.ts';
import { isClosed, type CLOSED, type Ticket, type TicketIn } from './ticket.ts';
import { countingOf } from './ticket-clock.ts';

export type Answered = TicketIn<'EVIDENCE_SEALED' | (typeof CLOSED)[number]>;

/** Undefined where nothing asks for the case data any more. */
export const keptUntil = (ticket: Answered, now: string): string | undefined =>
  isClosed(ticket) ? whole(ticket) : part(ticket, now);

const whole = ({ closedAt, appeal }: Exclude<Answered, { status: 'EVIDENCE_SEALED' }>): string =>
  daysAfter(new Date(appeal?.at ?? closedAt), RETENTION_DAYS.appeal);

/**
 * Where its law knows of appeals. A refusal that stands is kept as long as the whole would be; records that an appeal
 * brought back are filed anew, which waits for the end of this case.
 */
const part = (ticket: TicketIn<'EVIDENCE_SEALED'>, now: string): string | undefined => {
  const refused = ticket.partlyRefused;
  if (refused === undefined || countingOf(ticket).appeal === undefined) return undefined;
  const { appeal } = refused;
  if (appeal?.outcome === 'granted') return daysAfter(new Date(appeal.at), RETENTION_DAYS.granted);
  const said = daysAfter(new Date(appeal?.outcome === undefined ? refused.at : appeal.at), RETENTION_DAYS.appeal);
  if (!partIsAppealed(ticket)) return said;
  const tomorrow = daysAfter(new Date(now), 1);
  return said > tomorrow ? said : tomorrow;
};

/** What a case still waits for before anything is destroyed, on its page. */
export const keptBecause = (ticket: Ticket): 'appeal-open' | 'appealable' | undefined => {
  if (ticket.status === 'PURGED' || isClosed(ticket) || ticket.status === 'APPEALED') return undefined;
  const { partlyRefused } = ticket;
  if (partlyRefused === undefined || countingOf(ticket).appeal === undefined) return undefined;
  if (partIsAppealed(ticket)) return 'appeal-open';
  return partlyRefused.appeal === undefined ? 'appealable' : undefined;
};
