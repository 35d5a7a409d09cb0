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
import { shippedPolicy } from '#bench/house/ticket-harness.ts';
import { file, trainingRows } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, RECORDS, NEIGHBOURS } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';
import type { DrivenHarness, Fault, Trace, DrivenSetup } from './harnesses.ts';

export interface Scenario extends Omit<Partial<DrivenSetup>, 'answer' | 'policy' | 'timeouts'> {
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

type Open = (plan: DrivenSetup) => Promise<DrivenHarness>;

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

/** A task that was never handed out, or not followed to its end, for no reason of its own. */
const brokeDown = ({ events }: Trace): boolean =>
  events.some(
    (type, i) => type === 'TaskFailed States.Runtime' && ['TaskStarted', 'TaskSubmitted'].includes(events[i - 1] ?? ''),
  );

/** A state's time limit ended before its task had been started, or a state timed out once more than planned. */
const cameTooSoon = ({ events }: Trace, scenario: Scenario): boolean => {
  const over = events.flatMap((type, i) => (type.startsWith('TaskTimedOut') ? [events[i - 1]] : []));
  return (isAnsweredLater(scenario) && over.length > 1) || over.some((before) => before !== 'TaskSubmitted');
};

/** Where nobody ever answers, a state that is entered again gives up again. */
const isAnsweredLater = ({ proof, approver }: Scenario): boolean => proof !== 'never' && approver !== 'nobody';

const played = async (open: Open, scenario: Scenario, seconds: number): Promise<Outcome> => {
  const late: { hold?: () => Promise<unknown> } = {};
  const harness = await open({
    ...scenario,
    timeouts: Object.fromEntries((scenario.givesUp ?? []).map((state) => [state, seconds])),
    ...(scenario.meanwhile === 'held-in-job' ? { jobs: { onUnlearn: async () => late.hold?.() } } : {}),
    policy: POLICY,
    answer: (prompts) => prompts.map((_, i) => (scenario.knows ? RECORDS[i]!.answer : 'I cannot say.')),
  });
  try {
    late.hold = once(async () => hold(harness, ticketId));
    const ticketId = await file(harness, scenario.filed);
    const second: Second = { first: ticketId };
    const people = () => (scenario.second ? actOnTwo(harness, second, scenario) : act(harness, ticketId, scenario));
    await untilDone(harness, people, seconds);
    if (scenario.recertify) await recertified(harness, scenario.recertify, seconds);
    return { traces: await harness.traces(), calls: [...harness.calls] };
  } finally {
    await harness.close();
  }
};

type Recertify = NonNullable<Scenario['recertify']>;

const recertified = async (harness: DrivenHarness, { trigger, drifted }: Recertify, seconds: number) => {
  if (drifted) harness.served.set('house', digest(9));
  const input = { model: 'house', trigger };
  await harness.ports.workflows.start({ workflow: 'recertify', name: 'recertify-house-1', input });
  await untilDone(harness, async () => undefined, seconds);
};

const hold = (harness: DrivenHarness, ticketId: string) =>
  harness.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });

const once = (run: () => Promise<unknown>): (() => Promise<unknown>) => {
  let done = false;
  return async () => (done ? undefined : ((done = true), run()));
};

const LOOK_MS = 60;
/**
 * Looks in a row without any progress, beyond those of a state that nobody answers, before the play fails and says
 * where it stands: 40 minutes, as jest ends it after an hour and says nothing.
 */
const PATIENCE_LOOKS = 40_000;

const untilDone = async (harness: DrivenHarness, people: () => Promise<unknown>, seconds: number): Promise<void> => {
  const patience = PATIENCE_LOOKS + (1000 * seconds) / LOOK_MS;
  for (let [looks, calls] = [0, 0]; await harness.running(); looks += 1) {
    if (harness.calls.length > calls) [looks, calls] = [0, harness.calls.length];
    if (looks > patience)
      throw new Error(`nothing goes on: ${JSON.stringify((await harness.traces()).map(unfinished))}`);
    if (harness.idle()) await people();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

const unfinished = ({ execution, status, entered }: Trace) =>
  `${execution} ${status} at ${entered.at(-1) ?? 'nothing'}`;

const act = async (harness: DrivenHarness, ticketId: string, scenario: Omit<Scenario, 'title'>): Promise<void> => {
  const waits = (wait: 'identity' | 'approval' | 'release') => openToken(harness.ports.vault, ticketId, wait);
  const { ticket } = await harness.ports.tickets.get(ticketId);
  if (scenario.proof !== 'never' && (await waits('identity')))
    await harness.call(recordIdentity, { ticketId, identity: { ...LOW, level: 'high' }, by: 'desk.dora' });
  if (ticket.status === 'ON_HOLD' && (ticket.from.status === 'AWAITING_APPROVAL' || (await waits('release'))))
    for (const by of ['legal.lou', 'legal.lena']) await harness.call(releaseHold, { ticketId, by });
  if (ticket.status === 'AWAITING_APPROVAL' && (await waits('approval')))
    await decide(harness, ticketId, ticket.evidence, scenario);
};

const decide = async (
  harness: DrivenHarness,
  ticketId: string,
  evidence: string,
  scenario: Omit<Scenario, 'title'>,
): Promise<unknown> => {
  const { approver = 'approves', meanwhile } = scenario;
  const was = (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);
  if (meanwhile === 'withdrawn')
    return harness.call(closeTicket, { ticketId, outcome: 'withdrawn', reason: 'by-subject', by: FILER });
  if (meanwhile === 'held' && !was.includes('hold-placed')) return hold(harness, ticketId);
  if (approver === 'nobody') return;
  const said = approver === 'refuses' ? { decision: 'refused', reason: 'controls-too-few' } : { decision: 'approved' };
  return harness.call(recordApproval, { ticketId, approver: APPROVER, ...said, evidence });
};

interface Second {
  readonly first: string;
  id?: string;
}

const actOnTwo = async (harness: DrivenHarness, both: Second, scenario: Scenario): Promise<void> => {
  const { ticket } = await harness.ports.tickets.get(both.first);
  if (ticket.status !== 'AWAITING_APPROVAL' && both.id === undefined) return;
  if (both.id === undefined) return void (both.id = await fileSecond(harness));
  await act(harness, both.id, {});
  if (await stuck(harness, both.id, scenario)) await act(harness, both.first, { approver: 'refuses' });
};

const fileSecond = (harness: DrivenHarness): Promise<string> => {
  const [name = ''] = NEIGHBOURS;
  const rows = trainingRows().filter(({ person, question }) => person === name && question.includes(name));
  const records = rows.map(({ question, answer }) => ({ question, answer }));
  harness.clock.advance(1); // so that the tickets' order is certain: the oldest goes first
  return file(harness, { subject: { name }, forget: { records } }, 'a second request');
};

/** Waits until the ticket needs a person (after its planned time-outs), or is over. */
const stuck = async (harness: DrivenHarness, id: string, { givesUp = [] }: Scenario): Promise<boolean> => {
  const asked = harness.calls.filter((call) => call.startsWith('await-turn#')).length;
  const waits = (await openToken(harness.ports.vault, id, 'turn')) !== undefined;
  if (waits && asked > (givesUp.includes('Await base') ? 3 : 2)) return true;
  const own = (await harness.traces()).find(({ execution }) => execution === `erasure/${id}`);
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
