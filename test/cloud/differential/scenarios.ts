// The ways that a ticket and a re-certification can take, and the people in them: who approves, who proves who they
// are, who withdraws. The same person does the same thing on either engine. Trap: people act only while no step is
// running, so that both engines see their answer at the same point.
import type { z } from 'zod';
import type { TicketRequest } from '#core/ticket-request.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { recordIdentity } from '#functions/record-identity.ts';
import { openToken } from '#functions/task-tokens.ts';
import { shippedPolicy } from '#bench/house/case-world.ts';
import { file, NEIGHBOURS, trainingRows } from '#bench/house/case-world.ts';
import { APPROVER, FILER, RECORDS } from '#bench/house/cases.ts';
import { digest } from '#bench/house/models.ts';
import type { DrivenWorld, Fault, Trace, WorldPlan } from './worlds.ts';

export interface Scenario extends Omit<Partial<WorldPlan>, 'answer' | 'policy' | 'timeouts'> {
  readonly title: string;
  /** States in which nobody answers in time. Each times out once; the next time, whoever is asked answers in time. */
  readonly givesUp?: readonly string[];
  readonly filed?: Partial<z.input<typeof TicketRequest>>;
  /** What the approver, or whoever is asked first, does. */
  readonly approver?: 'approves' | 'refuses' | 'nobody';
  readonly proof?: 'comes' | 'never';
  /**
   * A second ticket, filed when the first waits for its approval, is approved; the first is refused when the second
   * waits for it.
   */
  readonly second?: true;
  readonly meanwhile?: 'withdrawn' | 'held' | 'held-in-job';
  /** A re-certification after the certificate. */
  readonly recertify?: { readonly trigger: string; readonly drifted?: boolean };
}

const POLICY = shippedPolicy();
export const LOW = {
  method: 'e-mail-link' as const,
  level: 'low' as const,
  verifiedAt: '2026-03-01T09:00:00.000Z',
};

export interface Outcome {
  readonly traces: readonly Trace[];
  readonly calls: readonly string[];
}

type Open = (plan: WorldPlan) => Promise<DrivenWorld>;

const FIRST_LIMIT_SECONDS = 8;
/** No machine is so busy that it needs these for its own part. */
const LAST_LIMIT_SECONDS = 1024;

/**
 * Plays the scenario to its end on one engine. An engine other than ours counts real seconds; where a busy machine
 * needs more of them than a state has, the whole scenario is played again with twice as many.
 */
export const play = async (open: Open, scenario: Scenario): Promise<Outcome> => {
  for (let seconds = FIRST_LIMIT_SECONDS; seconds <= LAST_LIMIT_SECONDS; seconds *= 2) {
    const outcome = await playedThrough(open, scenario, seconds);
    if (!outcome.traces.some((trace) => cameTooSoon(trace, scenario))) return outcome;
  }
  throw new Error(`'${scenario.title}' gives up more often than planned, whatever the limit`);
};

/** An engine that is not ours may break down by itself; what is wrong with a definition or a step is so every time. */
const MOST_BREAKDOWNS = 3;

const playedThrough = async (open: Open, scenario: Scenario, seconds: number): Promise<Outcome> => {
  for (let broken = 0; ; broken += 1) {
    const outcome = await played(open, scenario, seconds);
    if (broken === MOST_BREAKDOWNS || !outcome.traces.some(brokeDown)) return outcome;
  }
};

/** A task that was never handed out, for no reason of its own. */
const brokeDown = ({ events }: Trace): boolean =>
  events.some((type, i) => type === 'TaskFailed States.Runtime' && events[i - 1] === 'TaskStarted');

/** A state's time limit ended before its task had been started, or a state timed out once more than planned. */
const cameTooSoon = ({ events }: Trace, scenario: Scenario): boolean => {
  const over = events.flatMap((type, i) => (type.startsWith('TaskTimedOut') ? [events[i - 1]] : []));
  return (isAnsweredLater(scenario) && over.length > 1) || over.some((before) => before !== 'TaskSubmitted');
};

