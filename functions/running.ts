// The execution that carries a ticket's run out, so that a hold or the end of the request can stop its job. Its id lies
// in the vault beside the task tokens, and goes with the case.
// Traps: it is kept before the ticket is looked at, and whoever stops it commits first, so that one of the two sees the
// other; and a stopped execution is no failure: the one that waits for it asks the ticket what was decided.
import { ERROR_CODES, isQuittanceError, type ErrorCode } from '#core/errors.ts';
import type { Ports, Vault } from '#core/ports.ts';

const NAME = 'running-execution';

export const keepExecution = (vault: Vault, ticketId: string, execution: string): Promise<void> =>
  vault.put(ticketId, NAME, new TextEncoder().encode(execution));

/** Ends what computes for the ticket, if anything does; what the job saved is there when the ticket goes on. */
export const stopRunning = async (
  { vault, workflows }: Pick<Ports, 'vault' | 'workflows'>,
  ticketId: string,
  code: Extract<ErrorCode, 'TICKET_ON_HOLD' | 'TICKET_CLOSED'>,
): Promise<void> => {
  const execution = await kept(vault, ticketId);
  if (execution === undefined) return;
  try {
    await workflows.stop(execution, { error: code, cause: ERROR_CODES[code] });
  } catch (error) {
    if (!isQuittanceError(error, 'EXECUTION_NOT_FOUND')) throw error; // it ended so long ago that nothing knows it
  }
  await vault.put(ticketId, NAME, new Uint8Array());
};

const kept = async (vault: Vault, ticketId: string): Promise<string | undefined> => {
  try {
    return new TextDecoder().decode(await vault.get(ticketId, NAME)) || undefined;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return undefined;
    throw error;
  }
};
