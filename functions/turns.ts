// Turns of the tickets of one model: a ticket that waits for another is woken when a run, a decision or a deployment
// has made room.
// Trap: a wake-up that is lost costs only time: the wait has a timeout, after which the ticket checks for itself.
import { mayProceed, oldestFirst, type Queue, startsRun } from '#core/gathering.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { JobResults, Ports } from '#core/ports.ts';
import { GatheredResult, gatheredName } from '#core/run.ts';
import { meaningOf } from '#core/statuses.ts';
import type { Ticket } from '#core/ticket.ts';
import { answerWait, openToken } from './task-tokens.ts';

/**
 * A damaged row stops its own ticket, wherever it is read, and is told each day (send-reminders); the others of its
 * model go on without it, as a wrong order costs no more than one run.
 */
const leftOut = (): void => undefined;

/** Only the oldest of the waiting tickets are checked, as the next run takes no more. */
const LOOK_AT = 16;

type QueuePorts = Pick<Ports, 'tickets' | 'models' | 'results'>;
type TurnPorts = QueuePorts & Pick<Ports, 'vault' | 'workflows'>;

export const queueOf = async ({ tickets, models, results }: QueuePorts, model: string): Promise<Queue> => {
  const served = (await models.get(model)).model.digest;
  const all = await tickets.openOf(model, leftOut);
  const unjudged = all.filter((ticket) => ['due', 'computing'].includes(meaningOf(ticket).run ?? ''));
  const prepared = new Map<string, GatheredResult>();
  for (const ticket of unjudged.sort(oldestFirst).slice(0, LOOK_AT)) {
    const found = await preparedResult(results, ticket);
    if (found) prepared.set(ticket.id, found);
  }
  return { served, tickets: all, prepared };
};

const preparedResult = async (results: JobResults, ticket: Ticket): Promise<GatheredResult | undefined> => {
  if (!('runs' in ticket)) return undefined;
  const found = await resultOf(results, gatheredName(ticket.id, ticket.runs.length + 1));
  return found === undefined ? undefined : GatheredResult.parse(found);
};

/** A job's result, or undefined while there is none. */
export const resultOf = async (results: JobResults, name: string): Promise<unknown> => {
  try {
    return await results.get(name);
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

/** Wakes the tickets that may continue; of those that would start a run, only the oldest. */
export const wakeWaiting = async (ports: TurnPorts, model: string): Promise<void> => {
  const queue = await queueOf(ports, model);
  const waiting = queue.tickets.filter((ticket) => meaningOf(ticket).waitsFor === 'turn');
  const scheduled = waiting.filter((ticket) => meaningOf(ticket).run === 'due').sort(oldestFirst);
  const approved = waiting.filter((ticket) => !scheduled.includes(ticket));
  let runGiven = false;
  for (const ticket of [...approved, ...scheduled.slice(0, LOOK_AT)]) {
    const takesRun = startsRun(ticket, queue);
    if ((takesRun && runGiven) || !mayProceed(ticket, queue)) continue;
    if ((await openToken(ports.vault, ticket.id, 'turn')) === undefined) continue;
    await answerWait(ports, ticket.id, 'turn', {});
    runGiven ||= takesRun;
  }
};

/**
 * A case that waited for an answer, or was on hold, goes on where it was. Its workflow is told; and where it waits for
 * a turn, that may have come up while nobody could give it one.
 */
export const goesOn = async (ports: TurnPorts, ticket: Ticket): Promise<void> => {
  await answerWait(ports, ticket.id, 'release', {});
  if (meaningOf(ticket).waitsFor === 'turn') await wakeWaiting(ports, ticket.model);
};
