// Enters the person of a ticket into the list of whom its model has forgotten, before the candidate takes the model's
// place: from then on no training set of the model may hold them.
import { rememberForgotten } from '#core/forgotten.ts';
import type { Ports } from '#core/ports.ts';
import type { TicketIn } from '#core/ticket.ts';
import { forgetSetOf, requestOf } from './step-support.ts';

/** Repeatable: the entry is the same. */
export const rememberPerson = async (
  { id, model, receivedAt }: TicketIn<'DEPLOYING'>,
  { vault }: Pick<Ports, 'vault'>,
): Promise<void> => {
  const [{ records }, { subject }] = [await forgetSetOf(vault, id), await requestOf(vault, id)];
  await rememberForgotten(vault, model, { ticketId: id, receivedAt, subject, records, rows: [] });
};
