// The same command again after a crash or a full disk. What the first one decided is recorded; the work that follows it
// goes on as soon as the folder is opened, and the command waits for it as the first one would have.
// Trap: only while that work was under way. Afterwards the same command is a second decision, and refused as one.
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import type { Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import type { Work } from '../work.ts';

export interface PersonalAct {
  readonly event: TicketEvent['type'];
  /** What was asked; as much of it as the event keeps must be the same. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Does what a person asks for; where it is refused because the same was done before, that goes on. */
export const doOrGoOn = async (
  embedded: Work,
  ticketId: string,
  act: PersonalAct | undefined,
  run: () => Promise<unknown>,
): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (act === undefined || !isQuittanceError(error) || !(await goesOn(embedded, ticketId, act))) throw error;
  }
};

const goesOn = async ({ ports, unfinished }: Work, ticketId: string, act: PersonalAct): Promise<boolean> => {
  const workedOn = unfinished.some((name) => name === ticketId || name.startsWith(`${ticketId}-`));
  if (!workedOn || waitsForPerson((await ports.tickets.get(ticketId)).ticket)) return false;
  return isRecorded(ports, ticketId, act);
};

/** In these the workflow's execution runs, and nothing of it is under way. */
const waitsForPerson = ({ status }: Ticket): boolean =>
  ['IDENTITY_PENDING', 'AWAITING_APPROVAL', 'ON_HOLD'].includes(status);

const Recorded = z.object({ event: z.record(z.string(), z.unknown()) });

const isRecorded = async (
  { tickets }: Work['ports'],
  ticketId: string,
  { event, fields }: PersonalAct,
): Promise<boolean> => {
  const last = (await tickets.events(ticketId)).findLast(({ type }) => type === event);
  if (last === undefined) return false;
  const recorded = Recorded.parse(parseOnce(last.body)).event;
  return Object.entries(fields).every(([name, value]) => !(name in recorded) || recorded[name] === value);
};
