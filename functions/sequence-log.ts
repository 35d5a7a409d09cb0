// Moves committed events from the outbox into the transparency log, in commit order, and notes where each stands. Safe
// to run twice and by two: an event that is in the log already is only marked. For a ticket that has something to hand
// out, the log's key signs which leaves are its own; then witnesses are asked to co-sign the new head. Those outside
// who were away are asked again: for the last few tickets of a model whenever one of it is worked on, for all by its
// re-certification.
// Trap: a crash between append and mark leaves an event in the log and in the outbox; its bytes tell.
import { z } from 'zod';
import { isQuittanceError, must } from '#core/errors.ts';
import { appendedLog, readLog, signHeadAnew, type LogPorts, type LogState } from '#core/ledger/log.ts';
import { indexesOf } from '#core/ledger/recent.ts';
import { askWitnesses } from '#core/ledger/witnesses.ts';
import { writeTicketLeaves } from '#core/ledger/ticket-leaves.ts';
import type { StoredEvent, TicketStore } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { noteAgain, stampAgain } from './late-attestors.ts';
import { Nothing } from './step-support.ts';

/** Most events in one append. */
const BATCH = 500;
/**
 * Conflicts in a row before giving up; each means that another process has moved the head, perhaps with these very
 * events.
 */
const CONFLICTS = 5;

/** Tickets of the same model for which witnesses are made up for whenever one of it is worked on. */
const BESIDE_A_TICKET = 20;

export const sequenceLog = defineStep({
  name: 'sequence-log',
  /** Whose work made it due; everything that waits is sequenced. */
  input: z.strictObject({ ticketId: z.string().optional(), model: z.string().optional() }),
  output: Nothing,
  uses: ['tickets', 'models', 'artifacts', 'logStorage', 'logHead', 'signer', 'outside', 'clock'],
  async run({ model, ticketId }, ports) {
    if (model !== undefined) await stampAgain(model, ports);
    await sequenceEvents(ports);
    const { witnesses } = await ports.outside.attestors();
    if (witnesses.length === 0) return {};
    const { logStorage, outside } = ports;
    const log = await readLog(ports);
    await askWitnesses({ logStorage, courier: outside }, witnesses, log);
    if (model !== undefined) await noteAgain({ model }, witnesses, log, ports);
    if (ticketId !== undefined) {
      const { ticket } = await ports.tickets.get(ticketId);
      await noteAgain({ model: ticket.model, most: BESIDE_A_TICKET }, witnesses, log, ports);
    }
    return {};
  },
});

type SequencePorts = LogPorts & { tickets: TicketStore };

/** What the step does, for a step that needs the events in the log before it goes on. */
export const sequenceEvents = (ports: SequencePorts): Promise<void> => inTurn(ports.tickets, () => sequenceAll(ports));

const sequenceAll = async (ports: SequencePorts): Promise<void> => {
  for (let conflicts = 0; ;) {
    const waiting = await ports.tickets.unsequenced(BATCH);
    try {
      if (waiting.length === 0) return await signHeadAnew(ports);
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
  const before = await readLog(ports);
  const known = await indexesOf(ports.logStorage, before, waiting);
  const added = waiting.filter(({ eventId }) => !known.has(eventId));
  const { indexes, log } = await appendedLog(
    ports,
    added.map(({ body }) => Buffer.from(body)),
    before,
  );
  const fresh = new Map(added.map(({ eventId }, i) => [eventId, indexes[i]]));
  const marks = new Map(
    waiting.map(({ eventId }) => [eventId, must(known.get(eventId) ?? fresh.get(eventId), 'leaf')]),
  );
  for (const ticketId of new Set(waiting.map((event) => event.ticketId))) await noteLeaves(ticketId, marks, log, ports);
  await ports.tickets.markSequenced([...marks].map(([eventId, leafIndex]) => ({ eventId, leafIndex })));
};

/** Events after which there is something to hand out: a certificate, or a request that ended without one. */
const ENDINGS: readonly string[] = ['certified', 'closed'];

/**
 * Signs which leaves are the ticket's, for its bundle. Not while another of its events waits: the batch that brings the
 * event into the log signs.
 */
const noteLeaves = async (
  ticketId: string,
  marks: ReadonlyMap<string, number>,
  log: LogState,
  ports: SequencePorts,
): Promise<void> => {
  const events = await ports.tickets.events(ticketId);
  if (!events.some(({ type }) => ENDINGS.includes(type))) return;
  const leaves = events.map(({ eventId, leafIndex }) => leafIndex ?? marks.get(eventId));
  const known = leaves.filter((index) => index !== undefined);
  const whole = events.every(({ sequence }, i) => sequence === i + 1) && known.length === leaves.length;
  if (whole) await writeTicketLeaves(ports, log, ticketId, known);
};
