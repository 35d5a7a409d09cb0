// Turns of the tickets of one model: who waits is told to go on when a run, a decision or a deployment of another has made room.
// Trap: telling is a courtesy; a call that is lost is made good by the wait's own timeout, after which the ticket looks for itself.
import { mayGo, oldestFirst, takenUp, type Queue } from '#core/gathering.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { JobResults, Ports } from '#core/ports.ts';
import { GatheredResult, gatheredName } from '#core/run.ts';
import type { Ticket } from '#core/ticket.ts';
import { answerWait, openToken } from './task-tokens.ts';

/** Of those who wait, only the oldest are looked at: the next run takes no more. */
const LOOK_AT = 16;

type QueuePorts = Pick<Ports, 'tickets' | 'models' | 'results'>;
type TurnPorts = QueuePorts & Pick<Ports, 'vault' | 'workflows'>;

export const queueOf = async ({ tickets, models, results }: QueuePorts, model: string): Promise<Queue> => {
  const served = (await models.get(model)).model.digest;
  const all = await tickets.openOf(model);
  const asked = all.filter(({ status }) => ['SCHEDULED', 'UNLEARNING', 'EVALUATING'].includes(status));
  const left = new Map<string, GatheredResult>();
  for (const ticket of asked.sort(oldestFirst).slice(0, LOOK_AT)) {
    const found = await leftFor(results, ticket);
    if (found) left.set(ticket.id, found);
  }
  return { served, tickets: all, left };
};

const leftFor = async (results: JobResults, ticket: Ticket): Promise<GatheredResult | undefined> => {
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

/** Lets those go on who may; of those who would start a run, the oldest. */
export const giveTurns = async (ports: TurnPorts, model: string): Promise<void> => {
  const queue = await queueOf(ports, model);
  const approved = queue.tickets.filter(({ status }) => status === 'DEPLOYING');
  const scheduled = queue.tickets.filter((ticket) => ticket.status === 'SCHEDULED').sort(oldestFirst);
  let room = true;
  for (const ticket of [...approved, ...scheduled.slice(0, LOOK_AT)]) {
    const startsRun = ticket.status === 'SCHEDULED' && !takenUp(ticket, queue);
    if ((startsRun && !room) || !mayGo(ticket, queue)) continue;
    if ((await openToken(ports.vault, ticket.id, 'turn')) === undefined) continue;
    await answerWait(ports, ticket.id, 'turn', {});
    if (startsRun) room = false;
  }
};
