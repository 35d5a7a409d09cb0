// What tests of steps that are called by hand ask of a ticket, and how its requester is identified or refused.
import type { TicketHarness } from '#bench/house/ticket-harness.ts';

export const status = async (harness: TicketHarness, ticketId: string) =>
  (await harness.ports.tickets.get(ticketId)).ticket.status;

/** Identified too weakly for a deletion. */
export const LOW = {
  method: 'e-mail-link' as const,
  level: 'low' as const,
  verifiedAt: '2026-03-01T09:00:00.000Z',
};

export const REFUSED = { outcome: 'refused', reason: 'art-17-3-e' };
