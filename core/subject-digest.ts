// What the log has of whose a ticket is.
import type { Vault } from './ports.ts';

/** Keyed by the ticket's own secret: who reads the log can neither guess the person nor join two of their tickets. */
export const subjectDigest = (vault: Vault, ticketId: string, subjectKey: string): Promise<string> =>
  vault.commit(ticketId, Buffer.from(`subject\n${subjectKey}`));
