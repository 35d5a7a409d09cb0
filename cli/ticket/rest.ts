// Waits until a ticket needs a person or has ended. Trap: the ticket alone does not tell that nothing works on it any
// more (a full disk stops the engine), so the executions that work on it are watched too, and what stops them is what
// the caller gets.
import { QuittanceError } from '#core/errors.ts';
import { meaningOf, type StatusMeaning } from '#core/statuses.ts';
import type { Ticket } from '#core/ticket.ts';
import type { Work } from '../work.ts';
import { openToken } from '#functions/task-tokens.ts';

export const rests = (ticket: Ticket): boolean => meaningOf(ticket).rests;
/** Whether the workflow asks somebody in this status: it has when its task is submitted. */
const asks = ({ waitsFor }: StatusMeaning): boolean => waitsFor === 'requester' || waitsFor === 'approvers';
const POLL_MS = 50;

/**
 * The ticket at rest, its purge in the log. Rejects with what stopped the engine (STORE_FULL, CLOCK_WENT_BACK), or
 * EXECUTION_NOT_FOUND where nothing works on the ticket.
 */
export const atRest = async ({ ports, engine }: Work, ticketId: string): Promise<Ticket> => {
  const ends = new Map<string, Promise<unknown>>();
  for (let idle = 0; ;) {
    const { ticket } = await ports.tickets.get(ticketId);
    const running = await runningFor(engine, ticketId);
    if (await waitsForAnother(ticket, ports)) return ticket;
    if (rests(ticket) && (await isThrough(engine, ticket, running))) return ticket;
    idle = running.length > 0 ? 0 : idle + 1;
    if (idle > 1) throw abandoned(ticket); // seen twice: a status is stored before its execution starts
    for (const id of running) if (!ends.has(id)) ends.set(id, engine.settled(id));
    await Promise.race([...[...ends.values()].map(unlessEnded), pause()]);
  }
};

/**
 * Whether nothing happens until a person acts: a status is stored before its workflow has done all that belongs to it.
 */
export const isAtRest = async ({ engine }: Pick<Work, 'engine'>, ticket: Ticket): Promise<boolean> =>
  rests(ticket) && (await isThrough(engine, ticket, await runningFor(engine, ticket.id)));

/** Whether the workflow has done what belongs to the status. */
const isThrough = async (engine: Work['engine'], ticket: Ticket, running: string[]): Promise<boolean> => {
  if (running.length === 0) return true;
  if (meaningOf(ticket).ends) return false;
  if (!asks(meaningOf(ticket))) return true;
  const histories = await Promise.all(running.map((id) => engine.history(id)));
  return histories.some((events) => events.at(-1)?.type === 'TaskSubmitted');
};

/** Approved, and built on a ticket that is not approved yet. */
const waitsForAnother = async ({ id, status }: Ticket, { vault }: Work['ports']): Promise<boolean> =>
  status === 'DEPLOYING' && (await openToken(vault, id, 'turn')) !== undefined;

/** Ids of the running executions that are named after the ticket: its own, and those that close or resume it. */
const runningFor = async (engine: Work['engine'], ticketId: string): Promise<string[]> =>
  (await engine.listExecutions())
    .filter(({ name, status }) => status === 'RUNNING' && (name === ticketId || name.startsWith(`${ticketId}-`)))
    .map(({ executionId }) => executionId);

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** An execution that has ended is no reason to look again at once. */
const unlessEnded = (end: Promise<unknown>): Promise<never> => end.then(() => new Promise<never>(() => undefined));

const abandoned = ({ id, status }: Ticket) =>
  new QuittanceError('EXECUTION_NOT_FOUND', {
    message: `nothing works on ticket ${id}`,
    expected: 'a running execution',
    got: status,
    hint: `file the same ticket again to go on, or 'quittance ticket withdraw ${id} --as WHO'`,
  });
