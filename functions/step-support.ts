// What steps share: reading a ticket, committing an event to it, reading what the vault and the registry hold for it.
// Trap: a step may be called again after a crash, so each first checks whether the ticket shows its work as done, by
// `'field' in ticket`: on the main path a status never loses a field.
import { z } from 'zod';
import { canonicalize, type Digest, type Json } from '#core/canonical.ts';
import { localDate } from '#core/days.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { ForgetSet } from '#core/forget-set.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Clock, TicketStore, Vault } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { isClosed, TicketId, type Ticket, type WorkingTicket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { RequestSecrets } from '#core/ticket-request.ts';
import { advance } from '#core/transitions.ts';

export const TicketInput = z.strictObject({ ticketId: TicketId });
export const TokenInput = z.strictObject({ ticketId: TicketId, taskToken: z.string().min(1).max(2048) });
export const Nothing = z.strictObject({});

/** A ticket as it was read, with the version that a commit is compared with. */
export interface TicketVersion<Held extends Ticket = Ticket> {
  readonly ticket: Held;
  readonly version: number;
}

/**
 * The ticket, on its main path. TICKET_ON_HOLD (also while an answer is waited for), TICKET_CLOSED, TICKET_PURGED or
 * TICKET_ILLEGAL_TRANSITION (in remediation) otherwise.
 */
export const openTicket = async (tickets: TicketStore, ticketId: string): Promise<TicketVersion<WorkingTicket>> =>
  onItsWay(await tickets.get(ticketId));

/** The same errors as `openTicket`. */
export const onItsWay = ({ ticket, version }: TicketVersion): TicketVersion<WorkingTicket> => {
  if (ticket.status === 'ON_HOLD' || ticket.status === 'CLARIFICATION_PENDING')
    throw interrupted('TICKET_ON_HOLD', ticket);
  if (isClosed(ticket) || ticket.status === 'APPEALED') throw interrupted('TICKET_CLOSED', ticket);
  if (ticket.status === 'PURGED') throw interrupted('TICKET_PURGED', ticket);
  if (ticket.status === 'REMEDIATION') throw interrupted('TICKET_ILLEGAL_TRANSITION', ticket);
  return { ticket, version };
};

export const interrupted = (
  code: 'TICKET_ON_HOLD' | 'TICKET_CLOSED' | 'TICKET_PURGED' | 'TICKET_ILLEGAL_TRANSITION',
  { id, status }: Ticket,
) => new QuittanceError(code, { message: `ticket ${id} cannot go on`, got: status });

/**
 * Commits the event with the ticket that follows from it; TICKET_CONFLICT when somebody else moved the ticket since.
 */
export const commitEvent = async (
  { tickets, clock }: { tickets: TicketStore; clock: Clock },
  { ticket, version }: TicketVersion,
  event: TicketEvent,
): Promise<TicketVersion> => {
  const transition = advance(ticket, event, clock.now());
  await tickets.commit(transition, version);
  return { ticket: transition.ticket, version: version + 1 };
};

const ATTEMPTS = 5;

/** For what is written down whatever moves the ticket meanwhile; `nth` from 1. TICKET_CONFLICT where it never rests. */
export const againOnConflict = async <T>(attempt: (nth: number) => Promise<T>): Promise<T> => {
  for (let nth = 1; ; nth++)
    try {
      return await attempt(nth);
    } catch (error) {
      if (nth === ATTEMPTS || !isQuittanceError(error, 'TICKET_CONFLICT')) throw error;
    }
};

/** The ticket has not come as far as the step needs. */
export const notReady = (step: string, { id, status }: Ticket) =>
  new QuittanceError('TICKET_ILLEGAL_TRANSITION', { message: `${step}: ticket ${id} is not there yet`, got: status });

export const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalize(value as Json));

export const forgetSetOf = async (vault: Vault, ticketId: string): Promise<ForgetSet> =>
  parseJson(await vault.get(ticketId, 'forget-set'), ForgetSet, 'the forget set in the vault');

export const requestOf = async (vault: Vault, ticketId: string): Promise<RequestSecrets> =>
  parseJson(await vault.get(ticketId, 'request'), RequestSecrets, 'the request in the vault');

/** MODEL_CHANGED where a model lacks a side artefact that the step cannot do without. */
export const sideArtefact = (model: ModelRecord, name: 'suite' | 'trainingManifest'): Digest => {
  const digest = model[name];
  if (digest !== undefined) return digest;
  throw new QuittanceError('MODEL_INVALID', {
    message: `model ${model.name} is registered without its ${name === 'suite' ? 'evaluation suite' : 'training manifest'}`,
    hint: "import it under another name with its suite: 'quittance model import DIR --name N --suite FILE'",
  });
};

/** INVALID_INPUT for a day to come that has passed where the ticket's controller sits. */
export const refusePast = (field: string, day: string, { calendar }: Ticket, now: Date): void => {
  const today = localDate(now.toISOString(), calendar.timeZone);
  if (day >= today) return;
  const rule = `${today} or later`;
  throw new QuittanceError('INVALID_INPUT', {
    ...{ message: `${field}: this day has passed`, expected: rule, got: day, fields: [{ field, rule }] },
  });
};
