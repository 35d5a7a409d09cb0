// Evidence that a purge worked: every object is asked for again, and each time the answer must be that its key is
// destroyed. Trap: only that refusal counts; an object that is merely missing proves nothing about its key.
import { isQuittanceError, QuittanceError } from './errors.ts';
import type { Clock, PurgeProof, Vault } from './ports.ts';

const CODE = 'VAULT_KEY_DESTROYED';

/** Reads back what the ticket had. */
export const purgeProof = async (
  vault: Pick<Vault, 'get'>,
  ticketId: string,
  names: readonly string[],
  clock: Clock,
): Promise<PurgeProof> => {
  const isRefusal = (error: unknown) => isQuittanceError(error, CODE);
  const refusals = await Promise.all(names.map((name) => vault.get(ticketId, name).then(() => false, isRefusal)));
  const readsRefused = refusals.filter(Boolean).length;
  return { ticketId, objects: names.length, readsRefused, code: CODE, at: clock.now().toISOString() };
};

/** The error that every use of a purged ticket's key is answered with. */
export const destroyedKey = (ticketId: string): QuittanceError =>
  new QuittanceError(CODE, { message: `the data key of ticket ${ticketId} was destroyed at its purge` });
