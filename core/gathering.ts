// Which tickets of one model run when, and from which base. One run at a time; it may carry out several tickets one
// after the other, each with a candidate and evidence of its own. A run starts from the last candidate that is still to
// be served, so that a slow approval does not hold up the others; deployments keep the order of the runs.
// Trap: nothing here protects data. A wrong order costs one more run (`base-moved`), never an unsafe deployment.
import type { Digest } from './canonical.ts';
import type { GatePolicy } from './policy.ts';
import { ladderOf, nextRung, seedOf } from './ladder.ts';
import type { Gathered, GatheredResult, JobResult, UnlearnPlan } from './run.ts';
import { meaningOf } from './statuses.ts';
import type { Ticket, TicketIn } from './ticket.ts';

export const GATHERING = { windowSeconds: 0, atMost: 3 };

/** The open tickets of one model, and what runs of others prepared for their next attempts. */
export interface Queue {
  /** Digest of what the registry names as served. */
  readonly served: Digest;
  readonly tickets: readonly Ticket[];
  /** Results that another ticket's run left for this one, by ticket. */
  readonly prepared: ReadonlyMap<string, GatheredResult>;
}

/** A candidate that may come to be served, and what it was made from. */
export interface Link {
  readonly ticketId: string;
  /** Number of the ticket's run. */
  readonly run: number;
  readonly base: Digest;
  readonly candidate: Digest;
  readonly passedGate: boolean;
}

/** By plain comparison: a queue of thousands is sorted at each turn, and rules of a language would take longest. */
export const oldestFirst = (a: Ticket, b: Ticket): number => order(a.filedAt, b.filedAt) || order(a.id, b.id);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The ticket's candidate: of its own run, or of another's run that carried its next attempt out. */
const linkOf = (ticket: Ticket, prepared: GatheredResult | undefined): Link | undefined => {
  const { run: progress } = meaningOf(ticket);
  if (progress === undefined) return undefined;
  const own = 'run' in ticket ? ticket.run : undefined;
  const isCurrent = own === undefined || own.plan === prepared?.plan; // the ticket may have planned anew since
  if (prepared && progress !== 'judged' && isCurrent && 'runs' in ticket) {
    const { base, candidate, passed } = prepared;
    return { ticketId: ticket.id, run: ticket.runs.length + 1, base, candidate, passedGate: passed };
  }
  if (own?.candidate === undefined) return undefined;
  const { number: run, base, candidate } = own;
  return { ticketId: ticket.id, run, base, candidate, passedGate: progress === 'judged' };
};

/**
 * Candidates that may still be served, oldest ticket first; each was made from what is served or from one before it in
 * the list.
 */
const lineOf = ({ served, tickets, prepared }: Queue): Link[] => {
  let loose = [...tickets].sort(oldestFirst).flatMap((ticket) => linkOf(ticket, prepared.get(ticket.id)) ?? []);
  const line: Link[] = [];
  for (;;) {
    const next = loose.find(({ base }) => base === served || line.some(({ candidate }) => candidate === base));
    if (!next) return line;
    line.push(next);
    loose = loose.filter((link) => link !== next);
  }
};

/** The candidate that the next run starts from; undefined: it starts from what is served. */
export const lastInLine = (queue: Queue): Link | undefined => {
  let line = lineOf(queue).filter(({ passedGate }) => passedGate);
  let last: Link | undefined;
  for (;;) {
    const next = line.find(({ base }) => base === (last?.candidate ?? queue.served));
    if (!next) return last;
    last = next;
    line = line.filter((link) => link !== next);
  }
};

/** Whether a model made from this base can still come to be served. */
const canStillBeServed = (base: Digest, queue: Queue): boolean =>
  base === queue.served || lineOf(queue).some(({ candidate }) => candidate === base);

/**
 * Whether the ticket may go on now, or waits for another's run or deployment. Of several that could start a run, the
 * oldest does.
 */
export const mayProceed = (ticket: Ticket, queue: Queue): boolean => {
  if (ticket.status === 'DEPLOYING') return !waitsForBase(ticket, { ...queue, tickets: without(ticket, queue) });
  if (ticket.status !== 'SCHEDULED' || preparedFor(ticket, queue)) return true;
  const older = without(ticket, queue).filter((other) => oldestFirst(other, ticket) < 0);
  return noRunUnderWay(ticket, queue) && !older.some((other) => startsRun(other, queue));
};

/** Whether the ticket's next attempt takes a run of its own. */
export const startsRun = (ticket: Ticket, queue: Queue): boolean =>
  ticket.status === 'SCHEDULED' && !preparedFor(ticket, queue);

/** Whether no other ticket's run is under way. */
export const noRunUnderWay = (ticket: Ticket, queue: Queue): boolean =>
  !without(ticket, queue).some((other) => meaningOf(other).run === 'computing');

const without = ({ id }: Ticket, { tickets }: Queue) => tickets.filter((other) => other.id !== id);

/** What a run of another prepared for the ticket, where it can still come to be served. */
export const preparedFor = (ticket: TicketIn<'SCHEDULED'>, queue: Queue): GatheredResult | undefined => {
  const prepared = queue.prepared.get(ticket.id);
  return prepared && canStillBeServed(prepared.base, queue) ? prepared : undefined;
};

/** An approved candidate waits while its base may yet be served, and while another deployment is being probed. */
const waitsForBase = ({ run }: TicketIn<'DEPLOYING'>, others: Queue): boolean =>
  others.tickets.some(({ status }) => status === 'VERIFYING_SERVED') ||
  (run.base !== others.served && run.candidate !== others.served && canStillBeServed(run.base, others));

/** Attempts of other tickets for the leader's run: first attempts under the same rules, oldest first. */
export const gather = (leader: TicketIn<'SCHEDULED'>, queue: Queue, policy: GatePolicy): Gathered[] => {
  if (nextRung(leader) > 0) return []; // a ticket that failed once is tried again by itself
  return queue.tickets
    .filter((ticket) => ticket.status === 'SCHEDULED')
    .filter((ticket) => ticket.id !== leader.id && !queue.prepared.has(ticket.id) && canShareRun(ticket, leader))
    .sort(oldestFirst)
    .slice(0, (policy.gathering ?? GATHERING).atMost - 1)
    .flatMap((ticket) => attemptOf(ticket, policy) ?? []);
};

const canShareRun = (ticket: TicketIn<'SCHEDULED'>, leader: TicketIn<'SCHEDULED'>) =>
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

/** Suite and moments that an unlearning job left beside its candidate. */
export const sideOfResult = ({ also: { suite, moments, training } }: JobResult): UnlearnPlan['side'] => {
  if (suite === undefined) return undefined;
  return { suite, ...(moments === undefined ? {} : { moments }), ...(training === undefined ? {} : { training }) };
};
