// Rows of a model's corpus that a ticket is about, taken out of the encrypted index when the ticket has ended in a
// deletion. Which rows they are was decided by whoever made the ticket, and lies in the case's vault until then.
import { z } from 'zod';
import { dropRows, PersonalRow } from '#core/corpus-index/drop.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import type { Ticket } from '#core/ticket.ts';

/** Object of the case's vault. */
export const CORPUS_ROWS = 'corpus-rows';

/** Repeatable; nothing is left to do where the case's key or the index is gone. */
export const forgetRows = async (
  { id, model: name }: Pick<Ticket, 'id' | 'model'>,
  { vault, models }: Pick<Ports, 'vault' | 'models'>,
): Promise<void> => {
  const { corpus } = (await models.get(name)).model;
  if (corpus === undefined) return;
  try {
    if (!(await vault.list(id)).includes(CORPUS_ROWS)) return;
    const rows = parseJson(await vault.get(id, CORPUS_ROWS), z.array(PersonalRow), 'the rows in the vault');
    await dropRows(vault, corpus, id, rows);
  } catch (error) {
    if (!isQuittanceError(error, 'VAULT_KEY_DESTROYED') && !isQuittanceError(error, 'NOT_FOUND')) throw error;
  }
};