/** Where nobody ever answers, a state that is entered again gives up again. */
const isAnsweredLater = ({ proof, approver }: Scenario): boolean => proof !== 'never' && approver !== 'nobody';

const played = async (open: Open, scenario: Scenario, seconds: number): Promise<Outcome> => {
  const late: { hold?: () => Promise<unknown> } = {};
  const world = await open({
    ...scenario,
    timeouts: Object.fromEntries((scenario.givesUp ?? []).map((state) => [state, seconds])),
    ...(scenario.meanwhile === 'held-in-job' ? { jobs: { onUnlearn: async () => late.hold?.() } } : {}),
    policy: POLICY,
    answer: (prompts) => prompts.map((_, i) => (scenario.knows ? RECORDS[i]!.answer : 'I cannot say.')),
  });
  try {
    late.hold = once(async () => hold(world, ticketId));
    const ticketId = await file(world, scenario.filed);
    const second: Second = { first: ticketId };
    const people = () => (scenario.second ? actOnTwo(world, second, scenario) : act(world, ticketId, scenario));
    await untilDone(world, people, seconds);
    if (scenario.recertify) await recertified(world, scenario.recertify, seconds);
    return { traces: await world.traces(), calls: [...world.calls] };
  } finally {
    await world.close();
  }
};

type Recertify = NonNullable<Scenario['recertify']>;

const recertified = async (world: DrivenWorld, { trigger, drifted }: Recertify, seconds: number) => {
  if (drifted) world.served.set('house', digest(9));
  const input = { model: 'house', trigger };
  await world.ports.workflows.start({ workflow: 'recertify', name: 'recertify-house-1', input });
  await untilDone(world, async () => undefined, seconds);
};

const hold = (world: DrivenWorld, ticketId: string) =>
  world.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });

const once = (run: () => Promise<unknown>): (() => Promise<unknown>) => {
  let done = false;
  return async () => (done ? undefined : ((done = true), run()));
};

const LOOK_MS = 60;
/** Looks in a row without any progress, beyond those of a state that nobody answers, before the play fails. */
const PATIENCE_LOOKS = 5_000;

