// Lets a forget set in only when it matches what the model was trained on: a ticket may not "forget" perturbed,
// invented, common or everybody's text, nor the rows of somebody else. Rows that do not name the subject wait for a
// second person, who confirms them with a reason (confirm-subject).
import { plural } from '#core/plural.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ForgetSet } from '#core/forget-set.ts';
import { refuseMismatch } from '#core/subject.ts';
import { defineStep } from '#core/step.ts';
import type { Ticket } from '#core/ticket.ts';
import { admittedBy, trainedFor } from './admission.ts';
import { commitEvent, forgetSetOf, Nothing, notReady, openTicket, requestOf, TicketInput } from './step-support.ts';

export const admitForgetSet = defineStep({
  name: 'admit-forget-set',
  input: TicketInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'models', 'artifacts', 'pseudonyms', 'clock'],
  async run({ ticketId }, { tickets, vault, models, artifacts, pseudonyms, clock }) {
    const found = await openTicket(tickets, ticketId);
    if ('forgetSet' in found.ticket) return {};
    if (found.ticket.status !== 'VALIDATED') throw notReady('admit-forget-set', found.ticket);
    const trained = await trainedFor(found.ticket.model, { models, artifacts, pseudonyms });
    const [set, { subject }] = [await forgetSetOf(vault, ticketId), await requestOf(vault, ticketId)];
    refuseOther(found.ticket, set);
    const { admission, match } = await admittedBy(set, subject, trained);
    refuseMismatch(match, found.ticket.subjectConfirmed?.records);
    const { records, people } = admission;
    const { trainingManifest } = trained;
    await commitEvent({ tickets, clock }, found, { type: 'forget-set-admitted', records, people, trainingManifest });
    return {};
  },
});

/** While a part of it is being refused, the set in the vault is not yet the one that the ticket counts. */
const refuseOther = ({ id, counts }: Ticket, { records }: ForgetSet): void => {
  if (records.length === counts.records) return;
  throw new QuittanceError('TICKET_CONFLICT', {
    message: `ticket ${id}: the records in the vault are not yet those that are left of its request`,
    expected: plural(counts.records, 'record'),
    got: `${records.length}`,
    hint:
      "the refusal of a part, or its appeal, was interrupted: 'quittance ticket refuse-part' with the same records, or " +
      "'quittance ticket decide-appeal', goes on with it",
  });
};
