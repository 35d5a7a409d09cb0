// Moves committed events from the outbox into the transparency log, in commit order, and notes where each stands. Safe
// to run twice and by two: an event that is in the log already is only marked. Trap: a crash between append and mark
// leaves an event in the log and in the outbox; its bytes tell.
import { z } from 'zod';
import { isQuittanceError, must } from '#core/errors.ts';
import { appendToLog, readLog, type LogPorts } from '#core/ledger/log.ts';
import { indexesOf } from '#core/ledger/recent.ts';
import type { StoredEvent, TicketStore } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { Nothing } from './step-support.ts';

/** Events in one append. */
const BATCH = 500;
/** Each means that another process has moved the head, perhaps by these very events. */
const CONFLICTS = 5;

export const sequenceLog = defineStep({
  name: 'sequence-log',
  /** Whose work made it due; everything that waits is sequenced. */
  input: z.strictObject({ ticketId: z.string().optional(), model: z.string().optional() }),
  output: Nothing,
  uses: ['tickets', 'logStorage', 'logHead', 'signer', 'clock'],
  async run(_input, ports) {
    await sequenceEvents(ports);
    return {};
  },
});

type SequencePorts = LogPorts & { tickets: TicketStore };

/** What the step does, for a step that needs the events in the log before it goes on. */
export const sequenceEvents = (ports: SequencePorts): Promise<void> => inTurn(ports.tickets, () => sequenceAll(ports));

const sequenceAll = async (ports: SequencePorts): Promise<void> => {
  for (let conflicts = 0; ;) {
    const waiting = await ports.tickets.unsequenced(BATCH);
    if (waiting.length === 0) return;
    try {
      await sequence(waiting, ports);
    } catch (error) {
      if (!isQuittanceError(error, 'LEDGER_CONFLICT') || ++conflicts > CONFLICTS) throw error;
    }
  }
};

const turns = new WeakMap<TicketStore, Promise<unknown>>();

/**
 * One after another within this process: who comes second finds the work done, instead of losing the race for the head.
 */
const inTurn = (store: TicketStore, act: () => Promise<void>): Promise<void> => {
  const next = (turns.get(store) ?? Promise.resolve()).then(act, act);
  turns.set(
    store,
    next.catch(() => undefined),
  );
  return next;
};

const sequence = async (waiting: readonly StoredEvent[], ports: SequencePorts) => {
  const log = await readLog(ports);
  const known = await indexesOf(ports.logStorage, log, waiting);
  const added = waiting.filter(({ eventId }) => !known.has(eventId));
  const indexes = await appendToLog(
    ports,
    added.map(({ body }) => Buffer.from(body)),
    log,
  );
  const fresh = new Map(added.map(({ eventId }, i) => [eventId, indexes[i]]));
  await ports.tickets.markSequenced(
    waiting.map(({ eventId }) => ({ eventId, leafIndex: must(known.get(eventId) ?? fresh.get(eventId), 'leaf') })),
  );
};
