// The same command again after a crash or a full disk. What the first one decided is recorded; the work that follows it
// goes on as soon as the folder is opened, and the command waits for it as the first one would have.
// Traps: only while that work was under way. Afterwards the same command is a second decision, and refused as one; and
// steps may be called twice, so that one which finds nothing left to do says nothing: a command that changed nothing
// must not look like one that did, and is refused here with how the ticket stands.
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import type { Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { openToken, WAITS } from '#functions/task-tokens.ts';
import type { Work } from '../work.ts';

export interface PersonalAct {
  readonly verb: string;
  /** What it may add to the ticket's history; by the first it is told that the act was done. */
  readonly events: readonly [TicketEvent['type'], ...TicketEvent['type'][]];
  /** What was asked; as much of it as the event keeps must be the same. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether the same act, done before, is gone on with where its work was interrupted. */
  readonly goesOn?: boolean;
}

type Doing = Pick<Work, 'unfinished'> & {
  readonly ports: Pick<Work['ports'], 'tickets' | 'vault'>;
  readonly engine: Pick<Work['engine'], 'listExecutions'>;
};

/**
 * Does what a person asks for; where it is refused because the same was done before, that goes on.
 * SECOND_PERSON_REQUIRED or TICKET_ILLEGAL_TRANSITION where nothing was left to do.
 */
export const doOrGoOn = async (
  work: Doing,
  ticketId: string,
  act: PersonalAct,
  run: () => Promise<unknown>,
): Promise<void> => {
  const before = await traceOf(work, ticketId, act);
  try {
    await run();
  } catch (error) {
    if (!act.goesOn || !isQuittanceError(error) || !(await goesOn(work, ticketId, act))) throw error;
    return;
  }
  if ((await traceOf(work, ticketId, act)) === before && !(act.goesOn && (await goesOn(work, ticketId, act))))
    throw nothingDone((await work.ports.tickets.get(ticketId)).ticket, act);
};

/** What an act leaves: events of its own kinds, answered tasks and begun executions of the ticket. */
const traceOf = async ({ ports, engine }: Doing, ticketId: string, { events }: PersonalAct): Promise<string> => {
  const kinds: readonly string[] = events;
  const own = (await ports.tickets.events(ticketId)).filter(({ type }) => kinds.includes(type)).length;
  const waiting = await Promise.all(WAITS.map((wait) => openToken(ports.vault, ticketId, wait)));
  const begun = (await engine.listExecutions()).filter(({ name }) => name.startsWith(ticketId)).length;
  return JSON.stringify([own, waiting, begun]);
};

const nothingDone = (ticket: Ticket, { verb, fields }: PersonalAct): QuittanceError => {
  const proposal = 'proposal' in ticket ? ticket.proposal : undefined;
  if (proposal && proposal.by === fields['by'])
    return new QuittanceError('SECOND_PERSON_REQUIRED', {
      message: `${verb}: ${proposal.by} proposed this at ${proposal.at}, and nothing was changed now`,
      expected: 'another person, who does it',
      got: ticket.status,
    });
  return new QuittanceError('TICKET_ILLEGAL_TRANSITION', {
    message: `${verb}: ticket ${ticket.id} stands so already, and nothing was changed`,
    got: `${ticket.status}${ticket.due.stopped ? `, its clock still since ${ticket.due.stopped.since}` : ''}`,
    hint: `quittance ticket show ${ticket.id} has its history`,
  });
};

const goesOn = async ({ ports, unfinished }: Doing, ticketId: string, act: PersonalAct): Promise<boolean> => {
  const workedOn = unfinished.some((name) => name === ticketId || name.startsWith(`${ticketId}-`));
  if (!workedOn || waitsForPerson((await ports.tickets.get(ticketId)).ticket)) return false;
  return isRecorded(ports, ticketId, act);
};

/** In these the workflow's execution runs, and nothing of it is under way. */
const waitsForPerson = ({ status }: Ticket): boolean =>
  ['IDENTITY_PENDING', 'CLARIFICATION_PENDING', 'AWAITING_APPROVAL', 'ON_HOLD'].includes(status);

const Recorded = z.object({ event: z.record(z.string(), z.unknown()) });

const isRecorded = async (
  { tickets }: Doing['ports'],
  ticketId: string,
  { events: [event], fields }: PersonalAct,
): Promise<boolean> => {
  const last = (await tickets.events(ticketId)).findLast(({ type }) => type === event);
  if (last === undefined) return false;
  const recorded = Recorded.parse(parseOnce(last.body)).event;
  return Object.entries(fields).every(([name, value]) => !(name in recorded) || recorded[name] === value);
};
