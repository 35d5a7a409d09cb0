// Lets a forget set in only when it matches what the model was trained on: a ticket may not "forget" perturbed,
// invented, common or everybody's text.
import { TrainingManifest, admit } from '#core/forget-set.ts';
import { defineStep } from '#core/step.ts';
import { getJson } from '#core/stored-json.ts';
import { commitEvent, forgetSetOf, Nothing, notReady, openTicket, sideArtefact, TicketInput } from './step-support.ts';

export const admitForgetSet = defineStep({
  name: 'admit-forget-set',
  input: TicketInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'models', 'artifacts', 'pseudonyms', 'clock'],
  async run({ ticketId }, { tickets, vault, models, artifacts, pseudonyms, clock }) {
    const found = await openTicket(tickets, ticketId);
    if ('forgetSet' in found.ticket) return {};
    if (found.ticket.status !== 'VALIDATED') throw notReady('admit-forget-set', found.ticket);
    const { model } = await models.get(found.ticket.model);
    const trainingManifest = sideArtefact(model, 'trainingManifest');
    const manifest = await getJson(artifacts, trainingManifest, TrainingManifest);
    const { records, people } = await admit(await forgetSetOf(vault, ticketId), manifest, (purpose, text) =>
      pseudonyms.of(purpose, text),
    );
    await commitEvent({ tickets, clock }, found, { type: 'forget-set-admitted', records, people, trainingManifest });
    return {};
  },
});
