// The requester is asked for something, or has sent it: what the legal clock makes of it is the law's (core/counting).
// Asked what is meant, the case waits as well, with the job that computes for it: it goes on with the answer, or on the
// day after the last one on which the answer is waited for (send-reminders.ts). Both days may lie back, because people
// write them down later. Called by people.
// Traps: proof of identity is recorded by record-identity, which says who checked it; and work goes on while a fee is
// waited for, or where the case stood still already.
import { z } from 'zod';
import { isAskable } from '#core/clock-guards.ts';
import { PauseReason } from '#core/counting.ts';
import { Deadlines, Instant, openPause, PlainDate } from '#core/deadlines.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId, type Ticket } from '#core/ticket.ts';
import { stopRunning } from './running.ts';
import { commitEvent, refusePast, type TicketVersion } from './step-support.ts';
import { openToken } from './task-tokens.ts';
import { goesOn, wakeWaiting } from './turns.ts';
import { BY, said } from './two-people.ts';

type Pausing = Parameters<typeof wakeWaiting>[0];

const Asked = z.strictObject({
  ...{ ticketId: TicketId, reason: PauseReason, since: Instant.optional() },
  /** Of a question what is meant: the last day on which the answer is waited for. */
  expected: PlainDate.optional(),
  ...BY,
});
type Asked = z.infer<typeof Asked>;

export const pauseClock = defineStep({
  name: 'pause-clock',
  input: Asked,
  output: z.strictObject({ due: Deadlines }),
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'clock'],
  async run({ ticketId, reason, since, expected, by, ...person }, ports) {
    const found = await ports.tickets.get(ticketId);
    const now = ports.clock.now();
    if (expected !== undefined) refusePast('expected', expected, found.ticket, now);
    const { ticket } = isKnown(found.ticket, { reason, since, expected })
      ? found
      : await commitEvent(ports, found, {
          // of a wait that has begun, the clock keeps the beginning
          ...{ type: 'clock-paused', reason },
          since: since ?? openPause(found.ticket.clock, reason)?.at ?? now.toISOString(),
          ...(waitsWith(found.ticket, reason) && { stops: true }),
          ...(expected !== undefined && { expected }),
          ...{ by, ...said(person) },
        });
    if (ticket.status === 'CLARIFICATION_PENDING') await stopWork(ticket, ports);
    return { due: ticket.due };
  },
});

/** It was asked, the work waits where it can, and the last day for the answer is the same. */
const isKnown = (ticket: Ticket, { reason, since, expected }: Pick<Asked, 'reason' | 'since' | 'expected'>): boolean =>
  openPause(ticket.clock, reason) !== undefined &&
  since === undefined &&
  !waitsWith(ticket, reason) &&
  (expected === undefined || ('asking' in ticket && expected === ticket.asking?.until));

/** A second question does not stop it twice. */
const waitsWith = ({ status }: Ticket, reason: PauseReason): boolean => reason === 'clarification' && isAskable(status);

const stopWork = async ({ id, model }: Ticket, ports: Pausing): Promise<void> => {
  await stopRunning(ports, id, 'TICKET_ON_HOLD');
  await wakeWaiting(ports, model); // those behind it go on
};

const Resuming = z.strictObject({ ticketId: TicketId, reason: PauseReason, until: Instant.optional(), ...BY });

export const resumeClock = defineStep({
  name: 'resume-clock',
  input: Resuming,
  output: z.strictObject({ due: Deadlines }),
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'clock'],
  run: async ({ ticketId, ...input }, ports) => resumed(await ports.tickets.get(ticketId), input, ports),
});

/** The step's work, also for whoever finds that no answer comes any more. TICKET_CONFLICT where it moved since. */
export const resumed = async (
  found: TicketVersion,
  { reason, until, by, ...person }: Omit<z.infer<typeof Resuming>, 'ticketId'>,
  ports: Pausing & Pick<Ports, 'clock'>,
): Promise<{ due: Deadlines }> => {
  const { tickets, clock } = ports;
  const came = until ?? clock.now().toISOString();
  const event = { type: 'clock-resumed', reason, until: came, by, ...said(person) } as const;
  const isLeft = reason === 'clarification' && (await isUntold(ports, found.ticket));
  const { ticket } = isLeft ? found : await commitEvent({ tickets, clock }, found, event);
  if (ticket.status !== 'ON_HOLD') await goesOn(ports, ticket);
  return { due: ticket.due };
};

/** The answer is recorded, and its workflow was not told yet: only the telling is left. */
const isUntold = async ({ vault }: Pick<Ports, 'vault'>, { id, status, clock }: Ticket): Promise<boolean> =>
  status !== 'ON_HOLD' &&
  status !== 'CLARIFICATION_PENDING' &&
  openPause(clock, 'clarification') === undefined &&
  (await openToken(vault, id, 'release')) !== undefined;