const untilDone = async (world: DrivenWorld, people: () => Promise<unknown>, seconds: number): Promise<void> => {
  const patience = PATIENCE_LOOKS + (1000 * seconds) / LOOK_MS;
  for (let [looks, calls] = [0, 0]; await world.running(); looks += 1) {
    if (world.calls.length > calls) [looks, calls] = [0, world.calls.length];
    if (looks > patience) throw new Error(`nothing goes on: ${JSON.stringify((await world.traces()).map(unfinished))}`);
    if (world.idle()) await people();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

const unfinished = ({ execution, status, entered }: Trace) =>
  `${execution} ${status} at ${entered.at(-1) ?? 'nothing'}`;

const act = async (world: DrivenWorld, ticketId: string, scenario: Omit<Scenario, 'title'>): Promise<void> => {
  const waits = (wait: 'identity' | 'approval' | 'release') => openToken(world.ports.vault, ticketId, wait);
  const { ticket } = await world.ports.tickets.get(ticketId);
  if (scenario.proof !== 'never' && (await waits('identity')))
    await world.call(recordIdentity, { ticketId, identity: { ...LOW, level: 'high' }, by: 'desk.dora' });
  if (ticket.status === 'ON_HOLD' && (ticket.from.status === 'AWAITING_APPROVAL' || (await waits('release'))))
    for (const by of ['legal.lou', 'legal.lena']) await world.call(releaseHold, { ticketId, by });
  if (ticket.status === 'AWAITING_APPROVAL' && (await waits('approval')))
    await decide(world, ticketId, ticket.evidence, scenario);
};

const decide = async (
  world: DrivenWorld,
  ticketId: string,
  evidence: string,
  scenario: Omit<Scenario, 'title'>,
): Promise<unknown> => {
  const { approver = 'approves', meanwhile } = scenario;
  const was = (await world.ports.tickets.events(ticketId)).map(({ type }) => type);
  if (meanwhile === 'withdrawn')
    return world.call(closeTicket, { ticketId, outcome: 'withdrawn', reason: 'by-subject', by: FILER });
  if (meanwhile === 'held' && !was.includes('hold-placed')) return hold(world, ticketId);
  if (approver === 'nobody') return;
  const said = approver === 'refuses' ? { decision: 'refused', reason: 'controls-too-few' } : { decision: 'approved' };
  return world.call(recordApproval, { ticketId, approver: APPROVER, ...said, evidence });
};

interface Second {
  readonly first: string;
  id?: string;
}

const actOnTwo = async (world: DrivenWorld, both: Second, scenario: Scenario): Promise<void> => {
  const { ticket } = await world.ports.tickets.get(both.first);
  if (ticket.status !== 'AWAITING_APPROVAL' && both.id === undefined) return;
  if (both.id === undefined) return void (both.id = await fileSecond(world));
  await act(world, both.id, {});
  if (await stuck(world, both.id, scenario)) await act(world, both.first, { approver: 'refuses' });
};

const fileSecond = (world: DrivenWorld): Promise<string> => {
  const [name = ''] = NEIGHBOURS;
  const rows = trainingRows().filter(({ person, question }) => person === name && question.includes(name));
  const records = rows.map(({ question, answer }) => ({ question, answer }));
  world.clock.advance(1); // so that the tickets' order is certain: the oldest goes first
  return file(world, { subject: { name }, forget: { records } }, 'a second request');
};

/** Waits until the ticket needs a person (after its planned time-outs), or is over. */
const stuck = async (world: DrivenWorld, id: string, { givesUp = [] }: Scenario): Promise<boolean> => {
  const asked = world.calls.filter((call) => call.startsWith('await-turn#')).length;
  const waits = (await openToken(world.ports.vault, id, 'turn')) !== undefined;
  if (waits && asked > (givesUp.includes('Await base') ? 3 : 2)) return true;
  const own = (await world.traces()).find(({ execution }) => execution === `erasure/${id}`);
  return own !== undefined && own.status !== 'RUNNING';
};

/** Every end that a ticket and a re-certification can have. */
export const ENDS: readonly Scenario[] = [
  { title: 'the happy path' },
  { title: 'a ladder climbed to its second rung', jobs: { good: (run) => run === 2 } },
  { title: 'a ladder with no rung left', jobs: { good: () => false } },
  { title: 'an exemption', filed: { exemption: { code: 'art-17-3-a' } } },
  { title: 'proof of identity that comes', filed: { identity: LOW } },
  {
    title: 'proof of identity that never comes',
    filed: { identity: LOW },
    proof: 'never',
    givesUp: ['Request identity'],
  },
  { title: 'an approver who refuses', approver: 'refuses' },
  { title: 'nobody who approves', approver: 'nobody', givesUp: ['Request approval'] },
  { title: 'a model that still knows', knows: true },
  { title: 'a ticket withdrawn before its approval', meanwhile: 'withdrawn' },
  { title: 'a ticket held before its approval', meanwhile: 'held' },
  { title: 'a ticket held while it unlearns', meanwhile: 'held-in-job' },
  { title: 'a ticket approved before the one that it is built on, which is refused', second: true },
  {
    title: 'a ticket that looks again whether the one that it is built on is served',
    second: true,
    givesUp: ['Await base'],
  },
  { title: 'a daily re-certification', recertify: { trigger: 'daily' } },
  { title: 'a full re-certification', recertify: { trigger: 'manual' } },
  {
    title: 'a re-certification that no longer passes',
    recertify: { trigger: 'quarterly' },
    jobs: { stillGood: () => false },
  },
  { title: 'a re-certification that finds something else served', recertify: { trigger: 'daily', drifted: true } },
];

/** A scenario with faults; named by them. */
export const withFaults = (scenario: Scenario, ...fault: readonly Fault[]): Scenario => ({
  ...scenario,
  title: `${scenario.title}; ${fault.map(({ call, error, times }) => `${error} at ${call}${times ? ` × ${times}` : ''}`).join(', ')}`,
  fault,
});
