// Which tickets of one model go when, and from what: one run at a time, which may carry several tickets out one on another, each with a candidate and evidence
// of its own. A run starts from the last candidate that is on its way to being served, so that approvals hold up nobody; deployment keeps the order.
// Trap: all of this is order, not safety. Two runs from one base, or a base that is never approved, end in `base-moved` and another run.
import type { Digest } from './canonical.ts';
import type { GatePolicy } from './policy.ts';
import { ladderOf, nextRung, seedOf } from './ladder.ts';
import type { Gathered, GatheredResult, JobResult, UnlearnPlan } from './run.ts';
import type { Status, Ticket, TicketIn } from './ticket.ts';

export const GATHERING = { windowSeconds: 0, atMost: 3 };

/** The open tickets of one model, and what runs of others left for their next attempts. */
export interface Queue {
  /** Digest of what the registry names as served. */
  readonly served: Digest;
  readonly tickets: readonly Ticket[];
  readonly left: ReadonlyMap<string, GatheredResult>;
}

/** A candidate and what it was made from. `isSound`: it passed the gate. */
export interface Link {
  readonly ticketId: string;
  /** Number of the ticket's run. */
  readonly run: number;
  readonly base: Digest;
  readonly candidate: Digest;
  readonly isSound: boolean;
}

const COMPUTING: readonly Status[] = ['UNLEARNING', 'EVALUATING'];
const JUDGED: readonly Status[] = ['AWAITING_APPROVAL', 'DEPLOYING', 'VERIFYING_SERVED'];

export const oldestFirst = (a: Ticket, b: Ticket) => a.filedAt.localeCompare(b.filedAt) || a.id.localeCompare(b.id);

const linkOf = (ticket: Ticket, left: GatheredResult | undefined): Link | undefined => {
  const made = 'run' in ticket ? ticket.run : undefined;
  const isOpen = ticket.status === 'SCHEDULED' || COMPUTING.includes(ticket.status);
  const isLeft = isOpen && 'runs' in ticket && (made === undefined || made.plan === left?.plan); // it may have planned anew since
  if (isLeft && left) {
    const { base, candidate, passed } = left;
    return { ticketId: ticket.id, run: ticket.runs.length + 1, base, candidate, isSound: passed };
  }
  const isSound = JUDGED.includes(ticket.status);
  if (made?.candidate === undefined || !(isOpen || isSound)) return undefined;
  return { ticketId: ticket.id, run: made.number, base: made.base, candidate: made.candidate, isSound };
};

/** Candidates that may come to be served, oldest ticket first, each with its base served or before it in the line. */
const lineOf = ({ served, tickets, left }: Queue): Link[] => {
  let loose = [...tickets].sort(oldestFirst).flatMap((ticket) => linkOf(ticket, left.get(ticket.id)) ?? []);
  const line: Link[] = [];
  for (;;) {
    const next = loose.find(({ base }) => base === served || line.some(({ candidate }) => candidate === base));
    if (!next) return line;
    line.push(next);
    loose = loose.filter((link) => link !== next);
  }
};

/** Whose candidate the next run starts from; undefined: from what is served. */
export const tailOf = (queue: Queue): Link | undefined => {
  let line = lineOf(queue).filter(({ isSound }) => isSound);
  let tail: Link | undefined;
  for (;;) {
    const next = line.find(({ base }) => base === (tail?.candidate ?? queue.served));
    if (!next) return tail;
    tail = next;
    line = line.filter((link) => link !== next);
  }
};

/** Whether a model made from this base can still come to be served. */
const isInLine = (base: Digest, queue: Queue): boolean =>
  base === queue.served || lineOf(queue).some(({ candidate }) => candidate === base);

/** Whether the ticket may go on now, or waits for another's run or deployment. Of several that could start a run, the oldest does. */
export const mayGo = (ticket: Ticket, queue: Queue): boolean => {
  if (ticket.status === 'DEPLOYING') return !waitsForBase(ticket, { ...queue, tickets: without(ticket, queue) });
  if (ticket.status !== 'SCHEDULED' || takenUp(ticket, queue)) return true;
  const older = without(ticket, queue).filter((other) => oldestFirst(other, ticket) < 0);
  return hasRoom(ticket, queue) && !older.some((other) => other.status === 'SCHEDULED' && !takenUp(other, queue));
};

/** Whether no other ticket's run is under way. */
export const hasRoom = (ticket: Ticket, queue: Queue): boolean =>
  !without(ticket, queue).some(({ status }) => COMPUTING.includes(status));

const without = ({ id }: Ticket, { tickets }: Queue) => tickets.filter((other) => other.id !== id);

/** What a run left for the ticket, where it can still come to be served. */
export const takenUp = (ticket: TicketIn<'SCHEDULED'>, queue: Queue): GatheredResult | undefined => {
  const left = queue.left.get(ticket.id);
  return left && isInLine(left.base, queue) ? left : undefined;
};

/** An approved candidate waits while its base may yet be served, and while another deployment is being probed. */
const waitsForBase = ({ run }: TicketIn<'DEPLOYING'>, others: Queue): boolean =>
  others.tickets.some(({ status }) => status === 'VERIFYING_SERVED') ||
  (run.base !== others.served && run.candidate !== others.served && isInLine(run.base, others));

/** Attempts of other tickets for the leader's run: first attempts under the same rules, oldest first. */
export const gather = (leader: TicketIn<'SCHEDULED'>, queue: Queue, policy: GatePolicy): Gathered[] => {
  if (nextRung(leader) > 0) return []; // what failed once is tried again alone
  return queue.tickets
    .filter((ticket) => ticket.status === 'SCHEDULED')
    .filter((ticket) => ticket.id !== leader.id && !queue.left.has(ticket.id) && goesWith(ticket, leader))
    .sort(oldestFirst)
    .slice(0, (policy.gathering ?? GATHERING).atMost - 1)
    .flatMap((ticket) => attemptOf(ticket, policy) ?? []);
};

const goesWith = (ticket: TicketIn<'SCHEDULED'>, leader: TicketIn<'SCHEDULED'>) =>
  nextRung(ticket) === 0 &&
  ticket.model === leader.model &&
  ticket.policy === leader.policy &&
  ticket.quantisation === leader.quantisation;

/** The ticket's next attempt; undefined when its ladder has no rung left. */
export const attemptOf = (ticket: TicketIn<'SCHEDULED'>, policy: GatePolicy): Gathered | undefined => {
  const [rung, run] = [nextRung(ticket), ticket.runs.length + 1];
  const attempt = ladderOf(ticket, policy)[rung];
  if (!attempt) return undefined;
  const { method, config } = attempt;
  return { ticketId: ticket.id, method, config, seed: seedOf(ticket.id, run), run, rung };
};

/** What stands beside a candidate. */
export const sideLeft = ({ also: { suite, moments } }: JobResult): UnlearnPlan['side'] => {
  if (suite === undefined) return undefined;
  return { suite, ...(moments === undefined ? {} : { moments }) };
};
